"""Meet wants: one look each, all at the same time, within the policy, the budget and the deadline."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar, cast

from why502.observations.fact import Event, Fact
from why502.observations.place import Window
from why502.observations.sockets import SocketTable
from why502.observations.subjects import Endpoint, Process, Route
from why502.observations.want import Cost, Gap, Held, Open, Stale, Want, Why
from why502.survey.budget import Budget, Policy
from why502.survey.lookers import by_kind
from why502.vantage.base import Vantage
from why502.vantage.looking import ASKER, Looker

F = TypeVar("F", bound=Fact)
Outcome = tuple[Fact, ...] | Gap


class Survey:
    """All that was looked at in one run. It is what lookers have around them, and what evidence is read from."""

    def __init__(self, vantage: Vantage, horizon: Window, policy: Policy, ends: float) -> None:
        """Start with nothing seen; `ends` is the loop time at which looking stops."""
        self.vantage = vantage
        self.horizon = horizon
        self.policy = policy
        self.ends = ends
        self.budget = Budget()
        self._tasks: dict[Want[Fact], asyncio.Task[Outcome]] = {}
        self.seen: dict[Want[Fact], Outcome] = {}
        self.gaps: list[Gap] = []

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.ends - asyncio.get_running_loop().time()

    async def get(self, want: Want[F]) -> tuple[F, ...] | Gap:
        """Return the facts of a want, looking once."""
        return await self._get(want, ())

    def put(self, want: Want[F], facts: tuple[F, ...]) -> None:
        """Keep facts where a want that asks for them by their own subject finds them."""
        self.seen[cast("Want[Fact]", want)] = facts

    def forget(self, kinds: Iterable[type[Fact]]) -> None:
        """Look again at what changes from moment to moment, when it is next asked for; what was put in stays."""
        gone = set(kinds)
        for want in [want for want in self._tasks if want.kind in gone and want.window is None]:
            self.seen.pop(want, None)
            del self._tasks[want]

    def refresh(self) -> None:
        """Forget all that is fleeting: from now on it is looked at anew."""
        self.forget({want.kind for want in self._tasks if want.kind.fleeting})

    def confirm(self, process: Process, until: datetime) -> None:
        """Let what is known of a process's set-up hold until now: it was seen to be unchanged.

        Only facts that carry `since` are confirmed: those that change with the process alone.
        """
        for want, outcome in self.seen.items():
            ours = want.about == process or (isinstance(want.about, Route) and want.about.gateway == process)
            if ours and not isinstance(outcome, Gap):
                self.seen[want] = tuple(_until(fact, until) for fact in outcome)

    async def meet(self, wants: Iterable[Want[Fact]]) -> None:
        """Look for all of them at the same time."""
        fresh = [want for want in dict.fromkeys(wants) if want not in self.seen]
        await asyncio.gather(*(self.get(want) for want in fresh))

    async def _get(self, want: Want[F], under: tuple[Want[Fact], ...]) -> tuple[F, ...] | Gap:
        key = cast("Want[Fact]", want)
        if key in under:
            return Gap(want=key, why=Why.OUR_BUG, says="lookers wait for each other", unlock="report this")
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.ensure_future(self._look_all(key, (*under, key)))
            self._tasks[key] = task
        found = await asyncio.shield(task)
        outcome = self.seen.get(key, found)  # what was confirmed since then holds longer
        return outcome if isinstance(outcome, Gap) else cast("tuple[F, ...]", outcome)

    async def _look_all(self, want: Want[Fact], under: tuple[Want[Fact], ...]) -> Outcome:
        lookers = by_kind().get(want.kind, ())
        outcomes = await asyncio.gather(*(self._look(each, want, under) for each in lookers))
        facts = tuple(fact for each in outcomes if not isinstance(each, Gap) for fact in each)
        gaps = [each for each in outcomes if isinstance(each, Gap)]
        self.gaps += gaps
        outcome: Outcome
        if facts or (lookers and not gaps):
            outcome = facts
        elif gaps:
            outcome = gaps[0]
        else:
            outcome = Gap(want=want, why=Why.NO_VANTAGE, says=f"nothing here reads {want.kind.__name__}", unlock="")
        self.seen[want] = outcome
        self._mark_full(facts)
        return outcome

    def _mark_full(self, facts: tuple[Fact, ...]) -> None:
        """Ask no more work of an upstream whose accept queue is full."""
        for table in facts:
            if isinstance(table, SocketTable):
                for each in table.listeners:
                    if each.full:
                        self.budget.full.add(Endpoint(place=table.about.place, address=each.address, port=each.port))

    async def _look(self, looker: Looker, want: Want[Fact], under: tuple[Want[Fact], ...]) -> Outcome:
        option = self.policy.forbids(looker.id, looker.cost)
        if option is not None:
            return Gap(want=want, why=Why.SWITCHED_OFF, says=f"switched off by {option}", unlock=f"leave out {option}")
        if looker.cost is Cost.READ:
            return await self._limited(looker, want, under)
        if not self.budget.take(want.about, looker.cost):
            says = f"{want.about} was asked often enough"
            return Gap(want=want, why=Why.OVER_BUDGET, says=says, unlock="run again")
        async with self.budget.gate(want.about):
            return await self._limited(looker, want, under)

    async def _limited(self, looker: Looker, want: Want[Fact], under: tuple[Want[Fact], ...]) -> Outcome:
        limit = min(self.left(), self.policy.look_seconds + (want.how.limit if want.how else 0.0))
        ASKER.set(f"{looker.id} {want.kind.__name__} {want.about}")
        try:
            async with asyncio.timeout(max(limit, 0.01)):
                return await looker.look(self.policy.sent(want), _Around(self, under))
        except TimeoutError:
            says = f"{looker.id} took longer than {limit:.1f} s"
            return Gap(want=want, why=Why.TIMED_OUT, says=says, unlock="why502 --deadline 60 …")
        except Exception as error:  # noqa: BLE001 - a looker's own fault must not end the run; it is told as ours
            says = f"{looker.id} failed by a fault of why502: {type(error).__name__}: {error}"
            return Gap(want=want, why=Why.OUR_BUG, says=says[:500], unlock="report this with --save BUNDLE")

    def evidence(self, window: Window) -> "View":
        """Return what a judge sees of one window."""
        return View(self.seen, window)


def _until(fact: Fact, until: datetime) -> Fact:
    if fact.since is None or isinstance(fact, Event) or fact.seen.at.end >= until:
        return fact
    return replace(fact, seen=replace(fact.seen, at=Window(start=fact.seen.at.start, end=until)))


class _Around:
    """What one look has around it; knows above which looks it stands, so that none waits for itself."""

    def __init__(self, survey: Survey, under: tuple[Want[Fact], ...]) -> None:
        self._survey = survey
        self._under = under
        self.vantage = survey.vantage
        self.horizon = survey.horizon

    async def get(self, want: Want[F]) -> tuple[F, ...] | Gap:
        """Return the facts of another want."""
        return await self._survey._get(want, self._under)


class View:
    """The evidence over one window; it remembers what was asked."""

    def __init__(self, seen: dict[Want[Fact], Outcome], window: Window) -> None:
        """Look at what was seen from one window."""
        self._seen = seen
        self._window = window
        self.asked: list[Want[Fact]] = []

    def ask(self, want: Want[F]) -> Held[F] | Stale[F] | Gap | Open:
        """Return what is known, and whether it holds over the window."""
        key = cast("Want[Fact]", want)
        self.asked.append(key)
        outcome = self._seen.get(key)
        if outcome is None:
            return Open(want=key)
        if isinstance(outcome, Gap):
            return outcome
        facts = cast("tuple[F, ...]", outcome)
        if issubclass(want.kind, Event):
            # what happened after the failure is no evidence for it; what happened before stays true
            return Held(facts=tuple(fact for fact in facts if fact.holds(self._window)))
        # who asks for a moment means that moment, and compares it with others itself
        if want.window is not None or all(fact.holds(self._window) for fact in facts):
            return Held(facts=facts)
        return Stale(facts=facts)
