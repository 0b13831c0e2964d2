"""A replay gives what was recorded, in order, and never more than that."""

import asyncio
from datetime import datetime, timedelta

from tests.vantage.running import awaited
from tests.vantage.test_bundle import AT, HEADER, HERE, HOW, NOW, REFUSED
from why502.observations.place import Place
from why502.observations.subjects import Endpoint
from why502.observations.want import As, Why
from why502.vantage.base import No, Raw, ReadOnly, Refusal, Vantage
from why502.vantage.bundle import Bundle
from why502.vantage.looking import ASKER
from why502.vantage.recorded import Ask, Connect, Covers, Exchange, Given, Link, Now, Read, Record, Token
from why502.vantage.replay import Replay

TO = Endpoint(place=HERE, address="10.0.0.1", port=80)


def replay(*pairs: tuple[Ask, Given]) -> Vantage:
    records = tuple(Record(ask=ask, given=given, after=0.0) for ask, given in pairs)
    return Replay(Bundle(header=HEADER, records=records, cut=False))


def raw(data: bytes) -> Raw:
    return Raw(data=data, at=AT, source="/a")


@awaited
async def test_equal_questions_get_their_answers_in_order_then_the_last_again() -> None:
    ask = Read(place=HERE, path="/a", most=9)
    vantage = replay((ask, raw(b"1")), (ask, raw(b"2")))
    assert [await vantage.read(HERE, "/a", 9) for _ in range(3)] == [raw(b"1"), raw(b"2"), raw(b"2")]


@awaited
async def test_other_arguments_are_another_question() -> None:
    vantage = replay((Read(place=HERE, path="/a", most=9), raw(b"1")))
    for got in (
        await vantage.read(HERE, "/a", 8),
        await vantage.read(HERE, "/a", 9, tail=True),
        await vantage.read(HERE, "/a", 9, reader=HOW.user),
        await vantage.read(HERE.network(), "/a", 9),
    ):
        assert isinstance(got, Refusal)


@awaited
async def test_what_was_never_asked_is_refused_by_every_verb() -> None:
    vantage = replay()
    for got in (
        await vantage.read(HERE, "/a", 1),
        await vantage.list(HERE, "/a"),
        await vantage.stat(HERE, "/a"),
        await vantage.readlink(HERE, "/a"),
        await vantage.run(HERE, ReadOnly.KERNEL_LOG),
        await vantage.connect(TO, As()),
        await vantage.resolve(HERE, "a"),
    ):
        assert isinstance(got, Refusal)
        assert got.no is No.NO_WAY_IN
        assert got.text == "not in the bundle"


@awaited
async def test_clock_and_tokens_come_from_the_bundle() -> None:
    vantage = replay((Token(), "a"), (Token(), "b"))
    assert [await vantage.token() for _ in range(3)] == ["a", "b", "b"]
    assert await vantage.now() == HEADER.started
    assert await replay((Now(), NOW)).now() == NOW


@awaited
async def test_each_look_gets_its_own_times() -> None:
    later, latest = NOW + timedelta(seconds=1), NOW + timedelta(seconds=5)
    vantage = replay((Now(by="a"), NOW), (Now(by="b"), later), (Now(by="a"), latest))

    async def times(look: str, count: int) -> list[datetime]:
        ASKER.set(look)
        return [await vantage.now() for _ in range(count)]

    assert await asyncio.create_task(times("a", 2)) == [NOW, latest]
    assert await asyncio.create_task(times("b", 1)) == [later]
    assert await asyncio.create_task(times("c", 1)) == [latest], "what it never asked for is the last time told"


@awaited
async def test_it_covers_what_was_covered_and_else_its_own_host() -> None:
    inner = Place(host=HERE.host, net=77)
    vantage = replay((Covers(place=inner), Why.NO_PERMISSION), (Covers(place=Place(host="far")), None))
    assert vantage.covers(inner) is Why.NO_PERMISSION
    assert vantage.covers(inner) is Why.NO_PERMISSION
    assert vantage.covers(Place(host="far")) is None
    assert vantage.covers(HERE) is None
    assert vantage.covers(Place(host="b")) is Why.NO_VANTAGE


@awaited
async def test_it_stands_where_the_recording_stood() -> None:
    vantage = replay()
    assert (vantage.kind, vantage.name, vantage.privileged) == ("replay", "local", True)
    assert vantage.here() == HERE
    assert vantage.unlock() == "sudo"


@awaited
async def test_an_answer_of_the_wrong_kind_counts_as_none() -> None:
    assert isinstance(await replay((Link(place=HERE, path="/a"), raw(b""))).readlink(HERE, "/a"), Refusal)


@awaited
async def test_a_stream_gives_its_pieces_in_order_and_then_its_end() -> None:
    exchange = Exchange(seconds=0.5, local="l", tls=None, received=(b"abc", b"d", b""), sent=(None, REFUSED))
    stream = await replay((Connect(to=TO, how=As()), exchange)).connect(TO, As(headers=(("A", ""),)))
    assert isinstance(stream, Refusal)
    stream = await replay((Connect(to=TO, how=As(headers=(("A", ""),))), exchange)).connect(
        TO, As(headers=(("A", "b"),))
    )
    assert not isinstance(stream, Refusal)
    assert (stream.seconds, stream.local, stream.tls) == (0.5, "l", None)
    assert [await stream.send(b"x") for _ in range(3)] == [None, REFUSED, None]
    assert [await stream.receive(9.0, 2) for _ in range(5)] == [b"ab", b"c", b"d", b"", b""]
    await stream.close()


@awaited
async def test_a_stream_that_had_not_ended_times_out_at_once() -> None:
    exchange = Exchange(seconds=0.5, local="l", tls=None, received=(b"abc",))
    stream = await replay((Connect(to=TO, how=As()), exchange)).connect(TO, As())
    assert not isinstance(stream, Refusal)
    await stream.receive(3600.0)
    got = await stream.receive(3600.0)
    assert isinstance(got, Refusal)
    assert got.no is No.TIMED_OUT


@awaited
async def test_no_connection_is_given_twice() -> None:
    vantage = replay((Connect(to=TO, how=As()), REFUSED))
    assert await vantage.connect(TO, As()) == REFUSED
    got = await vantage.connect(TO, As())
    assert isinstance(got, Refusal)
    assert got.text == "not in the bundle"
