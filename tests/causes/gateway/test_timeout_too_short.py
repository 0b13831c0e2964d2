from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import SITE, after, case, connection, connections, past, request, response, route, settings
from why502.causes.gateway.timeout_too_short import timeout_too_short
from why502.observations.failure import FailureId
from why502.observations.place import Window

FIRST, THEN = Window.instant(after(0)), Window.instant(after(1))
HUNG = case(FailureId.RESPONSE_TIMEOUT, moments=(FIRST, THEN))
TAKEN = (connections(at=FIRST), connections(connection(2, 7), at=THEN))
SHORT = route(settings=settings(read_timeout=2.0, sites=(("read_timeout", SITE),)))
LATE = response(seconds=4.0)


def test_proved_by_an_answer_between_the_time_out_and_the_default() -> None:
    proves(timeout_too_short, HUNG, SHORT, LATE, past(good=0), *TAKEN, by={"ResponseAttempt", "RouteTaken"})


def test_a_route_that_used_to_answer_in_time_contradicts_it() -> None:
    excludes(timeout_too_short, HUNG, SHORT, LATE, past(good=9), *TAKEN)


def test_the_default_time_out_contradicts_it() -> None:
    excludes(timeout_too_short, HUNG, route(), LATE, past(good=0), *TAKEN)


def test_a_quick_answer_contradicts_it() -> None:
    excludes(timeout_too_short, HUNG, SHORT, response(seconds=0.2), past(good=0), *TAKEN)


def test_not_knowing_how_it_used_to_answer_is_spared() -> None:
    open_still(timeout_too_short, HUNG, SHORT, LATE, *TAKEN)
    open_still(timeout_too_short, HUNG, SHORT, LATE, past(good=1), *TAKEN)


def test_waiting_behind_others_is_spared() -> None:
    spares(timeout_too_short, HUNG, SHORT, LATE, past(good=0), TAKEN[0], connections(connection(2, 0), at=THEN))
    open_still(timeout_too_short, case(FailureId.RESPONSE_TIMEOUT), SHORT, LATE, past(good=0))


def test_a_get_says_nothing_of_a_post() -> None:
    posted = case(FailureId.RESPONSE_TIMEOUT, moments=(FIRST, THEN), request=request("/", "POST"))
    open_still(timeout_too_short, posted, SHORT, LATE, past(good=0), *TAKEN)


def test_a_newer_file_is_spared() -> None:
    open_still(timeout_too_short, HUNG, route(loaded=False, settings=SHORT.settings), LATE, past(good=0), *TAKEN)


def test_blind() -> None:
    is_blind(timeout_too_short, HUNG, SHORT, LATE, past(good=0), *TAKEN)
