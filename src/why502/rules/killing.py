"""Whom did the kernel kill for memory?"""

from datetime import timedelta

from why502.observations.memory import KernelLog, OomKill
from why502.observations.processes import ProcessInfo
from why502.observations.server import Says, ServerMessage
from why502.observations.subjects import Address, Endpoint, SocketPath, Unit
from why502.observations.units import UnitState
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Want
from why502.rules.asking import every
from why502.rules.owning import of_first_process
from why502.rules.publishing import who_surely_should
from why502.rules.serving import Serving, first_holder, serving

NEAR = timedelta(seconds=5)
LOOSE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
SOON = timedelta(seconds=10)
SIGKILL = 9


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
    gap = until - last.seen.at.start
    if state.result == "oom-kill":
        return last if gap <= LOOSE else None
    # Any signal may end a unit; the kernel's for memory is SIGKILL, and the end follows at once.
    return last if state.result == "signal" and state.exit_status == SIGKILL and gap <= NEAR else None


def _of_unit(kill: OomKill, unit: Unit) -> bool:
    return unit.name in kill.cgroup.split("/")


def killed_at_failure(case: Case, evidence: Evidence, log: KernelLog) -> tuple[OomKill, str] | None:
    """Return a kill at the moment of the failure, in the unit that serves the address or of the server that has it."""
    address = case.failure.about
    if not isinstance(address, Endpoint | SocketPath):
        return None
    held = serving(address, evidence)
    unit = _only_unit(address, evidence)
    for kill in log.kills:
        if not _at(case, kill):
            continue
        if unit is not None and _of_unit(kill, unit):
            return kill, unit.name
        what = _whose(kill, held, evidence) if held is not None else None
        if what is not None:
            return kill, what
    return None


def _only_unit(address: Address, evidence: Evidence) -> Unit | None:
    """Return the service that names this address, if one does and no other: it may be between two of its starts."""
    should = who_surely_should(address, evidence) or ()
    if not all(each.here for each in should):
        return None
    units = {each.unit for each in should if each.unit is not None and each.unit.name.endswith(".service")}
    first = of_first_process(address, evidence)
    return units.pop() if len(units) == 1 and first else None


def _at(case: Case, kill: OomKill) -> bool:
    """Tell whether a kill came with the failure; in a long window of many failures, with its first or last."""
    first, last = abs(kill.seen.at.start - case.window.start), abs(kill.seen.at.start - case.window.end)
    within = case.window.start <= kill.seen.at.start <= case.window.end
    short = case.window.end - case.window.start <= LOOSE
    return min(first, last) <= NEAR or (within and short)


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
    own = _own_cgroup(kill, master) and not _strangers(kill, held, master)
    if own and (_units_own(kill, master) or _replaced(kill, held, master)):
        return master.unit or f"{name} (process {master.pid})"
    return None


def _strangers(kill: OomKill, held: Serving, master: ProcessInfo) -> bool:
    """Tell whether others of that name share the cgroup, as under a supervisor: then it may be one of theirs."""
    family = {master.pid, *(info.pid for info in held.holders)}
    family |= {info.pid for info in held.processes.processes if info.parent in family}
    alike = (info for info in held.processes.processes if info.cgroup == kill.cgroup and info.name == kill.name)
    return any(info.pid not in family for info in alike)


def _units_own(kill: OomKill, master: ProcessInfo) -> bool:
    return master.unit is not None and master.unit in kill.cgroup.split("/")


def _replaced(kill: OomKill, held: Serving, master: ProcessInfo) -> bool:
    """Tell whether the server started another process soon after: in a cgroup of many the victim may be another's.

    Where that one is gone for good, nothing that is seen later tells of it.
    """
    since = kill.seen.at.start - SECOND
    children = (info for info in held.processes.processes if info.parent == master.pid)
    return any(since <= info.started <= kill.seen.at.end + SOON for info in children)


def _own_cgroup(kill: OomKill, master: ProcessInfo) -> bool:
    """Compare cgroups; the root, a session or a user's slice is nobody's own."""
    if kill.cgroup != master.cgroup or kill.cgroup in {"", "/"}:
        return False
    return kill.name == master.name and "session" not in kill.cgroup and not kill.cgroup.endswith("/init.scope")
