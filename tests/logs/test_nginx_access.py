import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.nginx_access import (
    COMBINED,
    AccessLine,
    Attempt,
    Escape,
    Field,
    Literal,
    Shape,
    compile_format,
    reader,
)

UPSTREAM = (
    'st=$status us="$upstream_status" ua="$upstream_addr" ct="$upstream_connect_time" ht="$upstream_header_time" '
    'rt="$upstream_response_time" br="$upstream_bytes_received" q="$request_time"'
)
INGRESS = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" '
    "$request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr "
    "$upstream_response_length $upstream_response_time $upstream_status $req_id"
)


def read(text: str, line: str | bytes, escape: Escape = Escape.DEFAULT) -> AccessLine | None:
    return reader(compile_format(text, escape))(line if isinstance(line, bytes) else line.encode())


def test_a_format_is_a_plan_of_literals_and_fields() -> None:
    assert compile_format("$status ${host}x").steps == (
        Field(name="status", shape=Shape.NUMBER),
        Literal(text=b" "),
        Field(name="host", shape=Shape.TEXT),
        Literal(text=b"x"),
    )


def test_combined() -> None:
    line = read(
        COMBINED, '127.0.0.1 - - [21/Nov/2026:13:26:12 +0200] "GET /two?q=1 HTTP/1.1" 502 157 "-" "curl/7.88.1"\n'
    )
    assert line == AccessLine(
        at=datetime(2026, 11, 21, 11, 26, 12, tzinfo=UTC),
        status=502,
        request="GET /two?q=1 HTTP/1.1",
        method="GET",
        uri="/two?q=1",
        remote_addr="127.0.0.1",
        user_agent="curl/7.88.1",
    )


@pytest.mark.parametrize("request_line", ["", "\\x16\\x03\\x01", "GET", "\\x22GET\\x22 / HTTP/1.1"])
def test_what_is_no_request_line_has_no_method(request_line: str) -> None:
    line = read(COMBINED, f'127.0.0.1 - - [21/Nov/2026:13:26:12 +0000] "{request_line}" 400 157 "-" "-"')
    assert line is not None
    assert (line.status, line.method, line.uri, line.user_agent) == (400, None, None, None)


def test_attempts_stand_one_by_one() -> None:
    line = read(
        UPSTREAM,
        'st=502 us="504, 502 : 200" ua="127.0.0.1:21904, [::1]:80 : unix:/run/a.sock" ct="0.001, - : 0.2" '
        'ht="-, - : 0.019" rt="1.002, 0.000 : 0.2" br="0, 0 : 105" q="1.002"',
    )
    assert line is not None
    assert line.request_time == 1.002
    assert line.attempts == (
        Attempt(addr="127.0.0.1:21904", status=504, connect_time=0.001, response_time=1.002, bytes_received=0),
        Attempt(addr="[::1]:80", status=502, response_time=0.0, bytes_received=0),
        Attempt(
            addr="unix:/run/a.sock",
            status=200,
            connect_time=0.2,
            header_time=0.019,
            response_time=0.2,
            bytes_received=105,
            pass_=1,
        ),
    )
    assert not any(attempt.group for attempt in line.attempts)


def test_no_upstream_and_a_group() -> None:
    none = read(UPSTREAM, 'st=200 us="-" ua="-" ct="-" ht="-" rt="-" br="-" q="0.000"')
    assert none is not None
    assert none.attempts == ()
    group = read(UPSTREAM, 'st=502 us="502, 502" ua="10.0.0.1:80, app" ct="-, -" ht="-, -" rt="0, 0" br="0, 0" q="0"')
    assert group is not None
    assert [attempt.group for attempt in group.attempts] == [False, True]


def test_lists_that_do_not_fit_are_unreadable() -> None:
    assert read(UPSTREAM, 'st=502 us="502, 502" ua="10.0.0.1:80" ct="-" ht="-" rt="0" br="0" q="0"') is None


def test_ingress() -> None:
    line = read(
        INGRESS,
        '192.0.2.7 - - [21/Nov/2026:02:36:13 +0000] "GET / HTTP/1.1" 504 160 "-" "curl/8.5" 77 60.001 [shop-web-80] [] '
        "10.1.0.9:8080, 10.1.0.8:8080 0, 0 60.001, 0.1 504, 502 2f0a9c1de0b14a3f",
    )
    assert line is not None
    assert [(attempt.addr, attempt.status) for attempt in line.attempts] == [
        ("10.1.0.9:8080", 504),
        ("10.1.0.8:8080", 502),
    ]


def test_json() -> None:
    text = (
        '{"time":"$time_iso8601","status":"$status","n":$request_time,"ua":"$http_user_agent","us":"$upstream_status"}'
    )
    agent = 'a"b\\c\nd\x01é'
    raw = json.dumps(agent, ensure_ascii=False)
    line = read(
        text, f'{{"time":"2026-11-21T13:26:12+00:00","status":"502","n":0.5,"ua":{raw},"us":"502, -"}}', Escape.JSON
    )
    assert line is not None
    assert (line.at, line.status, line.request_time) == (datetime(2026, 11, 21, 13, 26, 12, tzinfo=UTC), 502, 0.5)
    assert line.user_agent == agent
    assert [attempt.status for attempt in line.attempts] == [502, None]


def test_msec_is_the_most_exact_time() -> None:
    line = read("$msec $time_local $pid $connection", "1795267572.123 21/Nov/2026:13:26:12 +0000 77 5")
    assert line is not None
    assert line.at == datetime.fromtimestamp(1795267572.123, UTC)
    assert (line.pid, line.connection) == (77, 5)


@pytest.mark.parametrize(
    "text",
    ["", "nothing", "$status$host", "$request_uri $status $http_user_agent", "$remote_user $upstream_addr $status"],
)
def test_formats_that_cannot_be_read_with_certainty_are_refused(text: str) -> None:
    plan = compile_format(text)
    assert plan.problem
    assert reader(plan)(b"a b c") is None


def test_client_text_without_quotes_cannot_become_a_field() -> None:
    text = "$remote_addr|$request|$http_user_agent|$status"
    assert compile_format(text).problem is None
    good = read(text, "1.2.3.4|GET / HTTP/1.1|curl x|502")
    assert good is not None
    assert (good.status, good.user_agent) == (502, "curl x")
    assert read(text, "1.2.3.4|GET / HTTP/1.1|curl|200|502") is None
    forged = '1.2.3.4 - x [21/Nov/2026:13:26:12 +0000] [21/Nov/2027:13:26:12 +0000] "GET / HTTP/1.1" 502 1 "-" "-"'
    assert read(COMBINED, forged) is None


def nginx_escape(value: str) -> str:
    return "".join(chr(one) if 32 <= one < 127 and one not in b'"\\' else f"\\x{one:02X}" for one in value.encode())


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=30))
def test_no_client_text_changes_the_status(request: str, agent: str, user: str) -> None:
    line = read(
        COMBINED,
        f'1.2.3.4 - {nginx_escape(user) or "-"} [21/Nov/2026:13:26:12 +0000] "{nginx_escape(request)}" 502 157 "-" '
        f'"{nginx_escape(agent)}"',
    )
    if line is None:
        assert " " in user
    else:
        assert line.status == 502
        assert line.user_agent in (agent, None)
        assert line.request in (request, None)


@given(st.text(max_size=80), st.sampled_from(list(Escape)), st.binary(max_size=120))
def test_any_format_and_any_bytes(text: str, escape: Escape, line: bytes) -> None:
    reader(compile_format(text, escape))(line)
    reader(compile_format("$status " + text + '"$request" $upstream_addr', escape))(line)
    reader(compile_format(COMBINED, escape))(line)
    reader(compile_format(UPSTREAM, escape))(line)


def test_hostile_lines_take_no_time() -> None:
    for unit in (b", ", b" : ", b'"', b"\\", b"[", b" ", b"a, "):
        for text in (COMBINED, UPSTREAM, INGRESS):
            assert reader(compile_format(text))(unit * 30000) is None
    assert read("$upstream_addr $status", b"a, " * 20000) is None
