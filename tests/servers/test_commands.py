import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE
from why502.servers.commands import binds_of_command, may_connect, products
from why502.servers.words import split


def of(command, **environment):
    return [str(each) for each in binds_of_command(split(command), "/srv", HERE, environment)]


@pytest.mark.parametrize(
    ("command", "addresses"),
    [
        ("/venv/bin/gunicorn app:app -b 127.0.0.1:8001 -b unix:g.sock", ["127.0.0.1:8001", "unix:/srv/g.sock"]),
        ("gunicorn --chdir sub --bind=unix:g.sock app:app", ["unix:/srv/sub/g.sock"]),
        ("gunicorn app:app", ["127.0.0.1:8000"]),
        ("/usr/bin/env PORT=9 gunicorn app:app", ["0.0.0.0:9"]),
        ("/bin/sh -c 'exec gunicorn app:app -b :7000'", ["0.0.0.0:7000"]),
        ("/bin/sh -c gunicorn app:app -b :7000", ["0.0.0.0:7000"]),
        ("poetry run uvicorn main:app --host 0.0.0.0 --port 8080", ["0.0.0.0:8080"]),
        ("uvicorn main:app --host ::1", ["[::1]:8000"]),
        ("uvicorn main:app --uds app.sock", ["unix:/srv/app.sock"]),
        ("uvicorn main:app --fd 0", []),
        ("uwsgi --socket :3031 --http-socket 127.0.0.1:8080", ["0.0.0.0:3031", "127.0.0.1:8080"]),
        ("python3 -m http.server 8002 --bind 127.0.0.1", ["127.0.0.1:8002"]),
        ("python3 -u -m http.server", ["0.0.0.0:8000"]),
        ("flask --app shop run -p 5001", ["127.0.0.1:5001"]),
        ("python -m flask run --host=0.0.0.0", ["0.0.0.0:5000"]),
        ("php -S 127.0.0.1:8003 -t public", ["127.0.0.1:8003"]),
        ("python manage.py runserver 0.0.0.0:8004", ["0.0.0.0:8004"]),
        ("python manage.py runserver 8005", ["127.0.0.1:8005"]),
        ("python manage.py migrate", []),
        ("java -Dserver.port=8006 -jar shop.jar", ["[::]:8006"]),
        ("java -jar shop.jar --server.port=8007 --server.address=127.0.0.1", ["127.0.0.1:8007"]),
        ("/opt/shop --listen 127.0.0.1:8008", ["127.0.0.1:8008"]),
        ("/opt/shop --port 8009", ["[::]:8009"]),
        ("mysql --host db.example.com --port 3306", []),
        ("mysql --host 10.0.0.7 --port 3306", []),
        ("npm start", []),
        ("", []),
    ],
)
def test_commands(command, addresses):
    assert of(command) == addresses


def test_the_environment_names_a_port():
    assert of("npm start", PORT="3000") == ["[::]:3000"]
    assert of("node server.js", PORT="3000") == ["[::]:3000"]
    assert of("gunicorn app:app -b 127.0.0.1:${P}", P="8010") == ["127.0.0.1:8010"]
    assert of("gunicorn app:app", GUNICORN_CMD_ARGS="--bind=127.0.0.1:8011") == ["127.0.0.1:8011"]


def test_every_product_is_found():
    assert [each.name for each in products()] == ["gunicorn", "node", "php-fpm", "uvicorn", "uwsgi"]


PROGRAMS = ["gunicorn", "uvicorn", "uwsgi", "php-fpm8.2", "node", "python -m flask run", "sh -c", "env", "java", "php"]


@given(st.sampled_from(PROGRAMS), st.lists(st.text(max_size=15) | st.sampled_from(["-b", "--port", "-m", "-S", "-c"])))
def test_any_words(program, words):
    binds_of_command([*program.split(), *words], "/srv", HERE, {"PORT": "".join(words)})


@pytest.mark.parametrize(
    ("command", "may"),
    [
        ("/usr/local/bin/check --host 127.0.0.1 --port 8000", True),
        ("/usr/bin/python3 /opt/check.py --port 8000", True),
        ("/usr/bin/mysqldump --host=127.0.0.1 --port=3306", True),
        ("/opt/app/node_modules/.bin/next start --port 3000", False),
        ("/usr/bin/php artisan serve --port 8000", False),
        ("/usr/bin/service --listen 127.0.0.1:8000 --port 9", False),
        ("uvicorn app:app --port 8000", False),
        ("/usr/bin/check", False),
        ("", False),
    ],
)
def test_a_port_alone_may_be_where_a_program_connects(command: str, may: bool) -> None:
    assert may_connect(split(command)) is may
