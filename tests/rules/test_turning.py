import pytest

from tests.evidence import (
    BEFORE,
    ELSEWHERE,
    Known,
    case,
    connect,
    endpoint,
    listener,
    response,
    route,
    seen,
    socket_path,
    table,
    unit_state,
    untouched,
)
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.probes import Met
from why502.rules.turning import redirects_want, stays, turned

RULE = "ip t out: redirect"
TURNED = untouched(rules=(RULE,))
CLOSED = FailureId.CLOSED_BEFORE_RESPONSE


def test_a_refused_connection_stays_where_no_rule_turns_it() -> None:
    assert stays(case(), Known(untouched()), (table(),))
    assert not stays(case(), Known(TURNED), (table(),))


def test_a_refused_connection_is_in_doubt_where_the_rules_were_not_seen() -> None:
    assert not stays(case(), Known(), (table(),))
    assert not stays(case(), Known().gap(type(TURNED), endpoint()), (table(),))
    assert not stays(case(), Known(untouched(seen=seen(BEFORE))), (table(),))
    assert not stays(case(), Known(untouched(endpoint(place=ELSEWHERE))), (table(),))


def test_a_connection_that_is_taken_where_nothing_listens_is_turned_by_what_leaves_no_rule() -> None:
    assert not stays(case(), Known(untouched(), table(), connect(Met.CONNECTED)), (table(),))
    assert stays(case(), Known(untouched(), table(), connect(Met.REFUSED)), (table(),))
    assert stays(case(), Known(untouched(), table(listener()), connect(Met.CONNECTED)), (table(),))


@pytest.mark.parametrize(
    ("because", "kept"),
    [((table(), response()), False), ((unit_state(),), False), ((response(), route()), True), ((), True)],
    ids=["the socket table", "a unit", "what an answer shows", "nothing"],
)
def test_another_failure_is_in_doubt_only_by_a_rule_and_for_what_tells_of_those_behind(
    because: tuple[Fact, ...], kept: bool
) -> None:
    assert stays(case(CLOSED), Known(TURNED), because) is kept
    assert stays(case(CLOSED), Known(untouched()), because)
    assert stays(case(CLOSED), Known(), because)


def test_a_path_is_turned_by_nothing() -> None:
    assert stays(case(about=socket_path()), Known(), (table(),))
    assert turned(case(about=socket_path()), Known()) == ""


def test_the_rule_is_told() -> None:
    assert turned(case(), Known(TURNED)) == RULE
    assert turned(case(), Known(untouched())) == ""
    assert turned(case(), Known()) == ""


def test_the_rules_are_asked_for_where_the_connection_goes() -> None:
    assert redirects_want(endpoint("0.0.0.0")) == redirects_want(endpoint("127.0.0.1"))
    assert redirects_want(endpoint("::ffff:127.0.0.1")) == redirects_want(endpoint("127.0.0.1"))
