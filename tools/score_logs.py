"""How well `why502.logs.incidents` finds what `lab.logs` plants: `python -m tools.score_logs --seeds 1,2,3`.

Counts are made minute by minute, as a scan of the log would count it, without writing it; so weeks take seconds.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.logs import BEGIN, SINGLE, STATUS, WORDS, World, failures, poisson, world
from why502.logs.incidents import incidents
from why502.logs.tally import Cell, Clients, FileTally, Tally, What
from why502.logs.tally import Outcome as Became
from why502.observations.failure import FailureId


def tally_of(world: World) -> Tally:
    """Count a world as a scan would count its log, without writing it."""
    draw = random.Random(f"counts {world.seed}")
    troubles: Counter[Cell] = Counter()
    by_minute: Counter[tuple[int, What]] = Counter()
    by_upstream: Counter[tuple[str, What]] = Counter()
    by_route: Counter[tuple[str, What]] = Counter()
    routes = [f"GET /{word}" for word in WORDS]
    served = What(200, None, Became.SERVED)

    def fail(minute: int, upstream: str, failure: str) -> None:
        route, what = draw.choice(routes), What(STATUS[failure], FailureId(failure), Became.FAILED)
        troubles[Cell(minute, upstream, route, *what)] += 1
        by_minute[minute, what] += 1
        by_upstream[upstream, what] += 1
        by_route[route, what] += 1

    for number, requests in enumerate(world.per_minute):
        start, failed = BEGIN + 60 * number, 0
        if any(each.start < start + 60 and each.end >= start for each in world.planted):
            even, more = divmod(requests, 60)
            for second in range(60):
                for incident, count in failures(world, draw, start + second, even + (second < more)):
                    failed += count
                    for _ in range(count):
                        fail(start // 60, draw.choice(incident.upstreams), incident.failure)
        for _ in range(min(poisson(draw, requests * world.background), requests - failed)):
            failed += 1
            fail(start // 60, draw.choice(world.upstreams), draw.choice(SINGLE))
        if requests > failed:
            by_minute[start // 60, served] += requests - failed
            by_upstream[world.upstreams[number % len(world.upstreams)], served] += requests - failed
            by_route[routes[number % len(routes)], served] += requests - failed
    last = BEGIN + 60 * world.minutes - 1
    return Tally(
        files=(FileTally(name="made", formats=("made",), lines=sum(world.per_minute), first=BEGIN, last=last),),
        by_minute=by_minute,
        by_upstream=by_upstream,
        by_route=by_route,
        troubles=troubles,
        upstream_seconds={},
        upstream_slowest={},
        route_seconds={},
        route_slowest={},
        seen=Clients(pairs=frozenset()),
        hit=Clients(pairs=frozenset()),
        samples=(),
        unparsed=(),
    )


@dataclass
class Score:
    """How well incidents were found. `off`: seconds between the true and the found edges, the greater of both."""

    planted: int = 0
    found: int = 0
    within: int = 0
    false: int = 0
    off: list[int] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def judge(world: World, tally: Tally, score: Score) -> None:
    """Compare what is found in a tally with what was planted. Two planted ones are found by two episodes only."""
    episodes = list(incidents(tally).episodes)
    used: set[int] = set()
    for each in world.planted:
        if each.first is None or each.last is None:
            continue
        fits = [
            (max(abs(episode.start - each.first // 60 * 60), abs(episode.end - (each.last // 60 * 60 + 59))), at)
            for at, episode in enumerate(episodes)
            if at not in used
            and episode.failure.value == each.failure
            and episode.start <= each.last
            and episode.end >= each.first
            and set(each.upstreams) & set(episode.upstreams)
        ]
        if not fits:
            if each.failed >= LEAST:
                score.planted += 1
                score.missed.append(f"seed {world.seed}: {each}")
            continue
        off, at = min(fits)
        used.add(at)
        if each.failed < LEAST:
            continue
        score.planted += 1
        score.found += 1
        score.within += off <= MINUTE
        score.off.append(off)
        if off > MINUTE:
            score.missed.append(f"seed {world.seed}: {off} s off: {each}")
    score.false += len(episodes) - len(used)


MINUTE = 60
LEAST = 10
"""Planted ones that failed fewer requests (at night, where traffic is thin) are not asked for, nor counted if found."""

TRAFFIC = ((30_000, 1), (300_000, 4), (4_000_000, 12))
"""Requests a day, and upstreams."""

NOISE = (0.0, 1e-4, 1e-3)


def score(seeds: Sequence[str], days: int = 2, clean_days: int = 7) -> tuple[Score, Score]:
    """Score worlds with incidents, then clean weeks."""
    busy, clean = Score(), Score()
    for seed in seeds:
        for lines, upstreams in TRAFFIC:
            for noise in NOISE:
                name = f"{seed}/{lines}/{noise}"
                made = world(name, lines * days, 24 * days, upstreams, 12, noise)
                judge(made, tally_of(made), busy)
                made = world(name, lines * clean_days, 24 * clean_days, upstreams, 0, noise)
                judge(made, tally_of(made), clean)
    return busy, clean


def _print_score(busy: Score, clean: Score, weeks: int) -> None:
    off = sorted(busy.off)
    for line in busy.missed:
        print("not perfect:", line)
    print(f"planted {busy.planted}, found {busy.found} ({busy.found / max(busy.planted, 1):.1%})")
    print(f"start and end within one minute: {busy.within} ({busy.within / max(busy.found, 1):.1%} of those found)")
    if off:
        print(f"edges off: median {off[len(off) // 2]} s, 95 % {off[int(len(off) * 0.95)]} s, at most {off[-1]} s")
    print(f"incidents that were not planted: {busy.false} in logs with incidents, {clean.false} in {weeks} clean weeks")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the score; 1 if a bar is missed: 95 % found, edges within a minute, nothing found in clean weeks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1", help="separated by commas")
    seeds = parser.parse_args(arguments).seeds.split(",")
    busy, clean = score(seeds)
    _print_score(busy, clean, weeks=len(seeds) * len(TRAFFIC) * len(NOISE))
    return int(busy.within < 0.95 * busy.planted or clean.false > 0)


if __name__ == "__main__":
    sys.exit(main())
