from tests.evidence import case, endpoint, table
from why502.diagnosis.catalogue import catalogue
from why502.diagnosis.chain import explanation
from why502.diagnosis.judging import Judgement
from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Excluded, Grade, Proven, Suspected, Unexamined, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import Cause

NOTHING = Proven(subject=endpoint(), because=(table(),), says="proven")


def cause(id_: str, common: int) -> Cause:
    def judge(case: Case, evidence: Evidence) -> Verdict:
        raise AssertionError("the chain asks nobody")

    return Cause(
        home=f"why502.causes.{id_}".replace("-", "_"),
        explains=frozenset({FailureId.UNKNOWN}),
        common=common,
        judge=judge,
    )


def said(id_: str, verdict: Verdict = NOTHING, *below: Judgement, common: int = 5) -> Judgement:
    return Judgement(cause=cause(id_, common), verdict=verdict, asked=(), below=below)


def chain(*level: Judgement) -> list[str]:
    return [link.cause for link in explanation(level).chain]


def suspected(grade: Grade) -> Suspected:
    return Suspected(grade=grade, says="perhaps")


def test_a_chain_goes_down_to_the_deepest_proven() -> None:
    deepest = said("overload.out-of-memory")
    middle = said("application.not-running", NOTHING, deepest)
    assert chain(said("network.nothing-listening", NOTHING, middle)) == [
        "network.nothing-listening", "application.not-running", "overload.out-of-memory",
    ]  # fmt: skip


def test_where_a_short_and_a_long_way_lead_to_the_same_the_long_one_stands() -> None:
    not_running = said("application.not-running")
    assert chain(not_running, said("network.nothing-listening", NOTHING, not_running)) == [
        "network.nothing-listening", "application.not-running",
    ]  # fmt: skip


def test_a_cause_that_is_explained_goes_before_one_that_is_not() -> None:
    explained = said("network.nothing-listening", NOTHING, said("application.not-running"), common=9)
    found = explanation((said("gateway.buffer-too-small", common=1), explained))
    assert found.chain[0].cause == "network.nothing-listening"
    assert [link.cause for link in found.rivals] == ["gateway.buffer-too-small"]


def test_of_two_alike_the_more_common_leads_and_the_other_stands_beside() -> None:
    found = explanation((said("gateway.wrong-address", common=3), said("application.not-running", common=1)))
    assert [link.cause for link in found.chain] == ["application.not-running"]
    assert [link.cause for link in found.rivals] == ["gateway.wrong-address"]


def test_suspects_stand_by_grade_and_then_by_how_common() -> None:
    catalogue()  # the titles are the pages of the causes
    level = (
        said("gateway.wrong-address", suspected(Grade.COMPATIBLE), common=1),
        said("application.too-slow", suspected(Grade.NAMED), common=9),
        said("tls.plain-to-tls-port", suspected(Grade.SPECIFIC), common=9),
        said("network.address-family", Unexamined(wants=()), common=2),
    )
    found = explanation(level)
    assert found.chain == ()
    assert [each.cause for each in found.suspects] == [
        "application.too-slow", "tls.plain-to-tls-port", "gateway.wrong-address", "network.address-family",
    ]  # fmt: skip


def test_suspects_explain_the_last_link_only() -> None:
    below = said("application.not-running", suspected(Grade.COMPATIBLE))
    found = explanation((
        said("network.nothing-listening", NOTHING, below), said("gateway.wrong-address", suspected(Grade.NAMED)),
    ))  # fmt: skip
    assert [each.cause for each in found.suspects] == ["application.not-running"]


def test_what_is_contradicted_is_told_once_and_not_if_it_is_proven_elsewhere() -> None:
    excluded = Excluded(because=(table(),), says="no")
    level = (
        said(
            "network.nothing-listening",
            NOTHING,
            said("application.not-running"),
            said("gateway.wrong-address", excluded),
        ),
        said("application.not-running", excluded),
        said("gateway.wrong-address", excluded),
    )
    assert [each.cause for each in explanation(level).excluded] == ["gateway.wrong-address"]


def test_nothing_explains_nothing() -> None:
    found = explanation(())
    assert (found.chain, found.suspects, found.rivals, found.excluded) == ((), (), (), ())
    assert case().failure.id is FailureId.CONNECT_REFUSED
