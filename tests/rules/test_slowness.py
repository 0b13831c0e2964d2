import pytest

from tests.evidence import (
    LATER,
    NGINX,
    ROUTE,
    Known,
    after,
    case,
    connection,
    connections,
    past,
    request,
    response,
    route,
    seen,
    settings,
)
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.place import Window
from why502.observations.probes import Reply
from why502.observations.verdict import Case
from why502.observations.want import As
from why502.rules.slowness import measured, past_want, served_want, slow_wants

FIRST, THEN = Window.instant(after(0)), Window.instant(after(1))
HUNG = case(FailureId.RESPONSE_TIMEOUT, moments=(FIRST, THEN))
POSTED = case(FailureId.RESPONSE_TIMEOUT, moments=(FIRST, THEN), request=request("/", "POST"))
TAKEN = (connections(at=FIRST), connections(connection(2, 7), at=THEN))
SHORT = route(settings=settings(read_timeout=2.0))


def changed(good: int) -> bool | None:
    slow = measured(HUNG, Known(SHORT, response(seconds=4.0), past(good=good), *TAKEN))
    assert slow is not None
    return slow.changed


def test_a_late_answer_that_was_taken_at_once() -> None:
    slow = measured(HUNG, Known(SHORT, response(seconds=4.0), past(good=9), *TAKEN))
    assert slow is not None
    assert (slow.late, slow.queued, slow.changed) == (True, False, True)


def test_a_few_answers_in_time_show_neither_that_it_changed_nor_that_it_did_not() -> None:
    assert changed(0) is False
    assert changed(1) is None
    assert changed(3) is True
    slow = measured(HUNG, Known(SHORT, response(seconds=4.0), *TAKEN))
    assert slow is not None
    assert slow.changed is None


def test_good_answers_that_may_be_another_sites_show_nothing() -> None:
    slow = measured(HUNG, Known(SHORT, response(seconds=4.0), past(good=0, unsure=4), *TAKEN))
    assert slow is not None
    assert slow.changed is None


def test_what_was_before_is_asked_of_the_very_route_host_and_method() -> None:
    want = past_want(POSTED)
    assert want.about == ROUTE
    assert want.how == As(path="/", host="shop.example.com", method="POST")
    assert served_want(POSTED).about == NGINX


@pytest.mark.parametrize(
    ("asked", "facts"),
    [
        (HUNG, (SHORT, *TAKEN)),
        (HUNG, (route(loaded=False), response(), *TAKEN)),
        (HUNG, (SHORT, response(None, Reply.TIMED_OUT), *TAKEN)),
        (HUNG, (SHORT, response(seen=seen(LATER)), *TAKEN)),
        (HUNG, (SHORT, response())),
        (HUNG, (SHORT, response(), connections(at=FIRST), connections(connection(2, 0), at=THEN))),
        (POSTED, (SHORT, response(), *TAKEN)),
    ],
    ids=["no answer", "newer file", "never answers", "later", "not seen waiting", "waits behind others", "a POST"],
)  # fmt: skip
def test_nothing_is_measured_where_it_could_mean_something_else(asked: Case, facts: tuple[Fact, ...]) -> None:
    assert measured(asked, Known(*facts)) is None


def test_a_failure_of_the_past_was_not_seen_waiting() -> None:
    slow = measured(case(FailureId.RESPONSE_TIMEOUT), Known(SHORT, response(seconds=4.0)))
    assert slow is not None
    assert slow.queued


def test_what_would_decide_it_is_wanted() -> None:
    kinds = {want.kind.__name__ for want in slow_wants(HUNG, Known(SHORT))}
    assert kinds == {"PastAnswers", "Connections", "ResponseAttempt"}
