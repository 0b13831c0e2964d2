import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.clf_plans import Token, compiled, unquoted
from why502.logs.formats.apache import COMBINED, meaning
from why502.logs.plan import Plan, Role, Unit
from why502.logs.reading import Line, read

CUSTOM = '%t %h "%r" %>s %B %D "%{User-Agent}i" %X %{BALANCER_WORKER_NAME}e "%{proxy-status}n"'
BEHIND = '%t %h %{Host}i "%r" %>s %b %{ms}T'
FORMATS = (COMBINED, CUSTOM, BEHIND)
BAD = st.lists(
    st.sampled_from(
        ["a", " ", '"', "\\", "[", "]", ",", ":", "-", "502", " 502 ", '" 502 1 "', "] ", "\n", "\x00", "é", '\\" 502 ']
    ),
    max_size=12,
).map("".join)
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\x00": "\\x00"}
VALUES = {
    "h": "127.0.0.1",
    "l": "-",
    "t": "[20/Nov/2026:14:02:11 +0000]",
    ">s": "200",
    "b": "5",
    "B": "5",
    "D": "4000",
    "X": "+",
    "{ms}T": "4",
    "{BALANCER_WORKER_NAME}e": "http://10.0.0.1:80",
    "{proxy-status}n": "200",
}


def line_of(text: str, words: dict[str, str]) -> bytes:
    """Write a line as Apache does: what others said is escaped, and a dash where nothing was said."""

    def put(found: re.Match[str]) -> str:
        token = found[1]
        if token in VALUES:
            return VALUES[token]
        return "".join(ESCAPES.get(each, each) for each in words[token]) or "-"

    return re.sub(r"%(>?(?:\{[^}]*\})?[a-zA-Z])", put, text).encode()


def first(plans: tuple[Plan, ...], line: bytes) -> Line | None:
    return next((made for plan in plans if (made := read(plan, line)) is not None), None)


@pytest.mark.parametrize("text", FORMATS)
@given(request=BAD, agent=BAD, user=BAD, host=BAD)
def test_no_client_text_makes_another_status_or_upstream(
    text: str, request: str, agent: str, user: str, host: str
) -> None:
    words = {"r": request, "{User-Agent}i": agent, "{User-agent}i": agent, "{Referer}i": agent, "u": user}
    found = first(compiled(text, "x", meaning), line_of(text, {**words, "{Host}i": host}))
    if text != BEHIND and "[" not in user:
        assert found is not None
    if found is not None:
        assert found.status == 200
        assert found.attempts[-1].upstream == (b"http://10.0.0.1:80" if text == CUSTOM else b"")
        assert found.seconds == (None if text == COMBINED else 4000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("%h %t", "no status"),
        ("%h %>s", "no time"),
        ("%t %>s%b", "nothing stands between"),
        ("%t %{Host}i|%b|%>s|%B", "can hold"),
        ("%t %>s %^ZZ", "not known"),
        ("%{%d/%b/%Y:%T %z}t %>s", "holds the blank"),
    ],
)
def test_what_is_not_certain_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        compiled(text, "x", meaning)


@pytest.mark.parametrize(
    ("token", "role", "unit"),
    [
        (Token(letter="D"), Role.SECONDS, Unit.MICROSECONDS),
        (Token(letter="T"), Role.SECONDS, Unit.SECONDS),
        (Token(letter="T", name="ms"), Role.SECONDS, Unit.MILLISECONDS),
        (Token(letter="T", name="us"), Role.SECONDS, Unit.MICROSECONDS),
        (Token(letter="t"), Role.TIME, Unit.SECONDS),
        (Token(letter="t", name="msec"), Role.TIME, Unit.SECONDS),
        (Token(letter="t", name="%Y"), Role.NONE, Unit.SECONDS),
        (Token(letter="a", name="c"), Role.NONE, Unit.SECONDS),
    ],
)
def test_meanings(token: Token, role: Role, unit: Unit) -> None:
    found = meaning(token)
    assert (found.role, found.unit) == (role, unit)


def test_the_final_status_goes_before_the_original() -> None:
    found = first(compiled("%t %s %>s %b", "x", meaning), b"[20/Nov/2026:14:02:11 +0000] 200 502 5")
    assert found is not None
    assert found.status == 502


def test_method_and_path_stand_apart() -> None:
    found = first(compiled('%t %m "%U%q" %>s', "x", meaning), b'[20/Nov/2026:14:02:11 +0000] GET "/a?b=1" 502')
    assert found is not None
    assert (found.method, found.target) == (b"GET", b"/a?b=1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'"%h \"%r\"" common', '%h "%r"'),
        ('%h "%r"', '%h "%r"'),
        ('"%r" %>s "%h"', '"%r" %>s "%h"'),
        (r"%h \"%r\"", '%h "%r"'),
    ],
)
def test_quotes_of_the_configuration(text: str, expected: str) -> None:
    assert unquoted(text) == expected


@pytest.mark.parametrize("client", ["127.0.0.1", "2001:db8::7"])
def test_a_client_and_its_port(client: str) -> None:
    (plan,) = compiled('%t %a:%{remote}p %>s "%r"', "x", meaning)
    found = read(plan, b'[20/Nov/2026:14:02:11 +0000] %s:41022 502 "GET / HTTP/1.1"' % client.encode())
    assert found is not None
    assert (found.client, found.status) == (client.encode(), 502)


@given(st.text(max_size=80))
def test_any_directive_is_answered(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert compiled("%t %s " + text, "x", meaning)
