import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE
from why502.servers import words
from why502.servers.gunicorn import NAME

WHERE = words.Where(place=HERE, cwd="/srv/app", environment=(("PORT", "3000"),))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        (":8000", "0.0.0.0:8000"),
        ("8000", "0.0.0.0:8000"),
        ("*:80", "0.0.0.0:80"),
        ("[::1]:80", "[::1]:80"),
        ("localhost:5000", "127.0.0.1:5000"),
        ("tcp://127.0.0.1:9", "127.0.0.1:9"),
        ("unix:/run/app.sock", "unix:/run/app.sock"),
        ("unix:app.sock", "unix:/srv/app/app.sock"),
        ("unix:///run/app.sock", "unix:/run/app.sock"),
        ("/run/app.sock", "unix:/run/app.sock"),
        ("./app.sock", "unix:/srv/app/app.sock"),
        ("fd://3", None),
        ("app.example.com:80", None),
        ("127.0.0.1:0", None),
        ("127.0.0.1:99999", None),
        ("", None),
    ],
)
def test_addresses(text, address):
    found = words.bind(text, WHERE)
    assert (None if found is None else str(found)) == address


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("gunicorn app:app", ("app:app",)),
        ("/venv/bin/python3.11 /venv/bin/gunicorn app:app", ("app:app",)),
        ("python -u -X dev -m gunicorn app:app", ("app:app",)),
        ("python -m gunicorn.app.wsgiapp app:app", ("app:app",)),
        ("python -c gunicorn", None),
        ("python app.py gunicorn", None),
        ("vim gunicorn", None),
        ("python -m", None),
        ("", None),
    ],
)
def test_what_a_command_starts(command, arguments):
    assert words.arguments_of(command.split(), NAME) == arguments


def test_options_in_every_spelling():
    argv = ["--bind=a", "--bind", "b", "-bc", "-b=d", "-b", "e", "--binder", "f", "-b"]
    assert words.options(argv, "-b", "--bind") == ("a", "b", "c", "d", "e")
    assert words.option(argv, "--none") is None


def test_variables():
    assert words.filled(["$PORT", "${PORT}x", "$NONE"], {"PORT": "1"}) == ("1", "1x", "$NONE")


@given(st.text())
def test_any_text(text):
    words.bind(text, WHERE)
    argv = words.split(text)
    words.arguments_of(argv, NAME)
    words.options(argv, "-b", "--bind")
    words.filled(argv, {"A": "b"})
    words.whole(text)
    words.positive(text)


@given(st.text(alphabet="0123456789:.[]/unix*-", max_size=30))
def test_text_that_looks_like_an_address(text):
    words.bind(text, WHERE)
