import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.heroku_router import CLIENT, CODES, FORMAT
from why502.logs.plan import Kind
from why502.observations.failure import FailureId

START = b"2026-11-20T14:02:11.120000+00:00 heroku[router]: "
ID = b" request_id=00000000-0000-4000-8000-000000000001 "
END = b" dyno=web.1 connect=1ms service=18ms status=200 bytes=975"


@pytest.mark.parametrize("code", CODES)
def test_the_code_tells(code: bytes) -> None:
    assert told(FORMAT, 503, code) is CODES[code]


@pytest.mark.parametrize(
    ("status", "code", "upstream", "failure"),
    [
        (200, b"H18", True, FailureId.TRUNCATED_RESPONSE),
        (0, b"H18", True, FailureId.RESET_BEFORE_RESPONSE),
        (503, b"H42", True, FailureId.UNKNOWN),
        (502, b"", True, FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"", False, FailureId.UNKNOWN),
        (200, b"", True, None),
        *((status, code, True, None) for code in sorted(CLIENT) for status in (499, 503)),
    ],
)
def test_status_and_code_together(status: int, code: bytes, upstream: bool, failure: FailureId | None) -> None:
    assert told(FORMAT, status, code, upstream=upstream) is failure


@pytest.mark.parametrize(
    "start",
    [
        START,
        b"<158>1 2026-11-20T14:02:11.120000+00:00 host heroku router - ",
        b"<158>1 2026-11-20T14:02:11.120000+00:00 host heroku router - - ",
        b"277 <158>1 2026-11-20T14:02:11.120000+00:00 host heroku router - ",
    ],
)
@pytest.mark.parametrize("end", [b"", b" protocol=https", b" protocol=http1.1 tls=true tls_version=tls1.3"])
def test_each_way_to_deliver_it(start: bytes, end: bytes) -> None:
    line = line_of(FORMAT, start + b'at=info method=GET path="/x" host=a.example' + ID + b'fwd="192.0.2.7"' + END + end)
    assert line is not None
    assert (line.at, line.status, line.target) == (1795183331, 200, b"/x")
    assert line.attempts[0].upstream == b"web.1"
    assert line.attempts[0].seconds == 18000


QUOTING = st.lists(
    st.sampled_from(
        [
            b'"',
            b"\\",
            b" ",
            b"x",
            b'" host=a' + ID + b'fwd="',
            b'" dyno=web.9 connect=1ms service=1ms status=503 bytes=0',
            b" protocol=https",
            b" status=503 ",
        ]
    ),
    max_size=6,
).map(b"".join)


@given(path=QUOTING, forwarded=QUOTING)
def test_a_client_that_quotes_is_read_rightly_or_not_at_all(path: bytes, forwarded: bytes) -> None:
    sent = START + b'at=info method=GET path="/' + path + b'" host=a.example' + ID + b'fwd="' + forwarded + b'"' + END
    line = line_of(FORMAT, sent)
    assert line is None or line.plan.kind is Kind.OTHER or (line.status, line.attempts[0].upstream) == (200, b"web.1")


@pytest.mark.parametrize(
    "line",
    [
        b"2026-11-20T14:02:11+00:00 app[web.1]: " + START + b"at=error code=H12 status=503",
        b"2026-11-20T14:02:11+00:00 heroku[web.1]: State changed from up to crashed",
        b"83 <40>1 2026-11-20T14:02:11+00:00 host app web.3 - <158>1 2026-11-20T14:02:11+00:00 h heroku router - at=",
    ],
)
def test_what_dynos_print_is_known_as_such(line: bytes) -> None:
    made = line_of(FORMAT, line)
    assert made is not None
    assert made.plan.kind is Kind.OTHER


def test_a_line_of_the_router_that_cannot_be_read_is_not_passed_over() -> None:
    assert line_of(FORMAT, START + b"at=error code=H12 who=knows") is None


def test_other_logs_have_no_plans() -> None:
    assert FORMAT.plans((b"Nov 20 14:02:11 host app: x", b"")) == ()
