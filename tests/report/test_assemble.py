import json
from dataclasses import replace

from tests.diagnosis.made import answer, inside
from tests.evidence import endpoint, failure, name, net, route, table
from tests.report.outcomes import NOT_RUNNING, NOTHING, STOPPED, explained, incident, outcome, suspect
from why502.diagnosis.outcome import Finding
from why502.observations.failure import FailureId
from why502.observations.sockets import SocketTable
from why502.observations.verdict import Fix, Grade
from why502.observations.want import Gap, Want, Why
from why502.report.as_json import to_json
from why502.report.assemble import assemble
from why502.report.parts import Certainty, LinkKind, Role, State

WANT = Want(kind=SocketTable, about=net())


def test_the_chain_goes_from_the_failure_to_the_cause() -> None:
    (told,) = assemble(outcome(incident())).incidents
    assert [(link.kind, link.id) for link in told.chain] == [
        (LinkKind.FAILURE, "connect-refused"),
        (LinkKind.CAUSE, "network.nothing-listening"),
        (LinkKind.CAUSE, "application.not-running"),
    ]
    assert (told.cause.id, told.cause.certainty) == ("application.not-running", Certainty.PROVEN)
    assert [each.id for each in told.excluded] == ["network.address-family"]


def test_every_statement_cites_evidence_that_stands_in_the_report() -> None:
    report = assemble(outcome(incident()))
    shown = {each.id for each in report.evidence}
    for told in report.incidents:
        cited = [*(each.evidence for each in told.chain), *(each.evidence for each in told.excluded)]
        assert all(each and set(each) <= shown for each in cited)


def test_the_deepest_mending_comes_first() -> None:
    (told,) = assemble(outcome(incident())).incidents
    assert [fix.for_ for fix in told.fixes] == ["application.not-running", "network.nothing-listening"]
    suspected = explained(suspects=(suspect("application.too-slow", fixes=(Fix(title="profile it"),)),))
    (guessed,) = assemble(outcome(incident(suspected))).incidents
    assert [fix.for_ for fix in guessed.fixes] == ["application.too-slow"]


def test_what_is_not_proven_is_not_said_to_be() -> None:
    two = (suspect("application.too-slow", Grade.SPECIFIC), suspect("overload.workers-busy"))
    (told,) = assemble(outcome(incident(explained(suspects=two)))).incidents
    assert told.cause.certainty is Certainty.SUSPECTED
    assert [each.id for each in told.alternatives] == ["overload.workers-busy"]
    assert [(each.id, each.certainty, each.says) for each in told.chain[1:]] == [
        ("application.too-slow", Certainty.SUSPECTED, "perhaps application.too-slow")
    ]
    (unknown,) = assemble(outcome(incident(explained(), failure=failure(FailureId.UNKNOWN)))).incidents
    assert unknown.cause.id == "unknown"
    assert unknown.chain[0].certainty is Certainty.SUSPECTED


def test_what_a_suspicion_rests_on_is_shown_once() -> None:
    rests = suspect("application.hangs", Grade.SPECIFIC, because=(failure(), STOPPED), subject=STOPPED.about)
    report = assemble(outcome(incident(explained(suspects=(rests,)))))
    shown, link = report.incidents[0].chain
    assert (link.hop, link.subject) == ("h2", "app.service")
    assert [piece.text for piece in report.cited(link.evidence)] == ["ActiveState=failed"]
    assert not set(shown.evidence) & set(link.evidence)
    assert report.incidents[0].caused_at == "h1", "where it lies is not known"


def test_a_suspicion_that_rests_on_nothing_explains_nothing() -> None:
    (told,) = assemble(outcome(incident(explained(suspects=(suspect("application.hangs"),))))).incidents
    assert [each.kind for each in told.chain] == [LinkKind.FAILURE]


def test_a_rival_that_is_proven_stands_beside_as_proven() -> None:
    (told,) = assemble(outcome(incident(explained(NOT_RUNNING, rivals=(NOTHING,))))).incidents
    assert [(each.id, each.certainty) for each in told.alternatives] == [
        ("network.nothing-listening", Certainty.PROVEN)
    ]


def test_hops_from_the_client_to_the_server_that_fails() -> None:
    hops = assemble(outcome(incident())).hops
    assert [(hop.role, hop.state) for hop in hops][:3] == [
        (Role.CLIENT, State.OK), (Role.GATEWAY, State.FAILED), (Role.UPSTREAM, State.FAILED),
    ]  # fmt: skip
    assert hops[2].address == "127.0.0.1:8000"
    assert [hop.id for hop in hops] == [f"h{number}" for number in range(len(hops))]


def test_an_upstream_that_the_log_does_not_tell_is_no_hop() -> None:
    made = incident(failure=failure(about=name("(upstream not told)")))
    assert "(upstream not told)" not in to_json(assemble(outcome(made)))


def test_what_was_not_examined_is_told_once_with_what_hangs_on_it() -> None:
    gap = Gap(want=WANT, why=Why.NO_PERMISSION, says="not allowed", unlock="sudo why502")
    waits = explained(suspects=(suspect("network.nothing-listening", wants=(WANT,)), suspect("application.too-slow")))
    (told, *_) = assemble(outcome(incident(waits), gaps=(gap, gap))).unexamined
    assert told.what.startswith("socket table of ")
    assert told.unlock == "sudo why502 http://shop.example.com/"
    assert told.causes == ("network.nothing-listening",)
    assert len(assemble(outcome(incident(waits), gaps=(gap, gap))).unexamined) == 1


def test_without_a_gateway_inside_everything_is_unexamined() -> None:
    outer = assemble(outcome(incident(route=None), inside=None))
    assert any("the gateway itself" in each.what for each in outer.unexamined)
    chosen = assemble(outcome(incident(route=None), inside=None, outside=True))
    assert not any("the gateway itself" in each.what for each in chosen.unexamined)


def test_the_answer_that_failed_is_told() -> None:
    told = assemble(outcome(incident(), answers=(answer(502), answer(200, 2)), finding=Finding.INTERMITTENT)).answer
    assert told is not None
    assert (told.tries, told.failed, told.status) == (2, 1, 502)
    assert assemble(outcome(finding=Finding.INCONCLUSIVE, answers=())).answer is None


def test_equal_outcomes_are_equal_reports_that_can_be_read_back() -> None:
    made = outcome(incident(), facts=(table(),))
    assert assemble(made) == assemble(made)
    assert json.loads(to_json(assemble(made)))["verdict"] == "bad-gateway"


def test_the_upstreams_of_a_route_that_is_not_loaded_are_not_drawn_beside_the_one_that_was_tried() -> None:
    tried, written = failure(about=endpoint(port=9)), route(loaded=False)
    for loaded, drawn in ((False, ["127.0.0.1:9"]), (True, ["127.0.0.1:9", "127.0.0.1:8000"])):
        shown = inside(route=replace(written, loaded=loaded))
        report = assemble(outcome(incident(explained(), failure=tried), inside=shown))
        assert [each.address for each in report.hops if each.role is Role.UPSTREAM] == drawn
    alone = assemble(outcome(inside=inside(route=written)))
    assert [each.address for each in alone.hops if each.role is Role.UPSTREAM] == ["127.0.0.1:8000"]
