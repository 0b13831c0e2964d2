from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import case, request, response, route, settings
from why502.causes.application.oversized_header import oversized_header
from why502.observations.failure import FailureId
from why502.observations.probes import Reply

TOO_BIG = case(FailureId.HEADER_TOO_BIG)
HUGE = response(head_bytes=20_000)


def test_proved_by_a_head_above_what_any_gateway_should_take() -> None:
    proves(oversized_header, TOO_BIG, route(), HUGE, by={"ResponseAttempt"})
    endless = response(None, Reply.TOO_BIG, head_bytes=65_536)
    proves(oversized_header, TOO_BIG, route(), endless, by={"ResponseAttempt"})


def test_a_head_that_the_buffer_could_soundly_take_contradicts_it() -> None:
    excludes(oversized_header, TOO_BIG, route(), response(head_bytes=6000))


def test_a_small_head_now_may_be_another_users() -> None:
    open_still(oversized_header, TOO_BIG, route(), response(head_bytes=300))


def test_no_head_at_all_says_nothing() -> None:
    for reply in (None, Reply.TIMED_OUT, Reply.CLOSED):
        open_still(oversized_header, TOO_BIG, route(), response(None, reply, head_bytes=0))


def test_another_failure_is_spared() -> None:
    reset = case(FailureId.RESET_BEFORE_RESPONSE)
    spares(oversized_header, reset, route(), HUGE)
    excludes(oversized_header, reset, route(), response())
    posted = case(FailureId.RESET_BEFORE_RESPONSE, request=request("/", "POST"))
    open_still(oversized_header, posted, route(), response())


def test_bytes_that_are_no_head_are_spared() -> None:
    spares(oversized_header, TOO_BIG, route(), response(None, Reply.TOO_BIG, head_bytes=65_536, wrong="a NUL byte"))


def test_a_gateway_that_takes_it_is_spared() -> None:
    spares(oversized_header, TOO_BIG, route(settings=settings(buffer_size=65_536)), HUGE)


def test_blind() -> None:
    is_blind(oversized_header, TOO_BIG, route(), HUGE)
