from dataclasses import replace
from typing import Any

import pytest

from tests.diagnosis.made import answer
from tests.evidence import (
    NGINX,
    connect,
    failure,
    kernel_log,
    listener,
    name,
    oom_kill,
    response,
    seen,
    socket_path,
    table,
)
from tests.report.outcomes import explained, incident, outcome, suspect
from why502.diagnosis.outcome import Finding, Outcome
from why502.observations.failure import Failure, FailureId
from why502.observations.probes import NameAnswer
from why502.observations.want import Gap, Want, Why
from why502.report.checking import TITLES, checks_of
from why502.report.parts import Check, CheckState, Step

OK, FAILED, WARNING, SKIPPED = CheckState.OK, CheckState.FAILED, CheckState.WARNING, CheckState.SKIPPED


def check(step: Step, made: Outcome) -> Check:
    return next(each for each in checks_of(made) if each.step is step)


def state(step: Step, **more: Any) -> CheckState:
    incidents = more.pop("incidents", ())
    return check(step, outcome(*incidents, **more)).state


def test_all_six_steps_are_told_in_their_order() -> None:
    empty = outcome(finding=Finding.INCONCLUSIVE, answers=(), inside=None)
    for made in (outcome(incident()), empty):
        assert [each.step for each in checks_of(made)] == list(Step)
        assert all(each.title == TITLES[each.step] and each.says for each in checks_of(made))
    assert {each.state for each in checks_of(empty)} == {SKIPPED}


def test_refresh() -> None:
    assert state(Step.REFRESH) is FAILED
    assert state(Step.REFRESH, finding=Finding.INTERMITTENT) is WARNING
    assert state(Step.REFRESH, finding=Finding.HEALTHY) is OK
    waiting = check(Step.REFRESH, outcome(answers=(answer(502), answer(None))))
    assert waiting.says == "2 tries: 502, still waiting"


def test_the_server() -> None:
    assert state(Step.SERVER, facts=(kernel_log(oom_kill()),)) is WARNING
    assert "killed 1 process for" in check(Step.SERVER, outcome(facts=(kernel_log(oom_kill()),))).says
    assert "killed 2 processes for" in check(Step.SERVER, outcome(facts=(kernel_log(oom_kill(), oom_kill(7)),))).says
    assert state(Step.SERVER, facts=(table(listener(queue=6, backlog=5)),)) is WARNING
    assert state(Step.SERVER, facts=(kernel_log(), table(listener(queue=0, backlog=5)))) is OK
    assert state(Step.SERVER) is SKIPPED


def resolved(server: str, code: str, *addresses: str) -> NameAnswer:
    return NameAnswer(about=name(), seen=seen(), server=server, addresses=addresses, code=code, seconds=0.1)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), SKIPPED),
        ((resolved("system", "NOERROR", "192.0.2.1"),), OK),
        ((resolved("system", "NXDOMAIN"),), FAILED),
        ((resolved("system", "NOERROR", "192.0.2.1"), resolved("192.0.2.53", "SERVFAIL")), WARNING),
    ],
)
def test_names(names: tuple[NameAnswer, ...], expected: CheckState) -> None:
    assert state(Step.DNS, names=names) is expected


def test_logs() -> None:
    from_log = incident(failure=failure(seen=replace(seen(), by="gateways.nginx.failures")))
    assert state(Step.LOGS, incidents=(from_log,)) is FAILED
    assert state(Step.LOGS, inside=None) is SKIPPED
    gap = Gap(want=Want(kind=Failure, about=NGINX), why=Why.NO_PERMISSION, says="not readable", unlock="sudo")
    assert state(Step.LOGS, gaps=(gap,)) is SKIPPED
    assert state(Step.LOGS, noted=(failure(rescued=True),)) is OK
    assert state(Step.LOGS) is OK


def test_the_network() -> None:
    silent = incident(failure=failure(FailureId.CONNECT_TIMEOUT))
    assert state(Step.FIREWALL, incidents=(silent,), facts=(connect(),)) is WARNING
    assert state(Step.FIREWALL, facts=(response(),)) is OK
    assert state(Step.FIREWALL, incidents=(incident(),)) is OK
    assert state(Step.FIREWALL) is SKIPPED
    assert state(Step.FIREWALL, incidents=(incident(failure=failure(about=socket_path())),)) is SKIPPED
    filtered = incident(explained(suspects=(suspect("firewall.rejected"),)))
    assert check(Step.FIREWALL, outcome(filtered, facts=(response(),))).says == "perhaps firewall.rejected"
    assert state(Step.FIREWALL, incidents=(filtered,), facts=(response(),)) is WARNING


def test_the_upstream() -> None:
    assert state(Step.UPSTREAM, incidents=(incident(),)) is FAILED
    assert state(Step.UPSTREAM, facts=(response(),), finding=Finding.RECOVERED) is OK
    assert state(Step.UPSTREAM, finding=Finding.HEALTHY) is OK
    assert state(Step.UPSTREAM) is SKIPPED
