import asyncio

from tests.evidence import endpoint
from why502.observations.want import Cost
from why502.survey.budget import AT_A_TIME, IN_ALL, Budget, Policy


def test_a_looker_or_its_whole_room_is_switched_off() -> None:
    policy = Policy(off=frozenset({"host.sockets", "probes"}))
    assert policy.forbids("host.sockets", Cost.READ) == "--no-look host.sockets"
    assert policy.forbids("probes.http1", Cost.REQUEST) is not None
    assert policy.forbids("host.sockets_more", Cost.READ) is None
    assert policy.forbids("host.units", Cost.READ) is None


def test_from_outside_only_probes_look() -> None:
    policy = Policy(outside=True)
    assert policy.forbids("host.sockets", Cost.READ) == "--outside"
    assert policy.forbids("gateways.nginx.route", Cost.READ) == "--outside"
    assert policy.forbids("probes.tcp", Cost.PACKET) is None


def test_without_probes_it_only_reads() -> None:
    policy = Policy(probe=False)
    assert policy.forbids("probes.tcp", Cost.PACKET) == "--no-probe"
    assert policy.forbids("probes.http1", Cost.REQUEST) == "--no-probe"
    assert policy.forbids("host.sockets", Cost.READ) is None


def test_twelve_connections_to_one_upstream_and_no_more() -> None:
    budget = Budget()
    assert [budget.take(endpoint(), Cost.PACKET) for _ in range(IN_ALL + 2)] == [True] * 12 + [False] * 2
    assert budget.take(endpoint(port=8001), Cost.REQUEST), "another upstream has its own"


def test_no_work_for_an_upstream_whose_queue_is_full() -> None:
    budget = Budget()
    budget.full.add(endpoint())
    assert not budget.take(endpoint(), Cost.REQUEST)
    assert budget.take(endpoint(), Cost.PACKET)


def test_two_at_a_time() -> None:
    async def both() -> list[bool]:
        gate = Budget().gate(endpoint())
        return [gate.locked() for _ in range(AT_A_TIME) if await gate.acquire()] + [gate.locked()]

    assert asyncio.run(both()) == [False, True, True]
