"""What is counted when there is more of everything than is kept: sums stay exact, and division changes nothing."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.scan.test_engine import ordered
from why502.logs.format import LogFormat, by_status
from why502.logs.plan import Literal, Plan, Role, Take
from why502.logs.tally import MOST_CELLS, MOST_CLIENTS, MOST_SAMPLES, MOST_UPSTREAMS, MOST_WAITING
from why502.scan import engine as engines
from why502.scan.engine import Compiled
from why502.scan.jobs import Reading
from why502.scan.part import Part

pytestmark = pytest.mark.skipif(not engines.has_kernel(), reason="the kernel was not compiled here: no C compiler")

BLANK = Literal(text=b" ")
PLAN = Plan(
    name="bounds",
    steps=(
        *(
            each
            for role in (Role.TIME, Role.CLIENT, Role.UPSTREAM, Role.STATUS)
            for each in (Take(role=role, stop=b" "), BLANK)
        ),
        Take(role=Role.REQUEST),
    ),
)
FORM = LogFormat(home="", name="bounds", gateway="", plans=lambda _: (PLAN,), judge=by_status, examples=(), source="")
READING = Reading(formats=((FORM, (PLAN,)),))
START = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())


def counted(lines: list[bytes], engines: int) -> Part:
    """Count lines with several engines, each a part of them, merged."""
    made = [Compiled(READING) for _ in range(engines)]
    offset, share = 0, -(-len(lines) // engines)
    for number, engine in enumerate(made):
        text = b"".join(lines[number * share : (number + 1) * share])
        engine.block(text, 0, offset, last=False)
        offset += len(text)
    for other in made[1:]:
        made[0].merge(other)
    return ordered(made[0].part(served=True))


def test_more_cells_than_are_kept() -> None:
    chance = random.Random(1)
    lines, minutes, upstreams, routes = [], Counter[int](), Counter[bytes](), Counter[bytes]()
    for _ in range(MOST_CELLS * 3 // 2):
        minute, upstream, route = (
            chance.randrange(3000),
            b"10.0.0.%d:80" % chance.randrange(10),
            b"GET /p/%c" % chance.choice(b"abcdefgh"),
        )
        status = chance.choice([200, 200, 200, 502])
        lines.append(b"%d 192.0.2.1 %s %d %s HTTP/1.1\n" % (START + 60 * minute, upstream, status, route))
        minutes[START // 60 + minute] += 1
        upstreams[upstream] += 1
        routes[route] += 1
    whole = counted(lines, 1)
    assert whole.level == 1
    assert len(whole.cells) <= MOST_CELLS
    for sums, expected in ((whole.by_minute, minutes), (whole.by_upstream, upstreams), (whole.by_route, routes)):
        found: Counter[object] = Counter()
        for (name, _), count in sums.items():
            found[name] += count
        assert found == expected
    assert counted(lines, 3) == whole


def test_more_names_clients_and_failures_than_are_kept() -> None:
    chance = random.Random(2)
    lines = []
    for number in range(90_000):
        status, client = (
            chance.choice([200, 502, 504]),
            b"10.%d.%d.%d" % (number % 2, chance.randrange(250), chance.randrange(250)),
        )
        upstream = b"upstream-%d.example:%d" % (chance.randrange(30_000), chance.randrange(2))
        path = b"/%s/%s" % (chance.choice([b"a", b"b"]), bytes(chance.choices(b"abcdefghijklmnop", k=6)))
        lines.append(b"%d %s %s %d GET %s HTTP/1.1\n" % (START + number * 37, client, upstream, status, path))
    whole = counted(lines, 1)
    names = {name for name, _ in whole.by_upstream}
    assert MOST_UPSTREAMS / 4 < len(names) <= MOST_UPSTREAMS + 1
    assert sum(whole.by_upstream.values()) == sum(whole.by_minute.values()) == len(lines)
    assert {name for name, _ in whole.by_route} == {b"GET /a/*", b"GET /b/*"}
    assert MOST_CLIENTS / 4 < len(whole.seen.pairs) <= MOST_CLIENTS
    assert MOST_SAMPLES / 32 < len(whole.samples.kept) <= MOST_SAMPLES
    assert len(whole.waiting.lines) <= MOST_WAITING
    assert counted(lines, 4) == whole
