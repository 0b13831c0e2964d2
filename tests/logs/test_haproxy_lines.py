"""HAProxy's `log-format` as plans, and what its termination states mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.format import Signs
from why502.logs.haproxy_lines import HTTP, by_use, compiled, judge, judge_tcp
from why502.logs.plan import Plan
from why502.logs.reading import Line, read
from why502.observations.failure import FailureId

CAPTURING = (
    '"%ci:%cp [%tr] %ft %b/%s %ST %tsc %{+Q}r ua=%{+Q,+E}[capture.req.hdr(0),regsub(\\"]\\",x)] %HM %HU %Ta\\ %ID"'
)


def first_read(plans: tuple[Plan, ...], line: bytes) -> Line:
    found = next((made for plan in plans if (made := read(plan, line)) is not None), None)
    assert found is not None
    return found


def test_a_directive_of_ones_own() -> None:
    line = (
        b'127.0.0.1:52746 [21/Nov/2026:19:00:51.433] c b/s1 502 ---- "GET /a HTTP/1.1" '
        b'ua="evil\\" 200 {x|y} \\]#\\\\ " GET /a 7 -'
    )
    found = first_read(compiled("x", "log-format " + CAPTURING), line)
    assert (found.status, found.target, found.seconds) == (502, b"/a", 7000)
    assert found.client == b"127.0.0.1"
    assert found.attempts[0].upstream == b"b/s1"


def test_nothing_behind_a_sample_that_could_move_it_is_believed() -> None:
    (plan,) = compiled("x", "[%tr] %b/%s %ST %[capture.req.hdr(0)] %tsc|%[capture.req.hdr(1)]|%Ta")
    found = read(plan, b"[21/Nov/2026:19:00:51.433] b/s1 200 evil SD-- |x|9 ---- |y|7")
    assert found is not None
    assert (found.status, found.words, found.seconds) == (200, (b"", b"", b"", b""), None)


@pytest.mark.parametrize(
    ("directive", "says"),
    [
        ("[%tr] %[req.hdr(a)] %ST |%[req.hdr(b)]| %tsc", "neither status"),
        ("%ci %ST", "no time"),
        ("%ci%cp [%tr] %ST", "nothing stands between"),
        ("[%tr] %ST %r", "holds blanks"),
        ("%T %ST", "put it in brackets"),
        ("[%tr] %ST %[req.hdr(a", "no end"),
        ("", "no time"),
    ],
)
def test_what_cannot_be_read_is_said(directive: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        compiled("x", directive)


def test_numbers_in_hexadecimal_are_none() -> None:
    (plan,) = compiled("x", "%{+X}o [%tr] %ST %tsc %Ta %{+Q}r")
    found = read(plan, b'[21/Nov/2026:19:00:51.433] 1F6 SH-- 1F4 "GET / HTTP/1.1"')
    assert found is not None
    assert (found.status, found.seconds, found.words[3]) == (0, None, b"SH--")


def test_without_timers_a_state_does_not_tell_whether_a_server_was_chosen() -> None:
    (plan,) = compiled("x", "[%tr] %b/%s %ST %tsc")
    found = read(plan, b"[21/Nov/2026:19:00:51.433] b/s1 503 SC--")
    assert found is not None
    judged = judge(Signs(status=503, words=found.words, upstream=True))
    assert judged.failure is FailureId.CONNECT_REFUSED


@given(
    cookie=st.lists(
        st.sampled_from(
            [b" ", b"-", b'"', b"{", b"}", b"SD--", b" - SD-- 1/1/0/0/0 0/0 ", b'{"', b'"GET / HTTP/1.1"', b"502", b"="]
        ),
        max_size=10,
    ).map(b"".join),
    captured=st.sampled_from([b"", b"{curl} ", b"{curl} {up} "]),
)
def test_a_captured_cookie_makes_no_state(cookie: bytes, captured: bytes) -> None:
    """HAProxy does not escape it (seen with 2.6.12); a line is read as it was meant, or without its state, or not."""
    line = (
        b"127.0.0.1:1 [21/Nov/2026:19:00:51.402] f b/s1 0/0/0/0/0 200 59 X=" + cookie + b" - ---- 1/1/0/0/0 0/0 "
        b"" + captured + b'"GET /s200 HTTP/1.1"'
    )
    for plan in compiled("x", HTTP):
        found = read(plan, line)
        if found is not None:
            assert found.status == 200
            assert found.words[0] in (b"", b"----")


@pytest.mark.parametrize(
    ("status", "state", "timers", "failure"),
    [
        (503, b"SC--", (b"+", b""), FailureId.CONNECT_REFUSED),
        (503, b"SC--", (b"", b""), FailureId.NO_LIVE_UPSTREAM),
        (503, b"sC--", (b"+", b""), FailureId.CONNECT_TIMEOUT),
        (503, b"sQ--", (b"+", b""), FailureId.GATEWAY_LIMIT),
        (502, b"SH--", (b"+", b"+"), FailureId.CLOSED_BEFORE_RESPONSE),
        (504, b"sHVN", (b"+", b"+"), FailureId.RESPONSE_TIMEOUT),
        (502, b"PH--", (b"+", b"+"), FailureId.INVALID_RESPONSE),
        (500, b"PH--", (b"+", b"+"), None),
        (200, b"SD--", (b"+", b"+"), FailureId.TRUNCATED_RESPONSE),
        (200, b"sD--", (b"+", b"+"), FailureId.TRUNCATED_RESPONSE),
        (101, b"sD--", (b"+", b"+"), None),
        (200, b"CD--", (b"+", b"+"), None),
        (200, b"cD--", (b"+", b"+"), None),
        (0, b"CH--", (b"+", b"+"), None),
        (503, b"CQ--", (b"+", b""), None),
        (502, b"CD--", (b"+", b"+"), FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"----", (b"+", b"+"), FailureId.UPSTREAM_ANSWERED_ERROR),
        (200, b"----", (b"+", b"+"), None),
        (403, b"PR--", (b"", b""), None),
        (503, b"LR--", (b"", b""), None),
        (200, b"SC--", (b"+", b""), None),
    ],
)
def test_states(status: int, state: bytes, timers: tuple[bytes, bytes], failure: FailureId | None) -> None:
    judged = judge(Signs(status=status, words=(state, *timers, b""), upstream=True))
    assert (judged.failed, judged.failure) == (failure is not None, failure)


def test_an_idle_connection_is_no_failure() -> None:
    assert not judge_tcp(Signs(status=0, words=(b"sD", b"+", b"+", b""))).failed
    assert judge_tcp(Signs(status=0, words=(b"SD", b"+", b"+", b""))).failure is FailureId.TRUNCATED_RESPONSE


def test_plans_in_use_come_first() -> None:
    plans = compiled("x", HTTP)
    line = (
        b"127.0.0.1:1 [21/Nov/2026:19:00:51.402] f b/s1 0/0/0/0/0 200 59 - - ---- 1/1/0/0/0 0/0 {a} {b} "
        b'"GET /s200 HTTP/1.1"'
    )
    assert read(plans[0], line) is None
    assert read(by_use([line], plans)[0], line) is not None
    assert by_use([], plans) == plans
