from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import SITE, case, request, response, route, settings
from why502.causes.gateway.buffer_too_small import buffer_too_small
from why502.observations.failure import FailureId
from why502.observations.probes import Reply

TOO_BIG = case(FailureId.HEADER_TOO_BIG)
CLOSED = case(FailureId.CLOSED_BEFORE_RESPONSE)
LARGE = response(head_bytes=6000)


def test_proved_by_a_sound_head_above_the_buffer() -> None:
    verdict = proves(buffer_too_small, TOO_BIG, route(), LARGE, by={"ResponseAttempt", "RouteTaken"})
    assert "the default" in verdict.says
    assert "proxy_buffer_size 8k" in verdict.fixes[0].title
    written = route(settings=settings(buffer_size=2048, sites=(("buffer_size", SITE),)))
    assert str(SITE) in proves(buffer_too_small, TOO_BIG, written, LARGE, by={"RouteTaken"}).says


def test_a_head_of_just_the_buffer_fits() -> None:
    spares(buffer_too_small, TOO_BIG, route(), response(head_bytes=4096))
    proves(buffer_too_small, TOO_BIG, route(), response(head_bytes=4097), by={"ResponseAttempt"})


def test_a_head_that_no_gateway_should_take_contradicts_it() -> None:
    excludes(buffer_too_small, TOO_BIG, route(), response(head_bytes=20_000))
    excludes(buffer_too_small, TOO_BIG, route(), response(None, Reply.TOO_BIG, head_bytes=65_536))


def test_a_small_head_now_may_be_another_users() -> None:
    open_still(buffer_too_small, TOO_BIG, route(), response())


def test_a_small_head_contradicts_it_only_if_it_answers_the_same_request() -> None:
    excludes(buffer_too_small, CLOSED, route(), response())
    open_still(buffer_too_small, case(CLOSED.failure.id, request=request("/", "POST")), route(), response())
    open_still(buffer_too_small, CLOSED, route(loaded=False), response())


def test_no_answer_says_nothing() -> None:
    for reply in (None, Reply.TIMED_OUT, Reply.CLOSED, Reply.RESET):
        open_still(buffer_too_small, CLOSED, route(), response(None, reply, head_bytes=0))


def test_a_newer_file_and_another_failure_are_spared() -> None:
    open_still(buffer_too_small, TOO_BIG, route(loaded=False), LARGE)
    open_still(buffer_too_small, CLOSED, route(), LARGE)


def test_blind() -> None:
    is_blind(buffer_too_small, TOO_BIG, route(), LARGE)
    is_blind(buffer_too_small, CLOSED, route(), response())
