"""Make the public report of an outcome. Pure."""

import re
import shlex

from why502 import __version__
from why502.diagnosis.catalogue import catalogue
from why502.diagnosis.chain import Suspect
from why502.diagnosis.outcome import Finding, Outcome
from why502.diagnosis.outcome import Incident as Explained
from why502.observations.answer import Ending
from why502.observations.failure import CauseId, Failure, FailureId
from why502.observations.subjects import Name, Subject
from why502.observations.verdict import Fix, Grade, Link
from why502.observations.verdict import Risk as FixRisk
from why502.observations.want import Gap, Why
from why502.report.checking import checks_of
from why502.report.gathering import Gathered
from why502.report.model import Report
from why502.report.parts import (
    Alternative,
    Answered,
    Cause,
    Certainty,
    ExcludedShown,
    FailureShown,
    FixShown,
    HopShown,
    Incident,
    LinkKind,
    LinkShown,
    Risk,
    Role,
    State,
    Target,
    TargetKind,
    Tool,
    Unexamined,
    VantageKind,
    VantageUsed,
    Verdict,
)
from why502.report.summary import failure_words, summary_of

ALTERNATIVES = 8
EXCLUDED = 20
UNEXAMINED = 20
FIXES = 6
WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Where a word of a kind's name ends: `KernelLog` is the kernel log."""


def assemble(outcome: Outcome) -> Report:
    """Return the report."""
    gathered = Gathered()
    hops = _hops(outcome)
    gathered.cite(outcome.redirects)
    incidents = tuple(_incident(each, gathered, hops) for each in outcome.incidents)
    kind, name, privileged = outcome.vantage
    return Report(
        tool=Tool(version=__version__),
        target=Target(kind=_kind(outcome), value=outcome.target.written),
        vantages=(VantageUsed(kind=VantageKind(kind), name=name, privileged=privileged),),
        started=outcome.started,
        seconds=round(outcome.seconds, 3),
        verdict=Verdict(outcome.finding.value),
        summary=summary_of(outcome),
        answer=_answered(outcome),
        hops=tuple(hops),
        incidents=incidents,
        evidence=tuple(gathered.shown),
        unexamined=_unexamined(outcome),
        checks=checks_of(outcome),
    )


def _kind(outcome: Outcome) -> TargetKind:
    return TargetKind.URL if "://" in outcome.target.written else TargetKind.HOST


def _answered(outcome: Outcome) -> Answered | None:
    answers = outcome.answers
    if not answers:
        return None
    bad = [each for each in answers if _bad(each.status, each.ending)]
    told = (bad or answers)[-1]
    return Answered(
        tries=len(answers),
        failed=len(bad),
        status=told.status,
        made_by=outcome.origin.product if outcome.origin is not None else None,
        seconds=tuple(round(each.seconds, 3) for each in answers),
    )


def _bad(status: int | None, ending: Ending) -> bool:
    return (status is not None and status >= 500) or ending is not Ending.ANSWERED  # noqa: PLR2004


# Hops


def _hops(outcome: Outcome) -> list[HopShown]:
    """Return the client, the gateway that answered, and the servers behind it.

    Those that the files name count where the gateway runs what they say, or nothing tells which it asked.
    """
    hops = [_hop("h0", None, Role.CLIENT, State.OK)]
    failed = outcome.finding in {Finding.BAD_GATEWAY, Finding.INTERMITTENT}
    if outcome.answers:
        hops.append(_gateway(outcome, failed=failed))
    upstreams = [_address(each.failure.about) for each in outcome.incidents]
    route = outcome.inside.route if outcome.inside is not None else None
    if route is not None and route.group is not None and (route.loaded or not any(upstreams)):
        upstreams += [str(address) for server in route.group.servers for address in server.addresses]
    broken = {_address(each.failure.about) for each in outcome.incidents}
    healthy = State.OK if outcome.finding is Finding.HEALTHY else State.UNKNOWN
    behind = hops[-1].id
    for address in list(dict.fromkeys(upstreams))[:8]:
        if address and len(hops) > 1 and address != hops[1].address:
            state = State.FAILED if address in broken and failed else healthy
            hops.append(_hop(f"h{len(hops)}", behind, Role.UPSTREAM, state, address))
    return hops


def _hop(id_: str, behind: str | None, role: Role, state: State, address: str | None = None) -> HopShown:
    return HopShown(
        id=id_, behind=behind, role=role, product=None, version=None, address=address, vantage=None, state=state
    )


def _gateway(outcome: Outcome, *, failed: bool) -> HopShown:
    inside, origin = outcome.inside, outcome.origin
    gateway = inside.gateway if inside is not None else None
    answered = any(each.status is not None for each in outcome.answers)
    return HopShown(
        id="h1",
        behind="h0",
        role=Role.GATEWAY,
        product=gateway.product if gateway is not None else (origin.product if origin is not None else None),
        version=gateway.version if gateway is not None else (origin.version if origin is not None else None),
        address=str(outcome.answers[0].about),
        vantage=outcome.vantage[1] if inside is not None else None,
        state=State.FAILED if failed else (State.OK if answered else State.UNKNOWN),
    )


def _address(subject: Subject) -> str:
    return "" if isinstance(subject, Name) and subject.name.startswith("(") else str(subject)


# Incidents


def _incident(explained: Explained, gathered: Gathered, hops: list[HopShown]) -> Incident:
    failure, told = explained.failure, explained.explanation
    upstream = _address(failure.about) or None
    made_at = hops[1].id if len(hops) > 1 else None
    caused_at = next((each.id for each in hops if each.address == upstream and each.role is Role.UPSTREAM), made_at)
    evidence = gathered.cite((failure,))
    first = LinkShown(
        kind=LinkKind.FAILURE,
        id=failure.id.value,
        hop=made_at,
        subject=upstream,
        certainty=Certainty.PROVEN if failure.id is not FailureId.UNKNOWN else Certainty.SUSPECTED,
        says=failure_words(failure, explained.route),
        evidence=evidence,
    )
    chain = [first]
    for each in told.chain:
        if each.of is not None:
            chain.append(_opened(each.of, caused_at, gathered))
        chain.append(_link(each, made_at, caused_at, gathered))
    if told.opened is not None:
        chain.append(_opened(told.opened, caused_at, gathered))
    if not told.chain and told.suspects and told.suspects[0].verdict.grade is not Grade.COMPATIBLE:
        chain.append(_suspicion(told.suspects[0], made_at, caused_at, gathered))
    cause = _cause(explained)
    return Incident(
        failure=_failure(failure, evidence),
        made_at=made_at,
        caused_at=caused_at if told.chain else made_at,
        route=str(explained.route.about) if explained.route is not None else None,
        request=f"{failure.request.method} {failure.request.path}" if failure.request is not None else None,
        cause=cause,
        chain=tuple(chain),
        alternatives=_alternatives(explained, cause.id),
        excluded=tuple(
            ExcludedShown(id=each.cause, says=each.verdict.says, evidence=gathered.cite(each.verdict.because))
            for each in told.excluded[:EXCLUDED]
        ),
        fixes=_fixes(explained),
    )


def _opened(failure: Failure, hop: str | None, gathered: Gathered) -> LinkShown:
    """Show the failure of a hop further on."""
    return LinkShown(
        kind=LinkKind.FAILURE,
        id=failure.id.value,
        hop=hop,
        subject=_address(failure.about) or None,
        certainty=Certainty.PROVEN,
        says=failure_words(failure, None),
        evidence=gathered.cite((failure,)),
    )


def _link(link: Link, made_at: str | None, caused_at: str | None, gathered: Gathered) -> LinkShown:
    return LinkShown(
        kind=LinkKind.CAUSE,
        id=link.cause,
        hop=made_at if link.cause.startswith("gateway.") else caused_at,
        subject=str(link.proof.subject),
        certainty=Certainty.PROVEN,
        says=link.proof.says,
        evidence=gathered.cite(link.proof.because),
    )


def _suspicion(suspect: Suspect, made_at: str | None, caused_at: str | None, gathered: Gathered) -> LinkShown:
    """Show what the first suspicion rests on, where it rests on more than that nothing speaks against it."""
    verdict = suspect.verdict
    return LinkShown(
        kind=LinkKind.CAUSE,
        id=suspect.cause,
        hop=made_at if suspect.cause.startswith("gateway.") else caused_at,
        subject=str(verdict.subject) if verdict.subject is not None else None,
        certainty=Certainty.SUSPECTED,
        says=verdict.says,
        # What the gateway's own message names rests on the failure, and that stands above.
        evidence=gathered.cite(tuple(each for each in verdict.because if not isinstance(each, Failure))),
    )


def _cause(explained: Explained) -> Cause:
    told = explained.explanation
    if told.chain:
        return Cause(id=told.chain[-1].cause, certainty=Certainty.PROVEN)
    if told.suspects:
        return Cause(id=told.suspects[0].cause, certainty=Certainty.SUSPECTED)
    return Cause(id=explained.failure.id.value, certainty=Certainty.SUSPECTED)


def _alternatives(explained: Explained, cause: CauseId) -> tuple[Alternative, ...]:
    told = explained.explanation
    proven = [Alternative(id=each.cause, certainty=Certainty.PROVEN, says=each.proof.says) for each in told.rivals]
    suspected = [
        Alternative(id=each.cause, certainty=Certainty.SUSPECTED, says=each.verdict.says)
        for each in told.suspects
        if each.cause != cause
    ]
    return tuple((*proven, *suspected)[:ALTERNATIVES])


def _failure(failure: Failure, evidence: tuple[str, ...]) -> FailureShown:
    return FailureShown(
        id=failure.id,
        gateway=failure.hop.product,
        upstream=_address(failure.about) or None,
        count=failure.count,
        first=failure.seen.at.start,
        last=failure.seen.at.end,
        evidence=evidence,
    )


def _fixes(explained: Explained) -> tuple[FixShown, ...]:
    told = explained.explanation
    found: list[tuple[CauseId, Fix]] = []
    for link in reversed(told.chain):
        found += [(link.cause, fix) for fix in link.proof.fixes]
    if not told.chain:
        found += [(each.cause, fix) for each in told.suspects[:1] for fix in each.verdict.fixes]
    return tuple(
        FixShown(title=fix.title, commands=fix.commands, diff=fix.diff, risk=_risk(fix.risk), for_=id_)
        for id_, fix in found[:FIXES]
    )


def _risk(risk: FixRisk) -> Risk:
    return {
        FixRisk.NONE: Risk.NONE,
        FixRisk.RELOAD: Risk.RELOAD,
        FixRisk.RESTART: Risk.RESTART,
        FixRisk.CODE: Risk.CODE,
    }[risk]


# What was not examined


def _unexamined(outcome: Outcome) -> tuple[Unexamined, ...]:
    """Return each gap once, with the causes that hang on it."""
    found: dict[tuple[str, Why], Unexamined] = {}
    for gap in outcome.gaps:
        key = (_what(gap), gap.why)
        found.setdefault(
            key, Unexamined(what=key[0], why=gap.why, unlock=_unlock(gap, outcome), causes=_hanging(gap, outcome))
        )
    if outcome.inside is None and not outcome.outside and outcome.answers:
        found[("the gateway itself", Why.NO_VANTAGE)] = Unexamined(
            what="the gateway itself: no gateway on this host was found to serve this address",
            why=Why.NO_VANTAGE,
            unlock="why502 on the host of the gateway, as root",
            causes=tuple(catalogue()),
        )
    shown = sorted(found.values(), key=lambda each: -len(each.causes))
    return tuple(shown[:UNEXAMINED])


def _what(gap: Gap) -> str:
    words = WORD.sub(" ", gap.want.kind.__name__).lower()
    return f"{words} of {gap.want.about}: {gap.says}" if gap.says else f"{words} of {gap.want.about}"


def _unlock(gap: Gap, outcome: Outcome) -> str | None:
    """Name the target behind the vantage's own command, so that it can be pasted; other acts stand as they are."""
    if gap.unlock and gap.why in {Why.NO_PERMISSION, Why.NO_VANTAGE}:
        return f"{gap.unlock} {shlex.quote(outcome.target.written)}"
    return gap.unlock or None


def _hanging(gap: Gap, outcome: Outcome) -> tuple[CauseId, ...]:
    return tuple(
        dict.fromkeys(
            suspect.cause
            for each in outcome.incidents
            for suspect in each.explanation.suspects
            if any(want == gap.want for want in suspect.verdict.wants)
        )
    )
