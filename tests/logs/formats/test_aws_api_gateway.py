import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.aws_api_gateway import FORMAT, MESSAGES, TYPES
from why502.observations.failure import FailureId


@pytest.mark.parametrize("kind", TYPES)
def test_the_response_type_tells(kind: bytes) -> None:
    assert told(FORMAT, 504, kind) is TYPES[kind]


@pytest.mark.parametrize("message", MESSAGES)
def test_the_message_tells(message: bytes) -> None:
    assert told(FORMAT, 504, b"", message) is MESSAGES[message]


@pytest.mark.parametrize(
    ("status", "integration", "function", "failure"),
    [
        (502, b"502", b"", FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"200", b"502", FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"200", b"-", FailureId.INVALID_RESPONSE),
        (502, b"", b"", FailureId.UNKNOWN),
        (503, b"200", b"", FailureId.UNKNOWN),
        (500, b"200", b"", None),
        (429, b"", b"", None),
    ],
)
def test_else_the_integration_tells(
    status: int, integration: bytes, function: bytes, failure: FailureId | None
) -> None:
    assert told(FORMAT, status, b"", b"", function, upstream_status=integration) is failure


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (b'192.0.2.7 - - [20/Nov/2026:14:02:11 +0000] "GET /a HTTP/1.1" 502 36 id-1', b"/a"),
        (b'192.0.2.7 - - [20/Nov/2026:14:02:11 +0000]"GET /a HTTP/1.1" 502 36 id-1 id-2', b"/a"),
        (b'192.0.2.7 - - [20/Nov/2026:14:02:11 +0000] "GET GET /a HTTP/1.1" 502 36 id-1', b"/a"),
        (b'192.0.2.7 - - [20/Nov/2026:14:02:11 +0000] "GET $default HTTP/1.1" 502 36 id-1', b"$default"),
        (b"192.0.2.7,-,-,20/Nov/2026:14:02:11 +0000,GET,/a,HTTP/1.1,502,36,id-1", b"/a"),
        (b"192.0.2.7,-,-,20/Nov/2026:14:02:11 +0000,GET,/a,HTTP/1.1,502,36,id-1,id-2", b"/a"),
        (b"192.0.2.7,20/Nov/2026:14:02:11 +0000,GET,GET /a,HTTP/1.1,502,36,id-1", b"/a"),
        (b"192.0.2.7,20/Nov/2026:14:02:11 +0000,GET,$default,HTTP/1.1,502,36,id-1", b"$default"),
    ],
)
def test_the_documented_templates(line: bytes, path: bytes) -> None:
    made = line_of(FORMAT, line)
    assert made is not None
    assert (made.at, made.status, made.method, made.target, made.key) == (1795183331, 502, b"GET", path, b"id-1")
    assert made.client == b"192.0.2.7"


SERVED = (
    b'{"requestId":"id-1","requestTime":"20/Nov/2026:14:02:11 +0000","httpMethod":"GET","status":200,"path":"/a", '
    b'"userAgent":"%s","responseLatency":"12"}'
)
QUOTING = st.lists(
    st.sampled_from(
        [
            b'"',
            b"\\",
            b'","status":502,"path":"/b", "userAgent":"',
            b'"status":502',
            b'"}',
            b",",
            b"x",
            b'","responseLatency":"1',
        ]
    ),
    max_size=6,
).map(b"".join)


@given(QUOTING)
def test_a_client_that_quotes_is_read_rightly_or_not_at_all(agent: bytes) -> None:
    for head in (SERVED % b"curl", SERVED % agent):
        made = line_of(FORMAT, SERVED % agent, head, SERVED % b"curl")
        assert made is None or (made.status, made.target, made.key) == (200, b"/a", b"id-1")


def test_a_key_that_a_client_added_makes_no_template() -> None:
    line = SERVED % b'","status":"502","x":"'
    assert line_of(FORMAT, line, line, SERVED % b"curl") is None
    made = line_of(FORMAT, SERVED % b"curl", line)
    assert made is not None
    assert (made.status, made.seconds) == (200, 12000)


def test_clients_do_not_crowd_out_the_template() -> None:
    head = [SERVED % (b'","z%d":"1' % number) for number in range(40)] + [SERVED % b"curl"] * 40
    plans = FORMAT.plans(tuple(head))
    assert plans[0] == FORMAT.plans((SERVED % b"curl" + b"\r",))[0]
    assert len(plans) == len(FORMAT.plans(()))


@pytest.mark.parametrize(("key", "path"), [(b"GET /pets", b"/pets"), (b"$default", b"")])
def test_the_route_stands_for_a_path_that_is_not_logged(key: bytes, path: bytes) -> None:
    line = (
        b'{ "requestId":"id-1", "ip": "192.0.2.7", "requestTime":"20/Nov/2026:14:02:11 +0000", "httpMethod":"GET",'
        b'"routeKey":"%s", "status":"502","protocol":"HTTP/1.1", "responseLength":"36" }'
    )
    made = line_of(FORMAT, line % key, line % b"GET /other")
    assert made is not None
    assert (made.status, made.method, made.target) == (502, b"GET", path)


def test_a_template_with_objects_is_read_as_json() -> None:
    made = line_of(
        FORMAT,
        b'{"requestId":"id-1","requestTime":"20/Nov/2026:14:02:11 +0000","httpMethod":"GET","status":"502",'
        b'"error":{"message":"-"}}',
    )
    assert made is not None
    assert made.status == 502


@pytest.mark.parametrize(
    "line",
    [
        b'{"requestId":"id-1","status":"502"}',
        b'{"requestId":"id-1","requestTime":"20/Nov/2026:14:02:11 +0000","httpMethod":"GET","status":"502"',
        SERVED.replace(b'"path"', b" " * 300 + b'"path"'),
        b"{",
        b"{}",
        b'{"a":1}, {"b":2}',
        b'{"a":"' + b"x" * 20000 + b'"}',
        b"{" + b",".join(b'"a%d":1' % number for number in range(200)) + b"}",
    ],
)
def test_what_is_no_template(line: bytes) -> None:
    assert FORMAT.plans((line,)) == FORMAT.plans(())


def test_the_combined_format_is_another() -> None:
    line = b'192.0.2.7 - - [20/Nov/2026:14:02:11 +0000] "GET /a HTTP/1.1" 502 36 "-" "curl"'
    assert line_of(FORMAT, line) is None
