import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from tests.evidence import BEFORE, WHEN, endpoint, failure, net, seen, table, unit, untouched
from tests.vantages import Paper
from why502.diagnosis import judging as module
from why502.diagnosis.judging import Judgement, judged, open_wants, settle
from why502.observations.fact import Fact
from why502.observations.failure import CauseId, FailureId
from why502.observations.sockets import Redirects, SocketTable
from why502.observations.verdict import Case, Proven, Suspected, Unexamined, Verdict
from why502.observations.want import Evidence, Held, Want
from why502.rules.cause import Cause, Judge
from why502.rules.turning import redirects_want
from why502.survey import survey as surveys
from why502.survey.budget import Policy
from why502.survey.survey import Survey, View
from why502.vantage.base import Vantage
from why502.vantage.looking import Around, Looker

TABLE = Want(kind=SocketTable, about=net())
Explains = frozenset[FailureId | CauseId]


def a_cause(id_: str, explains: Explains, judge: Judge) -> Cause:
    return Cause(home=f"why502.causes.{id_}".replace("-", "_"), explains=explains, common=5, judge=judge)


def proof(*because: Fact) -> Proven:
    return Proven(subject=unit(), because=because, says="so it is")


def by_table(case: Case, evidence: Evidence) -> Verdict:
    answer = evidence.ask(TABLE)
    return proof(*answer.facts) if isinstance(answer, Held) and answer.facts else Unexamined(wants=(TABLE,))


def always(case: Case, evidence: Evidence) -> Verdict:
    return proof(table())


REFUSED: Explains = frozenset({FailureId.CONNECT_REFUSED})


@pytest.fixture
def causes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def use(*found: Cause) -> None:
        monkeypatch.setattr(module, "explaining", lambda effect: [each for each in found if effect in each.explains])

    return use


def view() -> View:
    return View({redirects_want(endpoint()): (untouched(),)}, WHEN)


def shape(level: tuple[Judgement, ...]) -> dict[str, object]:
    return {each.cause.id: shape(each.below) for each in level}


def test_below_a_proven_cause_those_that_explain_it_are_asked(causes: Callable[..., None]) -> None:
    causes(
        a_cause("network.b", REFUSED, always),
        a_cause("application.c", frozenset({"network.b"}), always),
        a_cause("overload.d", frozenset({"application.c"}), always),
    )
    assert shape(judged(failure(), view)) == {"network.b": {"application.c": {"overload.d": {}}}}


def test_below_a_suspicion_nobody_is_asked(causes: Callable[..., None]) -> None:
    causes(a_cause("network.b", REFUSED, by_table), a_cause("application.c", frozenset({"network.b"}), always))
    assert shape(judged(failure(), view)) == {"network.b": {}}


def test_causes_that_explain_each_other_end(causes: Callable[..., None]) -> None:
    causes(
        a_cause("network.b", frozenset({FailureId.CONNECT_REFUSED, "network.c"}), always),
        a_cause("network.c", frozenset({"network.b"}), always),
    )
    assert shape(judged(failure(), view)) == {"network.b": {"network.c": {}}}


def test_an_unknown_failure_is_judged_for_all_that_it_may_be(causes: Callable[..., None]) -> None:
    causes(a_cause("network.b", REFUSED, always), a_cause("tls.c", frozenset({FailureId.TLS_FAILED}), always))
    unknown = failure(FailureId.UNKNOWN, may_be=frozenset({FailureId.TLS_FAILED}))
    assert shape(judged(unknown, view)) == {"tls.c": {}}


def test_a_proof_by_what_does_not_hold_is_not_accepted(causes: Callable[..., None]) -> None:
    causes(a_cause("network.b", REFUSED, lambda case, evidence: proof(table(seen=seen(BEFORE)))))
    assert isinstance(judged(failure(), view)[0].verdict, Suspected)
    assert judged(failure(), view)[0].proof is None


def test_it_judges_and_looks_in_turn(causes: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Want[Fact]] = []

    async def look(want: Want[Fact], around: Around) -> tuple[Fact, ...]:
        looks.append(want)
        return (table(),) if want == TABLE else (untouched(),)

    kinds = frozenset({SocketTable, Redirects})
    looker = Looker(home="why502.host.test", name="look", yields=kinds, cost=surveys.Cost.READ, look=look)
    monkeypatch.setattr(surveys, "by_kind", lambda: dict.fromkeys(kinds, (looker,)))
    causes(a_cause("network.b", REFUSED, by_table))

    async def run(seconds: float) -> tuple[tuple[Judgement, ...], Survey]:
        ends = asyncio.get_running_loop().time() + seconds
        survey = Survey(cast("Vantage", Paper()), WHEN, Policy(), ends)
        return await settle(failure(), survey), survey

    judgements, survey = asyncio.run(run(30.0))
    assert judgements[0].proof == proof(table())
    assert looks == [TABLE, redirects_want(endpoint())]
    assert open_wants(judgements, survey) == []

    late, survey = asyncio.run(run(-1.0))
    assert late[0].proof is None
    assert open_wants(late, survey) == [TABLE]
    assert len(looks) == 2, "nothing is looked at after the deadline"
    assert endpoint() == failure().about
