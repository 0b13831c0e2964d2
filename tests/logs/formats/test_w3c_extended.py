import pytest

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.w3c_extended import DEFAULT, FORMAT, REASONS, WINHTTP, win32
from why502.logs.plan import Kind
from why502.observations.failure import FailureId


@pytest.mark.parametrize("number", WINHTTP)
def test_the_error_number_tells_in_either_form(number: int) -> None:
    assert told(FORMAT, 502, b"3", b"%d" % number) is WINHTTP[number]
    assert told(FORMAT, 502, b"3", b"%d" % (0x80070000 + number)) is WINHTTP[number]


@pytest.mark.parametrize(
    ("status", "sub", "number", "failure"),
    [
        (502, b"0", b"0", FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"1", b"0", FailureId.RESPONSE_TIMEOUT),
        (502, b"2", b"0", FailureId.INVALID_RESPONSE),
        (502, b"4", b"0", FailureId.NO_LIVE_UPSTREAM),
        (502, b"5", b"2147942402", FailureId.SPAWN_FAILED),
        (502, b"6", b"12030", FailureId.CLOSED_BEFORE_RESPONSE),
        (502, b"3", b"12017", None),
        (502, b"3", b"64", None),
        (502, b"3", b"1", FailureId.UNKNOWN),
        (502, b"", b"", FailureId.UNKNOWN),
        (503, b"2", b"0", FailureId.GATEWAY_LIMIT),
        (503, b"0", b"0", FailureId.UNKNOWN),
        (504, b"0", b"0", FailureId.UNKNOWN),
        (500, b"30", b"0", FailureId.SPAWN_FAILED),
        (500, b"0", b"0", None),
        (400, b"0", b"64", None),
    ],
)
def test_states_tell(status: int, sub: bytes, number: bytes, failure: FailureId | None) -> None:
    assert told(FORMAT, status, sub, number) is failure


@pytest.mark.parametrize(("raw", "number"), [(b"", 0), (b"-1", 0), (b"12002", 12002), (b"9" * 50, 0), (b"\xb2", 0)])
def test_what_is_no_number_is_none(raw: bytes, number: int) -> None:
    assert win32(raw) == number


def test_columns_are_those_of_the_header() -> None:
    line = line_of(FORMAT, b"502 14:02:11 GET /x 2026-11-20", b"#Fields: sc-status time cs-method cs-uri-stem date")
    assert line is not None
    assert (line.at, line.naive, line.status, line.target) == (1795183331, False, 502, b"/x")


def test_a_file_whose_columns_changed() -> None:
    head = (b"#Fields: date time sc-status", b"#Fields: date time sc-status sc-substatus sc-win32-status")
    assert line_of(FORMAT, b"2026-11-20 14:02:11 200", *head) is not None
    changed = line_of(FORMAT, b"2026-11-20 14:02:11 502 3 12029", *head)
    assert changed is not None
    assert changed.words[:2] == (b"3", b"12029")


def test_columns_that_tell_no_requests_are_not_read() -> None:
    assert FORMAT.plans((b"#Fields: date time s-ip",)) == ()
    assert FORMAT.plans((b"#Fields: date time sc-status x-edge-location",)) == ()


def test_columns_can_be_given() -> None:
    assert FORMAT.directive is not None
    assert FORMAT.directive(" ".join(DEFAULT))[0] == FORMAT.plans(())[0]
    with pytest.raises(ValueError, match="CloudFront"):
        FORMAT.directive("date time sc-status x-edge-location")


HTTPERR = (
    b"#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename"
)


@pytest.mark.parametrize("reason", REASONS)
def test_the_drivers_reason_tells(reason: bytes) -> None:
    assert told(FORMAT, 503, b"", b"", reason) is REASONS[reason]


def test_a_connection_without_a_request_is_no_request() -> None:
    start = b"2026-11-20 14:02:11 192.0.2.7 50123 198.51.100.5 80 "
    asked = line_of(FORMAT, start + b"HTTP/1.1 GET /x 503 1 AppOffline DefaultAppPool", HTTPERR)
    idle = line_of(FORMAT, start + b"- - - - - Timer_ConnectionIdle -", HTTPERR)
    assert asked is not None
    assert idle is not None
    assert (asked.plan.kind, asked.status, asked.words[2]) == (Kind.REQUEST, 503, b"AppOffline")
    assert idle.plan.kind is Kind.OTHER
