import contextlib
import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from why502.logs.format import Judged, Signs
from why502.logs.nginx_access import COMBINED, Escape
from why502.logs.nginx_plans import compiled, from_text, judge
from why502.logs.plan import Plan
from why502.logs.reading import Attempt, Line, read
from why502.observations.failure import FailureId

LABELLED = (
    COMBINED + ' rt=$request_time us="$upstream_status" ua="$upstream_addr" uct="$upstream_connect_time" '
    'uht="$upstream_header_time" urt="$upstream_response_time" c=$connection'
)
BARE = "$remote_addr [$time_local] $status $upstream_addr $upstream_status $upstream_response_time $connection"
BEHIND = '$time_iso8601 $status $remote_addr $http_host "$request" $upstream_addr $upstream_status $connection'
JSON = '{"t":"$time_iso8601","s":$status,"r":"$request","ua":"$upstream_addr","us":"$upstream_status","a":"$http_x"}'
FORMATS = [(COMBINED, Escape.DEFAULT), (LABELLED, Escape.DEFAULT), (BARE, Escape.DEFAULT), (BEHIND, Escape.DEFAULT)]
FORMATS += [(JSON, Escape.JSON)]

BAD = st.lists(
    st.sampled_from(
        [
            "a",
            " ",
            '"',
            "\\",
            "[",
            "]",
            ",",
            ":",
            "-",
            "502",
            " 502 ",
            '" 502 1 "',
            "] ",
            "\n",
            "\x00",
            "é",
            '","s":502,"',
        ]
    ),
    max_size=12,
).map("".join)


def first(plans: tuple[Plan, ...], line: bytes) -> Line | None:
    return next((made for plan in plans if (made := read(plan, line)) is not None), None)


def escaped(value: str, escape: Escape) -> str:
    """Escape as nginx does."""
    if escape is Escape.JSON:
        return json.dumps(value)[1:-1]
    return re.sub(
        rb'["\\\x00-\x1f\x7f-\xff]', lambda found: b"\\x%02X" % found[0][0], value.encode("utf-8", "replace")
    ).decode()


def line_of(text: str, escape: Escape, values: dict[str, str]) -> bytes:
    def put(found: re.Match[str]) -> str:
        value = values.get(found[1], "")
        return escaped(value, escape) or ("-" if escape is Escape.DEFAULT else "")

    return re.sub(r"\$(\w+)", put, text).encode()


VALUES = {
    "remote_addr": "127.0.0.1",
    "time_local": "20/Nov/2026:14:02:11 +0000",
    "time_iso8601": "2026-11-20T14:02:11+00:00",
    "request": "GET / HTTP/1.1",
    "status": "200",
    "body_bytes_sent": "5",
    "request_time": "0.004",
    "upstream_addr": "127.0.0.1:8000",
    "upstream_status": "200",
    "upstream_connect_time": "0.001",
    "upstream_header_time": "0.003",
    "upstream_response_time": "0.004",
    "connection": "17",
}


@pytest.mark.parametrize(("text", "escape"), FORMATS)
@given(request=BAD, agent=BAD, user=BAD, host=BAD)
def test_no_client_text_makes_another_status_or_upstream(
    text: str, escape: Escape, request: str, agent: str, user: str, host: str
) -> None:
    words = {"http_user_agent": agent, "http_referer": agent, "remote_user": user, "http_host": host, "http_x": agent}
    line = line_of(text, escape, {**VALUES, **words, "request": request})
    found = first(compiled(text, "x", escape), line)
    if found is not None:
        assert found.status == 200
        assert found.attempts[-1].upstream in (b"127.0.0.1:8000", b"")
        assert (b"127.0.0.1:8000" in line) == (found.attempts[-1].upstream == b"127.0.0.1:8000")
    if text != BEHIND and "[" not in user:
        assert found is not None


@pytest.mark.parametrize("tries", [1, 2, 3])
@pytest.mark.parametrize("text", [LABELLED, BARE])
def test_several_servers(text: str, tries: int) -> None:
    def listed(each: str, last: str) -> str:
        return ", ".join([each] * (tries - 1) + [last])

    values = {
        "upstream_addr": listed("127.0.0.1:8001", "127.0.0.1:8000"),
        "upstream_status": listed("502", "200"),
        "upstream_connect_time": listed("-", "0.001"),
        "upstream_header_time": listed("-", "0.003"),
        "upstream_response_time": listed("0.000", "0.004"),
    }
    found = first(compiled(text, "x"), line_of(text, Escape.DEFAULT, {**VALUES, **values}))
    assert found is not None
    assert (found.attempts[-1].upstream, found.attempts[-1].status) == (b"127.0.0.1:8000", b"200")
    assert found.attempts[-1].seconds == 4000
    assert found.key == b"17"
    if tries > 1:
        assert found.attempts[0] == Attempt(upstream=b"127.0.0.1:8001", status=b"502", seconds=0)
    assert len(found.attempts) == tries
    # A connect time is told only where it belongs to the one server.
    assert found.words[1:3] == ((b"+", b"0") if tries == 1 and text == LABELLED else (b"", b""))


@pytest.mark.parametrize(
    "text",
    [
        "[$time_local] $upstream_addr $http_x $status",
        "[$time_local] $status $upstream_addr,$upstream_status",
        "[$time_local] $status $http_x $upstream_addr $connection",
        "[$time_local] $status $upstream_addr : $connection",
        "[$time_local] $status $upstream_addr :$http_x",
    ],
)
@given(word=BAD)
@example(word=": evil:80 a")
@example(word="a evil:80,")
@example(word="a evil:80 :")
def test_no_client_lengthens_a_list(text: str, word: str) -> None:
    for listed in ("127.0.0.1:8000", "127.0.0.1:8001, 127.0.0.1:8000"):
        values = {**VALUES, "upstream_addr": listed, "http_x": word, "upstream_status": listed.replace(":", "")}
        try:
            plans = compiled(text, "x")
        except ValueError:
            return
        found = first(plans, line_of(text, Escape.DEFAULT, values))
        if found is not None:
            assert (found.status, found.attempts[-1].upstream) == (200, b"127.0.0.1:8000")
            assert {each.upstream for each in found.attempts} <= {b"127.0.0.1:8001", b"127.0.0.1:8000"}
        assert found is not None or word not in ("a", "502") or ":" in text.partition("]")[2]


@pytest.mark.parametrize("end", ["", " $connection", "|$connection", ' "$request"', "] [$connection]"])
@pytest.mark.parametrize("listed", ["", "-", "a", "a:1, b:2", "a:1, b:2 : [::1]:80, unix:/x", "a:1 : b:2"])
def test_a_list_without_quotes_is_one_value(end: str, listed: str) -> None:
    (plan,) = compiled("$time_iso8601 $status $upstream_addr" + end, "x")
    values = {**VALUES, "upstream_addr": listed}
    found = read(plan, line_of("$time_iso8601 $status $upstream_addr" + end, Escape.NONE, values))
    if end.startswith("]") and "[" in listed:
        assert found is None
        return
    assert found is not None
    named = listed.replace(" : ", ", ").replace("-", "")
    assert [each.upstream.decode() for each in found.attempts] == named.split(", ")


@pytest.mark.parametrize("client", ["127.0.0.1", "2001:db8::7", "unix:"])
@pytest.mark.parametrize("end", ["", " $connection", "|$connection"])
def test_a_client_and_its_port(client: str, end: str) -> None:
    text = "[$time_local] $status $remote_addr:$remote_port" + end
    found = first(
        compiled(text, "x"), line_of(text, Escape.DEFAULT, {**VALUES, "remote_addr": client, "remote_port": "4711"})
    )
    assert found is not None
    assert (found.client, found.key) == (client.encode(), b"17" if end else b"")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$remote_addr [$time_local]", "no \\$status"),
        ("$remote_addr $status", "no time"),
        ("[$time_local] $status$body_bytes_sent", "nothing stands between"),
        ("[$time_local] $http_user_agent $body_bytes_sent $status $http_host|$bytes_sent", "can hold"),
        ("[$time_local] $http_a|$status|$body_bytes_sent|$bytes_sent", "can hold"),
        ("nothing", "no variable"),
    ],
)
def test_what_is_not_certain_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        compiled(text, "x")


@pytest.mark.parametrize(
    "text",
    [
        "log_format a '$remote_addr [$time_local] '\n  '\"$request\" $status';",
        'log_format a escape=default "$remote_addr [$time_local] \\"$request\\" $status";',
        "'$remote_addr [$time_local] ' '\"$request\" $status'",
        '$remote_addr [$time_local] "$request" $status',
    ],
)
def test_a_directive_in_its_ways_of_writing(text: str) -> None:
    line = b'127.0.0.1 [20/Nov/2026:14:02:11 +0000] "GET / HTTP/1.1" 502'
    found = first(from_text(text, "x"), line)
    assert found is not None
    assert found.status == 502


@given(st.text(max_size=80))
def test_any_directive_is_answered(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert from_text("$time_local] $status " + text, "x")


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (Signs(status=200, upstream_status=b"200"), None),
        (Signs(status=499), None),
        (Signs(status=500, upstream_status=b"500"), None),
        (Signs(status=200, upstream_status=b"502"), None),
        (Signs(status=502, upstream_status=b"502"), FailureId.UNKNOWN),
        (Signs(status=502, upstream_status=b"502", words=(b"", b"+", b"0", b"")), FailureId.UPSTREAM_ANSWERED_ERROR),
        (Signs(status=503, upstream_status=b"503"), FailureId.UPSTREAM_ANSWERED_ERROR),
        (Signs(status=503), FailureId.UNKNOWN),
        (Signs(status=504, upstream_status=b"504", words=(b"", b"", b"-", b"")), FailureId.CONNECT_TIMEOUT),
        (Signs(status=504, upstream_status=b"504", words=(b"", b"", b"0", b"")), FailureId.RESPONSE_TIMEOUT),
        (Signs(status=504, upstream_status=b"504"), FailureId.UNKNOWN),
        (Signs(status=502, upstream_status=b"502", group=True), FailureId.NO_LIVE_UPSTREAM),
        (Signs(status=502, upstream_status=b"200", group=True), FailureId.UNKNOWN),
        (Signs(status=502, upstream_status=b"502", group=True, last=False), FailureId.NO_LIVE_UPSTREAM),
        (Signs(status=500, upstream_status=b"502", group=True), None),
        (Signs(status=200, upstream_status=b"502", last=False), FailureId.UNKNOWN),
        (Signs(status=200, upstream_status=b"503", last=False), FailureId.UPSTREAM_ANSWERED_ERROR),
        (Signs(status=502, upstream_status=b"200", last=False), None),
    ],
)
def test_judging(signs: Signs, expected: FailureId | None) -> None:
    judged = judge(signs)
    assert (judged.failed, judged.failure) == (expected is not None, expected)


def test_what_is_known_waits_for_nobody() -> None:
    assert judge(Signs(status=503, upstream_status=b"503")) == Judged(
        failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR
    )
    assert judge(Signs(status=502, upstream_status=b"502")).partner
