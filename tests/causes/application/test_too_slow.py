from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import after, below, case, connection, connections, past, request, response, route, settings
from why502.causes.application.too_slow import too_slow
from why502.observations.failure import FailureId
from why502.observations.place import Window

FIRST, THEN = Window.instant(after(0)), Window.instant(after(1))
HUNG = case(FailureId.RESPONSE_TIMEOUT, moments=(FIRST, THEN))
TAKEN = (connections(at=FIRST), connections(connection(2, 7), at=THEN))
SHORT = route(settings=settings(read_timeout=2.0))
LATE = response(seconds=4.0)


def test_proved_by_a_late_answer_of_a_route_that_used_to_answer_in_time() -> None:
    proves(too_slow, HUNG, SHORT, LATE, past(good=9), *TAKEN, by={"ResponseAttempt", "RouteTaken", "PastAnswers"})


def test_a_quick_answer_contradicts_it() -> None:
    excludes(too_slow, HUNG, SHORT, response(seconds=0.1), past(good=9), *TAKEN)


def test_a_time_out_below_the_default_that_was_never_met_contradicts_it() -> None:
    excludes(too_slow, HUNG, SHORT, LATE, past(good=0), *TAKEN)


def test_not_knowing_how_it_used_to_answer_is_spared() -> None:
    open_still(too_slow, HUNG, SHORT, LATE, *TAKEN)
    open_still(too_slow, HUNG, SHORT, LATE, past(good=2), *TAKEN)


def test_waiting_behind_others_is_spared() -> None:
    spares(too_slow, HUNG, SHORT, LATE, past(good=9), TAKEN[0], connections(connection(2, 0), at=THEN))
    unread = connections(connection(2, 7, unread=70), at=THEN)
    spares(too_slow, HUNG, SHORT, LATE, past(good=9), TAKEN[0], unread)


def test_a_get_says_nothing_of_a_post() -> None:
    posted = case(FailureId.RESPONSE_TIMEOUT, moments=(FIRST, THEN), request=request("/", "POST"))
    open_still(too_slow, posted, SHORT, LATE, past(good=9), *TAKEN)
    open_still(too_slow, posted, SHORT, response(seconds=0.1), past(good=9), *TAKEN)


def test_a_newer_file_is_spared() -> None:
    open_still(too_slow, HUNG, route(loaded=False, settings=SHORT.settings), LATE, past(good=9), *TAKEN)


def test_other_failures_and_deeper_links_are_spared() -> None:
    spares(too_slow, case(FailureId.CONNECT_TIMEOUT), SHORT, LATE, past(good=9), *TAKEN)
    spares(too_slow, below(HUNG, "overload.workers-busy"), SHORT, LATE, past(good=9), *TAKEN)


def test_blind() -> None:
    is_blind(too_slow, HUNG, SHORT, LATE, past(good=9), *TAKEN)
