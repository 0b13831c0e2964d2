"""What is seen of a server now was so when it failed, if its processes are older than the failure.

A program's listener, its limits and how long it keeps an idle connection do not change while its process lives. So
facts about the upstream that were seen too late speak for the failure all the same, from the youngest start on of the
processes that hold its listener; each of them is dated so. How it answers is none of them: what failed then may be well
now. Nor does a table tell which processes there were beside the upstream's own.
"""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from why502.observations.fact import Fact
from why502.observations.place import Window
from why502.observations.probes import IdleClose
from why502.observations.processes import ProcessTable
from why502.observations.server import AppServer
from why502.observations.sockets import SocketTable
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Gap, Held, Open, Stale, Want
from why502.rules.holding import Holding, address_of, holding

F = TypeVar("F", bound=Fact)
OF_PROCESSES: tuple[type[Fact], ...] = (SocketTable, ProcessTable, AppServer, IdleClose)


class Lasting:
    """Evidence in which what depends on unchanged processes alone is dated by their start."""

    def __init__(self, evidence: Evidence, since: datetime, window: Window) -> None:
        """Look at evidence from a window; `since` lies before it."""
        self._evidence = evidence
        self._since = since
        self._window = window

    def ask(self, want: Want[F]) -> Held[F] | Stale[F] | Gap | Open:
        """Return what is known over the window."""
        answer = self._evidence.ask(want)
        if not isinstance(answer, Stale) or want.kind not in OF_PROCESSES:
            return answer
        facts = tuple(replace(fact, since=self._since) for fact in answer.facts)
        return Held(facts=facts) if all(fact.holds(self._window) for fact in facts) else answer


def lasting(case: Case, evidence: Evidence, *, master: bool = False) -> Evidence:
    """Return the evidence, dated by the age of the upstream's processes where they are older than the failure.

    With `master` the oldest of them counts alone: what its workers do, they do by its settings.
    """
    address = address_of(case)
    held = holding(address, evidence) if address is not None else None
    since = _since(held, master=master) if held is not None else None
    if since is None or since > case.window.start:
        return evidence
    return Lasting(evidence, since, case.window)


def _since(held: Holding, *, master: bool) -> datetime | None:
    """Return the start from which the holders are the same; None where they are not known, or not only one family."""
    if not held.holders or held.processes is None:
        return None
    if master:
        return held.holders[0].started
    pids = {info.pid for info in held.holders}
    family = [info for info in held.processes.processes if info.pid in pids or info.parent in pids]
    return max(info.started for info in family)
