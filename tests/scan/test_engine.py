"""The compiled engine counts what the plain one counts, whatever the bytes and however they are divided."""

import random
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from why502.discover import shelf
from why502.logs import formats, nginx_plans
from why502.logs.format import LogFormat
from why502.logs.formats import nginx
from why502.logs.numbers import hash64
from why502.scan import engine as engines
from why502.scan.driver import Feed
from why502.scan.engine import Compiled, Engine, Plain
from why502.scan.jobs import Reading, zones_of
from why502.scan.part import Part

pytestmark = pytest.mark.skipif(not engines.has_kernel(), reason="the kernel was not compiled here: no C compiler")

SHELF = tuple(shelf(formats, LogFormat))
BERLIN = zones_of(ZoneInfo("Europe/Berlin"))


def reading_of(form: LogFormat) -> Reading:
    lines = tuple(each.line for each in form.examples)
    return Reading(formats=((form, form.plans(lines)),), zones=BERLIN)


def counted(engine: Engine, text: bytes, pieces: list[int]) -> Part:
    """Feed a text in pieces of the given sizes, the rest at once."""
    feed = Feed(engine, 0)
    at = 0
    for size in pieces:
        if text[at : at + size]:
            feed.more(text[at : at + size])
        at += size
    if text[at:]:
        feed.more(text[at:])
    feed.end()
    return ordered(engine.part(served=True))


def ordered(part: Part) -> Part:
    """Lines wait in any order."""
    part.waiting.lines.sort(key=repr)
    return part


def mutated(line: bytes, chance: random.Random) -> bytes:
    made = bytearray(line)
    for _ in range(chance.choice([0, 0, 1, 1, 2, 5])):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                del made[at : at + chance.randrange(1, 4)]
            case 1:
                made[at:at] = bytes(
                    chance.choice(b' "\\-,:/[]{}\t0159aZ\x00\xff%') for _ in range(chance.randrange(1, 3))
                )
            case 2 if at < len(made):
                made[at] = chance.choice(b'0123456789 "-:{}\\\x1f')
            case _:
                made[at : at + 8] = made[at : at + 8] * 2
    return bytes(made).replace(b"\n", b"")


@pytest.mark.parametrize("form", SHELF, ids=lambda each: each.name)
def test_compiled_is_plain_on_damaged_lines(form: LogFormat) -> None:
    chance = random.Random(form.name)
    reading = reading_of(form)
    examples = [each.line for each in form.examples]
    lines = [mutated(chance.choice(examples), chance) for _ in range(300)] + examples
    text = b"\n".join(lines)
    pieces = [chance.randrange(1, 2000) for _ in range(20)]
    assert counted(Compiled(reading), text, pieces) == counted(Plain(reading), text, [])


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_compiled_is_plain_on_arbitrary_bytes(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(SHELF))
    reading = reading_of(form)
    example = data.draw(st.sampled_from(form.examples)).line
    at = data.draw(st.integers(0, len(example)))
    text = (
        example[:at]
        + data.draw(st.binary(max_size=200))
        + example[at:]
        + data.draw(st.sampled_from([b"", b"\n", b"\r\n", b"\n\n"]))
    )
    assert counted(Compiled(reading), text, []) == counted(Plain(reading), text, [7])


LISTS = (
    "$time_iso8601 $remote_addr:$remote_port $status $upstream_addr $upstream_status $upstream_response_time $pid",
    "$time_iso8601 $remote_addr:$remote_port $status $upstream_response_time|$upstream_status $upstream_addr",
    "$time_iso8601 $status $upstream_connect_time $upstream_addr $upstream_status $upstream_header_time",
)
PIECES = st.lists(
    st.sampled_from(
        [b", ", b" : ", b" ", b",", b":", b"-", b"a:80", b"app", b"[::1]:8", b"502", b"200", b"0.1", b"|", b'"']
    ),
    max_size=6,
).map(b"".join)


@settings(deadline=None, max_examples=200)
@given(text=st.sampled_from(LISTS), rows=st.lists(st.lists(PIECES, min_size=4, max_size=4), min_size=1, max_size=4))
@example(LISTS[1], [[b"", b"", b"|", b", : "]])
@example(LISTS[0], [[b"app, a:80 : app", b"502, - : 502", b"0.1, - : 0.2", b"17"]])
@example(LISTS[0], [[b"a:80, ", b"502,", b"", b""], [b"", b" ", b" : ", b"-"]])
def test_compiled_is_plain_on_lists_and_ports(text: str, rows: list[list[bytes]]) -> None:
    form = replace(nginx.FORMAT, plans=lambda _: nginx_plans.compiled(text, "nginx"))
    reading = Reading(formats=((form, form.plans(())),))
    starts = (b"2026-11-20T14:02:11Z ::1:4711 502 ", b"2026-11-20T14:02:11Z 4711 200 ", b"2026-11-20T14:02:11Z 502 ")
    lines = [start + b" ".join(row) for row in rows for start in starts]
    content = b"\n".join(lines)
    assert counted(Compiled(reading), content, []) == counted(Plain(reading), content, [9])


@pytest.mark.parametrize("form", SHELF, ids=lambda each: each.name)
def test_merged_in_any_order_it_is_the_same(form: LogFormat) -> None:
    chance = random.Random(7)
    reading = reading_of(form)
    lines = [mutated(each.line, chance) for each in form.examples * 20]
    parts = []
    for order in (1, -1):
        made = [Compiled(reading) for _ in range(3)]
        for number, one in enumerate(made):
            offset = 0
            for place, line in enumerate(lines):
                if place % 3 == number:
                    one.block(line + b"\n", 0, offset, last=False)
                offset += len(line) + 1
        first, *others = made[::order]
        for other in others:
            first.merge(other)
        parts.append(ordered(first.part(served=True)))
    assert parts[0] == parts[1]


def test_hash_is_the_same() -> None:
    from why502.scan._kernel import hash64 as compiled

    chance = random.Random(1)
    for size in range(70):
        text = chance.randbytes(size)
        assert compiled(text) == hash64(text)


def test_zones_of_utc_are_none() -> None:
    assert [ahead for _, ahead in zones_of(UTC)] == [0]
