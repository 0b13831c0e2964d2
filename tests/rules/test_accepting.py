from tests.evidence import BEFORE, Known, case, endpoint, gateway, route, seen, table, untouched
from why502.observations.fact import Fact
from why502.observations.verdict import Excluded, Grade, Proven, Suspected, Unexamined
from why502.rules.accepting import accepted
from why502.rules.turning import redirects_want


def proven(*because: Fact) -> Proven:
    return Proven(subject=endpoint(), because=because, says="so it is")


def test_what_rests_on_facts_that_hold_is_accepted() -> None:
    known = Known(gateway(), untouched())
    assert accepted(case(), known, proven(table(), route())) == proven(table(), route())
    excluded = Excluded(because=(table(),), says="no")
    assert accepted(case(), Known(), excluded) == excluded
    assert accepted(case(), Known(), Unexamined(wants=())) == Unexamined(wants=())


def test_what_does_not_is_a_suspicion() -> None:
    old = table(seen=seen(BEFORE))
    assert isinstance(accepted(case(), Known(), proven()), Suspected)
    assert isinstance(accepted(case(), Known(), proven(table(), old)), Suspected)
    assert isinstance(accepted(case(), Known(), Excluded(because=(old,), says="")), Suspected)


def test_nothing_proven_rests_on_a_gateway_that_is_assumed() -> None:
    known = Known(gateway(assumed=True))
    assert isinstance(accepted(case(), known, proven(table(), route())), Suspected)
    assert isinstance(accepted(case(), known, proven(table())), Suspected)
    assert isinstance(accepted(case(), Known(gateway(), untouched()), proven(table())), Proven)


def test_what_a_rule_may_have_turned_is_a_suspicion() -> None:
    rule = "ip t out: redirect"
    found = accepted(case(), Known(gateway(), untouched(rules=(rule,))), proven(table()))
    assert isinstance(found, Suspected)
    assert found.grade is Grade.COMPATIBLE
    assert rule in found.says
    assert found.wants == (redirects_want(endpoint()),)


def test_where_the_rules_are_not_known_it_is_a_strong_one() -> None:
    found = accepted(case(), Known(gateway()), proven(table()))
    assert isinstance(found, Suspected)
    assert found.grade is Grade.SPECIFIC
    assert found.says == proven(table()).says
