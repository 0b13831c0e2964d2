"""The six steps of the classical procedure, every one always told."""

from typing import TypeVar

from why502.diagnosis.outcome import Finding, Incident, Outcome
from why502.observations.answer import Answer, Ending
from why502.observations.fact import Fact
from why502.observations.failure import CauseId, Failure, FailureId
from why502.observations.memory import KernelLog
from why502.observations.probes import Met, Reply, ResponseAttempt, TcpAttempt
from why502.observations.sockets import SocketTable
from why502.observations.subjects import Endpoint, Name
from why502.report.parts import Check, CheckState, Step
from why502.report.words import TITLES, many

F = TypeVar("F", bound=Fact)


def checks_of(outcome: Outcome) -> tuple[Check, ...]:
    """Return the steps in their order."""
    return (
        _refresh(outcome),
        _server(outcome),
        _names(outcome),
        _logs(outcome),
        _firewall(outcome),
        _upstream(outcome),
    )


def _check(step: Step, state: CheckState, says: str, seconds: float = 0.0) -> Check:
    return Check(step=step, title=TITLES[step], state=state, says=says, seconds=round(seconds, 3))


def _refresh(outcome: Outcome) -> Check:
    way = "".join(f"{_word(each)} to {each.header('location')}, then " for each in outcome.redirects)
    if not outcome.answers:
        return _check(Step.REFRESH, CheckState.SKIPPED, "no request was sent")
    words = ", ".join(_word(each) for each in outcome.answers)
    good = outcome.finding in {Finding.HEALTHY, Finding.RECOVERED}
    mixed = outcome.finding is Finding.INTERMITTENT
    state = CheckState.OK if good else CheckState.WARNING if mixed else CheckState.FAILED
    tries = f"{len(outcome.answers)} {'try' if len(outcome.answers) == 1 else 'tries'}"
    return _check(Step.REFRESH, state, f"{way}{tries}: {words}", sum(each.seconds for each in outcome.answers))


def _word(answer: Answer) -> str:
    if answer.status is not None:
        return str(answer.status)
    return "still waiting" if answer.ending is Ending.HANGING else answer.ending.value.replace("-", " ")


def _server(outcome: Outcome) -> Check:
    kernel = _facts(outcome, KernelLog)
    kills = [kill for each in kernel for kill in each.kills]
    if kills:
        return _check(
            Step.SERVER, CheckState.WARNING, f"the kernel killed {many(len(kills), 'process', 'processes')} for memory"
        )
    tables = _facts(outcome, SocketTable)
    full = [each for table in tables for each in table.listeners if each.full]
    if full:
        return _check(Step.SERVER, CheckState.WARNING, f"the accept queue of port {full[0].port} is full")
    if kernel:
        return _check(Step.SERVER, CheckState.OK, "no kill for memory in the kernel's log, no full accept queue")
    if tables:
        return _check(Step.SERVER, CheckState.OK, "no full accept queue")
    return _check(Step.SERVER, CheckState.SKIPPED, "not looked at")


def _names(outcome: Outcome) -> Check:
    if not outcome.names:
        return _check(Step.DNS, CheckState.SKIPPED, "an address, or the name was not asked for")
    system = [each for each in outcome.names if each.server == "system"]
    seconds = sum(each.seconds for each in outcome.names)
    if not any(each.addresses for each in system or outcome.names):
        return _check(Step.DNS, CheckState.FAILED, f"{outcome.target.host}: {outcome.names[0].code}", seconds)
    answers = ", ".join(dict.fromkeys(address for each in system for address in each.addresses))
    silent = [each.server for each in outcome.names if each.code not in {"NOERROR", "NODATA"}]
    if silent and system and system[0].addresses:
        says = f"{answers}; not from {', '.join(dict.fromkeys(silent))}"
        return _check(Step.DNS, CheckState.WARNING, says, seconds)
    return _check(Step.DNS, CheckState.OK, answers, seconds)


def _logs(outcome: Outcome) -> Check:
    gap = next((each for each in outcome.gaps if each.want.kind is Failure), None)
    if outcome.inside is None:
        return _check(Step.LOGS, CheckState.SKIPPED, "no gateway of this host serves the target")
    logged = [each.failure for each in outcome.incidents if each.failure.seen.by.endswith("failures")]
    if logged:
        count = sum(each.count for each in logged)
        return _check(Step.LOGS, CheckState.FAILED, f"{many(count, 'failure')} of this route: {logged[0].id.value}")
    if gap is not None:
        return _check(Step.LOGS, CheckState.SKIPPED, gap.says)
    noted = sum(each.count for each in outcome.noted)
    if noted:
        return _check(Step.LOGS, CheckState.OK, f"{many(noted, 'failed attempt')}, each made good by another server")
    return _check(Step.LOGS, CheckState.OK, "no failure of this route in the period")


def _firewall(outcome: Outcome) -> Check:
    network = {FailureId.CONNECT_TIMEOUT, FailureId.CONNECT_UNREACHABLE}
    hit = next((each.failure for each in outcome.incidents if each.failure.id in network), None)
    for incident in outcome.incidents:
        cause, says = _lead(incident)
        if cause.startswith("firewall."):
            return _check(Step.FIREWALL, CheckState.WARNING, says)
    if hit is not None:
        return _check(Step.FIREWALL, CheckState.WARNING, f"{_who(hit)} does not answer: {hit.id.value}")
    met = [
        *(each.met for each in _facts(outcome, TcpAttempt)),
        *(each.met for each in _facts(outcome, ResponseAttempt)),
    ]
    if Met.CONNECTED in met:
        return _check(Step.FIREWALL, CheckState.OK, "the upstream takes connections from here")
    if any(
        each.failure.id is FailureId.CONNECT_REFUSED and isinstance(each.failure.about, Endpoint)
        for each in outcome.incidents
    ):
        return _check(Step.FIREWALL, CheckState.OK, "the upstream's host answers: it refuses, nothing is dropped")
    return _check(Step.FIREWALL, CheckState.SKIPPED, "packet filters were not looked at")


def _lead(incident: Incident) -> tuple[CauseId, str]:
    """Return the cause that an incident ends at, or what is suspected first, and what is said of it."""
    chain, suspects = incident.explanation.chain, incident.explanation.suspects
    if chain:
        return chain[-1].cause, chain[-1].proof.says
    return (suspects[0].cause, suspects[0].verdict.says) if suspects else ("", "")


def _upstream(outcome: Outcome) -> Check:
    attempts = _facts(outcome, ResponseAttempt)
    broken = [each.failure for each in outcome.incidents]
    seconds = sum(each.seconds for each in attempts)
    if outcome.finding in {Finding.BAD_GATEWAY, Finding.INTERMITTENT} and broken:
        return _check(Step.UPSTREAM, CheckState.FAILED, f"{_who(broken[0])}: {broken[0].id.value}", seconds)
    if any(each.reply is Reply.ANSWERED for each in attempts) or outcome.finding is Finding.HEALTHY:
        return _check(Step.UPSTREAM, CheckState.OK, "answers", seconds)
    return _check(Step.UPSTREAM, CheckState.SKIPPED, "not asked")


def _facts(outcome: Outcome, kind: type[F]) -> tuple[F, ...]:
    return tuple(each for each in outcome.facts if isinstance(each, kind))


def _who(failure: Failure) -> str:
    """Name the upstream; a log line need not tell it."""
    told = not (isinstance(failure.about, Name) and failure.about.name.startswith("("))
    return str(failure.about) if told else "the upstream"
