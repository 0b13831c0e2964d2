import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.aws_alb import FORMAT, LAMBDA
from why502.observations.failure import FailureId

START = b"https 2026-11-20T14:02:11.186641Z app/web/0123456789abcdef 192.0.2.7:41022 198.51.100.17:8080 0.000 0.003 -1 "


@pytest.mark.parametrize(
    ("status", "target", "upstream", "failure"),
    [
        (502, b"502", True, FailureId.UPSTREAM_ANSWERED_ERROR),
        (503, b"503", True, FailureId.UPSTREAM_ANSWERED_ERROR),
        (504, b"504", True, FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"200", True, FailureId.UNKNOWN),
        (502, b"", True, FailureId.CLOSED_BEFORE_RESPONSE),
        (502, b"", False, FailureId.INVALID_RESPONSE),
        (503, b"", False, FailureId.NO_LIVE_UPSTREAM),
        (504, b"", True, FailureId.RESPONSE_TIMEOUT),
        (520, b"", True, FailureId.UNKNOWN),
        (460, b"", True, None),
        (463, b"", False, None),
        (464, b"", False, None),
        (561, b"", False, None),
        (500, b"500", True, None),
    ],
)
def test_both_statuses_tell(status: int, target: bytes, upstream: bool, failure: FailureId | None) -> None:
    assert told(FORMAT, status, b"forward", b"-", upstream=upstream, upstream_status=target) is failure


@pytest.mark.parametrize("reason", LAMBDA)
def test_a_function_is_told_by_the_reason(reason: bytes) -> None:
    assert told(FORMAT, 502, b"forward", reason, upstream=False) is LAMBDA[reason]


@pytest.mark.parametrize("action", [b"fixed-response", b"redirect", b"waf-failed"])
def test_an_answer_of_the_rules_is_not_laid_to_a_target(action: bytes) -> None:
    assert told(FORMAT, 503, action, b"-", upstream=False) is FailureId.UNKNOWN
    assert told(FORMAT, 503, action + b",forward", b"-", upstream=False) is FailureId.NO_LIVE_UPSTREAM


@given(st.binary(max_size=60).filter(lambda raw: b"\n" not in raw))
def test_what_a_client_sends_does_not_change_the_status(agent: bytes) -> None:
    line = line_of(FORMAT, START + b'502 - 34 366 "GET https://a.example:443/ HTTP/1.1" "' + agent + b'" - - -')
    assert line is not None
    assert (line.status, line.target, line.client) == (502, b"https://a.example:443/", b"192.0.2.7")


def test_a_malformed_request_has_no_route() -> None:
    line = line_of(FORMAT, START + b'400 - 0 272 "- http://a.example:80- -" "-" - - - "-" "-" "-" - - "-" "-" "-" "-"')
    assert line is not None
    assert (line.status, line.method, line.target) == (400, b"", b"")


def test_a_network_load_balancer_is_another_log() -> None:
    other = b"tls 2.0 2026-11-20T02:59:40 net/n/c6e77e28c25b2234 g3d4b5e8bb8464cd 192.0.2.7:2817 198.51.100.1:80 5 2 98"
    assert line_of(FORMAT, other) is None
