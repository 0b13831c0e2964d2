"""Whom did the kernel kill for memory?"""

from datetime import timedelta

from why502.observations.memory import KernelLog, OomKill
from why502.observations.processes import ProcessInfo
from why502.observations.server import Says, ServerMessage
from why502.observations.subjects import Endpoint, SocketPath, Unit
from why502.observations.units import UnitState
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Want
from why502.rules.asking import every
from why502.rules.serving import Serving, first_holder, serving

NEAR = timedelta(seconds=5)
LOOSE = timedelta(seconds=60)


def killed_unit(log: KernelLog, unit: Unit, state: UnitState | None) -> OomKill | None:
    """Return the last kill in a unit's cgroup that came before the unit stopped (or failed) for the last time."""
    if state is None:
        return None
    until = state.stopped or state.since
    kills = [
        kill for kill in log.kills if _of_unit(kill, unit) and (until is None or kill.seen.at.start <= until + NEAR)
    ]
    last = max(kills, key=lambda kill: kill.seen.at.start, default=None)
    if last is None or until is None:
        return None
    by_result = state.result in {"oom-kill", "signal"}
    return last if by_result and until - last.seen.at.start <= LOOSE else None


def _of_unit(kill: OomKill, unit: Unit) -> bool:
    return unit.name in kill.cgroup.split("/")


def killed_at_failure(case: Case, evidence: Evidence, log: KernelLog) -> tuple[OomKill, str] | None:
    """Return a kill at the moment of the failure, of a process of the server that holds the address."""
    address = case.failure.about
    held = serving(address, evidence) if isinstance(address, Endpoint | SocketPath) else None
    if held is None:
        return None
    start, end = case.window.start - NEAR, case.window.end + NEAR
    near = [kill for kill in log.kills if start <= kill.seen.at.start <= end]
    for kill in near:
        what = _whose(kill, held, evidence)
        if what is not None:
            return kill, what
    return None


def _whose(kill: OomKill, held: Serving, evidence: Evidence) -> str | None:
    """Tell the server's name if the victim was one of its processes: by its log, or by its own cgroup."""
    master = first_holder(held)
    if master is None:
        return None
    name = held.server.product if held.server is not None else master.name
    if held.server is not None:
        messages = every(evidence, Want(kind=ServerMessage, about=held.server.about)) or ()
        killed = {Says.WORKER_KILLED, Says.WORKER_DIED}
        if any(each.pid == kill.pid and each.says in killed for each in messages):
            return master.unit or f"{name} (process {master.pid})"
    if _own_cgroup(kill, master):
        return master.unit or f"{name} (process {master.pid})"
    return None


def _own_cgroup(kill: OomKill, master: ProcessInfo) -> bool:
    """Compare cgroups; the root, a session or a user's slice is nobody's own."""
    if kill.cgroup != master.cgroup or kill.cgroup in {"", "/"}:
        return False
    return kill.name == master.name and "session" not in kill.cgroup and not kill.cgroup.endswith("/init.scope")
