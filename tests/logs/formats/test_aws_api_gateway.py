import pytest

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


def test_the_combined_format_is_another() -> None:
    line = b'192.0.2.7 - - [20/Nov/2026:14:02:11 +0000] "GET /a HTTP/1.1" 502 36 "-" "curl"'
    assert line_of(FORMAT, line) is None
