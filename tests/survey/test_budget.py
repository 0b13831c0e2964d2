import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tests.evidence import endpoint
from why502.observations.fact import Fact
from why502.observations.probes import ResponseAttempt, TcpAttempt
from why502.observations.want import As, Cost, Protocols, Want
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


def response(*headers: tuple[str, str], protocol: Protocols = Protocols.HTTP, path: str = "/") -> Want[Fact]:
    how = As(protocol=protocol, headers=headers, path=path)
    return Want(kind=ResponseAttempt, about=endpoint(), how=how)


def sent(policy: Policy, want: Want[Fact]) -> tuple[tuple[tuple[str, str], ...], str]:
    how = policy.sent(want).how
    assert how is not None
    return how.headers, how.path


OWN = (("Authorization", "Bearer 0123456789"), ("Cookie", "sid=abcdefgh; a=1"), ("X-Mode", "on"))


def test_a_users_header_that_the_gateway_repeats_is_kept_from_the_upstream() -> None:
    gateway = (
        ("X-Came", "shop"),
        ("X-Token", "0123456789"),
        ("X-Session", "<abcdefgh>"),
        ("X-Mode", "on"),
        ("X-On", "one"),
    )
    headers, path = sent(Policy(headers=OWN), response(*gateway, path="/?t=0123456789&u=1"))
    assert headers == (("X-Came", "shop"), ("X-On", "one"))
    assert path == "/?t=-&u=1"


def test_the_users_headers_are_sent_to_an_upstream_that_is_trusted() -> None:
    policy = Policy(headers=OWN[:1], trust=True)
    assert sent(policy, response(("authorization", "x"), ("A", "b")))[0] == (("A", "b"), OWN[0])
    params = sent(policy, response(("SCRIPT_NAME", "/x"), protocol=Protocols.FASTCGI))[0]
    assert params == (("SCRIPT_NAME", "/x"), ("HTTP_AUTHORIZATION", "Bearer 0123456789"))


def test_without_headers_of_the_users_a_want_stays_as_it_is() -> None:
    want = response(("A", "b"))
    assert Policy().sent(want) is want
    other: Want[Fact] = Want(kind=TcpAttempt, about=endpoint(), how=As(headers=OWN))
    assert Policy(headers=OWN).sent(other) is other


@given(st.text(min_size=1, max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_value_of_the_users_is_sent_whole(value: str, before: str, after: str) -> None:
    policy = Policy(headers=(("X-Own", value),))
    headers, _ = sent(policy, response(("X-Same", value), ("X-Around", before + value + after)))
    assert all(value not in each for _, each in headers) or len(value) < 6
    assert ("X-Same", value) not in headers
