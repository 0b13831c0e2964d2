import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

import pytest

from tests.evidence import (
    BEFORE,
    DURING,
    NGINX,
    ROUTE,
    WHEN,
    after,
    connect,
    endpoint,
    gateway,
    host,
    listener,
    net,
    own,
    processes,
    route,
    seen,
    table,
)
from tests.vantages import Paper
from why502.observations.fact import Fact
from why502.observations.gateway import GatewayProcess, RouteTaken
from why502.observations.probes import TcpAttempt
from why502.observations.processes import ProcessTable
from why502.observations.sockets import Connections, OwnAddresses, SocketTable
from why502.observations.want import As, Cost, Gap, Held, Open, Stale, Want, Why
from why502.survey import survey as module
from why502.survey.budget import Policy
from why502.survey.survey import Survey
from why502.vantage.base import Vantage
from why502.vantage.looking import ASKER, Around, Look, Looker

R = TypeVar("R")
TABLE = Want(kind=SocketTable, about=net())
PROCESSES = Want(kind=ProcessTable, about=host())


def a_looker(kind: type[Fact], look: Look, cost: Cost = Cost.READ, id_: str = "host.test") -> Looker:
    return Looker(home=f"why502.{id_}", name="look", yields=frozenset({kind}), cost=cost, look=look)


def surveyed(
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Survey], Awaitable[R]],
    *lookers: Looker,
    policy: Policy | None = None,
    seconds: float = 30.0,
) -> R:
    kinds = {kind: tuple(each for each in lookers if kind in each.yields) for one in lookers for kind in one.yields}
    monkeypatch.setattr(module, "by_kind", lambda: kinds)

    async def run() -> R:
        ends = asyncio.get_running_loop().time() + seconds
        return await act(Survey(cast("Vantage", Paper()), WHEN, policy or Policy(), ends))

    return asyncio.run(run())


def giving(*facts: Fact) -> tuple[Look, list[Want[Fact]]]:
    """A look that returns these, and the wants it was asked."""
    asked: list[Want[Fact]] = []

    async def look(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
        asked.append(want)
        await asyncio.sleep(0)
        return facts

    return look, asked


def gap_of(got: object) -> Gap:
    assert isinstance(got, Gap)
    return got


def test_equal_wants_are_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    look, asked = giving(table())

    async def act(survey: Survey) -> object:
        return await asyncio.gather(survey.get(TABLE), survey.get(TABLE), survey.meet([TABLE, TABLE]))

    got = surveyed(monkeypatch, act, a_looker(SocketTable, look))
    assert got == [(table(),), (table(),), None]
    assert len(asked) == 1


def test_what_nobody_reads_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gap_of(surveyed(monkeypatch, lambda survey: survey.get(TABLE))).why is Why.NO_VANTAGE


def test_nothing_there_is_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    look, _ = giving()
    assert surveyed(monkeypatch, lambda survey: survey.get(TABLE), a_looker(SocketTable, look)) == ()


def test_facts_of_one_looker_stand_though_another_has_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    look, _ = giving(table())

    async def cannot(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
        return Gap(want=want, why=Why.NO_PERMISSION, says="no", unlock="sudo why502")

    async def act(survey: Survey) -> tuple[object, list[Gap]]:
        return await survey.get(TABLE), survey.gaps

    both = (a_looker(SocketTable, look), a_looker(SocketTable, cannot))
    got, gaps = surveyed(monkeypatch, act, *both)
    assert got == (table(),)
    assert [each.why for each in gaps] == [Why.NO_PERMISSION]


def test_a_looker_that_raises_is_our_bug_and_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
        raise KeyError("pid" * 1000)

    look, _ = giving(processes())

    async def act(survey: Survey) -> tuple[object, object]:
        return await survey.get(TABLE), await survey.get(PROCESSES)

    got, other = surveyed(monkeypatch, act, a_looker(SocketTable, broken), a_looker(ProcessTable, look))
    gap = gap_of(got)
    assert gap.why is Why.OUR_BUG
    assert "KeyError" in gap.says
    assert len(gap.says) <= 500
    assert other == (processes(),)


def asks(kind: type[Fact], wanted: Want[Any]) -> Looker:
    """A looker that needs another fact first."""

    async def look(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
        found = await around.get(wanted)
        return found if isinstance(found, Gap) else ()

    return a_looker(kind, look)


def test_lookers_that_wait_for_each_other_end_in_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    circle = (asks(SocketTable, PROCESSES), asks(ProcessTable, TABLE))
    gap = gap_of(surveyed(monkeypatch, lambda survey: survey.get(TABLE), *circle))
    assert gap.why is Why.OUR_BUG
    assert "wait for each other" in gap.says
    itself = gap_of(surveyed(monkeypatch, lambda survey: survey.get(TABLE), asks(SocketTable, TABLE)))
    assert itself.why is Why.OUR_BUG


def test_a_circle_that_is_entered_at_both_ends_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(survey: Survey) -> object:
        return await asyncio.gather(survey.get(TABLE), survey.get(PROCESSES))

    circle = (asks(SocketTable, PROCESSES), asks(ProcessTable, TABLE))
    got = surveyed(monkeypatch, act, *circle, policy=Policy(look_seconds=0.2))
    assert all(isinstance(each, Gap) for each in cast("list[object]", got))


def test_a_look_that_takes_too_long_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
        await asyncio.Event().wait()
        return ()

    looker = a_looker(SocketTable, slow)
    limited = surveyed(monkeypatch, lambda survey: survey.get(TABLE), looker, policy=Policy(look_seconds=0.05))
    assert gap_of(limited).why is Why.TIMED_OUT
    late = surveyed(monkeypatch, lambda survey: survey.get(TABLE), looker, seconds=-1.0)
    assert gap_of(late).why is Why.TIMED_OUT, "the deadline goes before a look's own limit"


def test_a_policy_switches_off(monkeypatch: pytest.MonkeyPatch) -> None:
    look, asked = giving(connect())
    want = Want(kind=TcpAttempt, about=endpoint(), how=As())
    probe = a_looker(TcpAttempt, look, Cost.PACKET, "probes.tcp")
    for policy, option in (
        (Policy(probe=False), "--no-probe"),
        (Policy(off=frozenset({"probes.tcp"})), "--no-look probes.tcp"),
    ):
        gap = gap_of(surveyed(monkeypatch, lambda survey: survey.get(want), probe, policy=policy))
        assert gap.why is Why.SWITCHED_OFF
        assert option in gap.unlock
    inner = a_looker(TcpAttempt, look, id_="host.tcp")
    assert gap_of(surveyed(monkeypatch, lambda survey: survey.get(want), inner, policy=Policy(outside=True))).says
    assert asked == []


def test_twelve_connections_two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, most = 0, 0

    async def look(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return (connect(how=want.how),)

    wants = [Want(kind=TcpAttempt, about=endpoint(), how=As(path=f"/{each}")) for each in range(15)]

    async def act(survey: Survey) -> list[object]:
        return list(await asyncio.gather(*(survey.get(each) for each in wants)))

    got = surveyed(monkeypatch, act, a_looker(TcpAttempt, look, Cost.PACKET, "probes.tcp"))
    over = [each for each in got if isinstance(each, Gap)]
    assert (most, len(over)) == (2, 3)
    assert {each.why for each in over} == {Why.OVER_BUDGET}


def test_no_more_work_for_a_full_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    full, _ = giving(table(listener(queue=1, backlog=0)))
    look, asked = giving(connect())
    want = Want(kind=TcpAttempt, about=endpoint(), how=As())

    async def act(survey: Survey) -> object:
        await survey.get(TABLE)
        return await survey.get(want)

    lookers = (a_looker(SocketTable, full), a_looker(TcpAttempt, look, Cost.REQUEST, "probes.http1"))
    assert gap_of(surveyed(monkeypatch, act, *lookers)).why is Why.OVER_BUDGET
    assert asked == []


def test_what_changes_is_looked_at_again_and_a_moment_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    look, asked = giving(table())
    moment, of_moment = giving()
    then = Want(kind=Connections, about=endpoint(), window=DURING)

    async def act(survey: Survey) -> None:
        await survey.meet([TABLE, then])
        survey.forget([SocketTable, Connections])
        await survey.meet([TABLE, then])

    surveyed(monkeypatch, act, a_looker(SocketTable, look), a_looker(Connections, moment))
    assert (len(asked), len(of_moment)) == (2, 1)


def test_what_was_put_in_is_found_and_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    want = Want(kind=RouteTaken, about=ROUTE)

    async def act(survey: Survey) -> object:
        survey.put(want, (route(),))
        survey.forget([RouteTaken])
        await survey.meet([want])
        return survey.evidence(WHEN).ask(want)

    assert surveyed(monkeypatch, act) == Held(facts=(route(),))


def test_evidence_tells_what_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(survey: Survey) -> tuple[object, ...]:
        view = survey.evidence(WHEN)
        survey.put(PROCESSES, (processes(seen=seen(BEFORE)),))
        survey.put(Want(kind=OwnAddresses, about=net()), (own(seen=seen(BEFORE)), own()))
        survey.put(TABLE, ())
        asked = tuple(view.ask(want) for want in (PROCESSES, Want(kind=OwnAddresses, about=net()), TABLE))
        missing = view.ask(Want(kind=SocketTable, about=host()))
        assert [want.kind for want in view.asked] == [ProcessTable, OwnAddresses, SocketTable, SocketTable]
        return (*asked, missing)

    old, mixed, nothing, missing = surveyed(monkeypatch, act)
    assert isinstance(old, Stale)
    assert isinstance(mixed, Stale), "one that does not hold spoils the answer"
    assert nothing == Held(facts=())
    assert isinstance(missing, Open)


def test_what_was_confirmed_holds_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    own_way, dated = Want(kind=RouteTaken, about=ROUTE), Want(kind=GatewayProcess, about=NGINX)

    async def act(survey: Survey) -> tuple[object, object]:
        survey.put(own_way, (route(seen=seen(BEFORE)),))
        survey.put(dated, (gateway(seen=seen(BEFORE), since=None),))
        survey.confirm(NGINX, after(8))
        view = survey.evidence(WHEN)
        return view.ask(own_way), view.ask(dated)

    way, process = surveyed(monkeypatch, act)
    assert isinstance(way, Held)
    assert isinstance(process, Stale), "what has no beginning is not confirmed"
    assert timedelta(0) < after(8) - after(0)


def test_each_look_asks_the_clock_in_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    async def inner(want: Want[Fact], around: Around) -> tuple[Fact, ...]:
        names.append(ASKER.get())
        return ()

    async def outer(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
        await around.get(PROCESSES)
        names.append(ASKER.get())
        return ()

    async def act(survey: Survey) -> str:
        await survey.get(TABLE)
        return ASKER.get()

    lookers = a_looker(SocketTable, outer, id_="host.outer"), a_looker(ProcessTable, inner, id_="host.inner")
    assert surveyed(monkeypatch, act, *lookers) == ""
    assert [name.split()[0] for name in names] == [lookers[1].id, lookers[0].id]
