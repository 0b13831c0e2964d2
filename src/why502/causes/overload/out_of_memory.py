"""The kernel or a cgroup killed the upstream for want of memory.

## What happens
Memory ran out, on the host or within the limit of a unit or container, and the kernel killed a process of the
application. Its connections are reset, and nothing listens until somebody starts it again.

## Told apart from
`overload.memory-limit`: the runtime stopped itself at its own limit, and the kernel has no record.
`application.worker-killed`: the server's own supervisor killed a worker. Exit 137 alone proves neither.

## Remedy
Find what grows; give the unit or container the memory it needs, or lower the number of workers; have it restarted.
"""

from datetime import datetime

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.memory import KernelLog, OomKill
from why502.observations.subjects import Endpoint, Machine, Unit
from why502.observations.units import UnitState
from why502.observations.verdict import (
    Case,
    Excluded,
    Fix,
    Grade,
    Proven,
    Risk,
    Suspected,
    Verdict,
)
from why502.observations.want import Evidence, Want
from why502.rules.asking import one
from why502.rules.cause import cause
from why502.rules.killing import NEAR, killed_at_failure, killed_unit
from why502.rules.lasting import lasting
from why502.rules.owning import is_own


@cause(
    explains={
        "application.not-running",
        "application.crashes-on-request",
        "application.crash-loop",
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.CLOSED_BEFORE_RESPONSE,
        "application.starting",
    },
    common=8,
)
def out_of_memory(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by a kernel record of exactly this unit or process."""
    want = Want(kind=KernelLog, about=Machine(place=case.failure.about.place.machine()))
    log = one(evidence, want)
    if log is None:
        return Suspected(grade=Grade.COMPATIBLE, says="perhaps the kernel killed it for memory", wants=(want,))
    if not log.kills:
        return _no_record(case, evidence, log)
    if case.under is not None and isinstance(case.under.proof.subject, Unit):
        unit = case.under.proof.subject
        state = one(evidence, Want(kind=UnitState, about=unit))
        kill = killed_unit(log, unit, state)
        return _proof(kill, unit.name, (state,) if state is not None else ()) if kill is not None else _other(log)
    found = killed_at_failure(case, lasting(case, evidence, master=True), log)
    if found is None:
        return _other(log)
    return _proof(found[0], found[1], ())


def _no_record(case: Case, evidence: Evidence, log: KernelLog) -> Verdict:
    """Exclude it where the log is whole, reaches back beyond the failure, and is that of the upstream's own host."""
    about = case.failure.about
    here = not isinstance(about, Endpoint) or is_own(about, evidence) is True
    stopped = _stopped(case, evidence)
    reaches = log.covers.start <= min(case.window.start, stopped or case.window.start) - NEAR
    if log.complete and here and reaches:
        return Excluded(because=(log,), says="the kernel has no record of a kill for memory in this period")
    return Suspected(grade=Grade.COMPATIBLE, says="the kernel's log as far as it was seen has no record of a kill")


def _stopped(case: Case, evidence: Evidence) -> datetime | None:
    """Return when the unit that is to be explained stopped, if one is."""
    unit = case.under.proof.subject if case.under is not None else None
    state = one(evidence, Want(kind=UnitState, about=unit)) if isinstance(unit, Unit) else None
    return (state.stopped or state.since) if state is not None else None


def _proof(kill: OomKill, what: str, more: tuple[Fact, ...]) -> Proven:
    size = f" with {kill.resident_kib // 1024} MiB" if kill.resident_kib is not None else ""
    limit = f" at the limit of cgroup {kill.limited}" if kill.limited not in {"", "/"} else ""
    return Proven(
        subject=kill.about if not isinstance(kill.about, Machine) else Unit(place=kill.about.place, name=what),
        because=(kill, *more),
        says=f"the kernel killed process {kill.pid} ({kill.name}) of {what}{size} for memory{limit}"
        f" at {kill.seen.at.start:%F %T} UTC",
        fixes=(
            Fix(
                title="See what used the memory, then raise the limit or lower the number of workers",
                commands=("dmesg -T | grep -i -A2 oom-kill",),
                risk=Risk.RESTART,
            ),
        ),
    )


def _other(log: KernelLog) -> Suspected:
    killed = "one process" if len(log.kills) == 1 else f"{len(log.kills)} processes"
    says = f"the kernel killed {killed} for memory, not shown to be of this application"
    return Suspected(grade=Grade.COMPATIBLE, says=says)
