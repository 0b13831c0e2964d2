"""From the settled part of all lines to the tally: partners are joined, bytes become text."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import TypeVar

from why502.logs.tally import (
    ANY,
    FAILURES,
    Cell,
    Clients,
    FileTally,
    Outcome,
    Sample,
    Tally,
    What,
)
from why502.observations.failure import FailureId
from why502.scan.jobs import Job
from why502.scan.part import NO_FIRST, NO_LAST, UNPARSED, Distinct, FilePart, Part, Place, Wait, lowered
from why502.scan.part import What as Codes

LONGEST_WAIT = 600
"""Seconds that a message may come before the line of its request: time-outs of several servers add up."""

CLOCKS = 2
"""Seconds that a message may come after it: logs are written in whole seconds, each when its buffer is full."""

UNKNOWN = FAILURES.index(FailureId.UNKNOWN) + 1


def whole(part: Part, jobs: Sequence[Job], troubles: dict[int, tuple[str, ...]]) -> Tally:
    """Make the tally of a settled part."""
    told = joined(part.waiting.lines)
    for place, failure, count in told:
        _retold(part, place, failure, count)
    return Tally(
        files=tuple(_file(job, part.files.get(job.number), troubles.get(job.number, ())) for job in jobs),
        by_minute={(minute, _what(what)): count for (minute, what), count in part.by_minute.items()},
        by_upstream={(_text(name), _what(what)): count for (name, what), count in part.by_upstream.items()},
        by_route={(_text(name), _what(what)): count for (name, what), count in part.by_route.items()},
        troubles={_cell(at): count for at, count in part.cells.items() if at[5] != Outcome.SERVED},
        upstream_seconds={_text(name): spread for name, spread in part.upstream_times.items()},
        upstream_slowest={_text(name): value for name, value in part.upstream_slowest.items()},
        route_seconds={_text(name): spread for name, spread in part.route_times.items()},
        route_slowest={_text(name): value for name, value in part.route_slowest.items()},
        seen=_clients(part.seen),
        hit=_clients(part.hit),
        samples=tuple(_samples(part, unparsed=False)),
        unparsed=tuple(_samples(part, unparsed=True)),
        level=part.level,
        joined=sum(count for _, _, count in told),
        waiting_lost=max(0, part.waiting.total - len({wait[3] for wait in part.waiting.lines})),
    )


def joined(waits: Iterable[Wait]) -> list[tuple[Place, int, int]]:
    """Find for each waiting request the message that tells its failure; each message tells one.

    By the key first: of several messages the earliest that is not too old. Then by client and time, and only where all
    messages of the client at that time tell the same failure: what else it asked for is not known. Returns the cell of
    the request, the code of the failure that the message tells, and how many requests.
    """
    groups: dict[int, list[Wait]] = {}
    for wait in waits:
        groups.setdefault(wait[0], []).append(wait)
    used: set[int] = set()
    found: dict[tuple[Place, int], int] = {}
    for by_client in (0, 2):
        for lines in groups.values():
            if lines[0][1] & 2 != by_client or len({each[1] & 1 for each in lines}) == 1:
                continue
            for place, failure in (_at_once if by_client else _partners)(lines, used):
                found[place, failure] = found.get((place, failure), 0) + 1
    return [(place, failure, count) for (place, failure), count in found.items()]


def _sides(lines: list[Wait]) -> tuple[list[Wait], list[Wait]]:
    """Return messages and requests in the order of time."""
    ordered = sorted(lines, key=lambda each: (each[2], each[3]))
    return [each for each in ordered if each[1] & 1], [each for each in ordered if not each[1] & 1]


def _partners(lines: list[Wait], used: set[int]) -> Iterable[tuple[Place, int]]:
    """Yield the partners of the requests of one key."""
    messages, requests = _sides(lines)
    at = 0
    for request in requests:
        while at < len(messages) and (messages[at][2] < request[2] - LONGEST_WAIT or messages[at][3] in used):
            at += 1
        if at < len(messages) and messages[at][2] <= request[2] + CLOCKS:
            used.add(messages[at][3])
            yield request[4], messages[at][4][4]


def _at_once(lines: list[Wait], used: set[int]) -> Iterable[tuple[Place, int]]:
    """Yield the partners of one client's requests, as far as they cannot be mistaken."""
    messages, requests = _sides([each for each in lines if not (each[1] & 1 and each[3] in used)])
    times = [each[2] for each in messages]
    alike = _alike(messages)
    at = 0
    for request in requests:
        first, behind = bisect_left(times, request[2] - CLOCKS), bisect_right(times, request[2] + CLOCKS)
        at = max(at, first)
        if at < behind <= alike[first]:
            used.add(messages[at][3])
            yield request[4], messages[at][4][4]
            at += 1


def _alike(messages: list[Wait]) -> list[int]:
    """Return for each message up to where those behind it tell the same failure."""
    made = [len(messages)] * len(messages)
    for number in range(len(messages) - 2, -1, -1):
        same = messages[number][4][4] == messages[number + 1][4][4]
        made[number] = made[number + 1] if same else number + 1
    return made


def _retold(part: Part, place: Place, failure: int, count: int) -> None:
    """Count requests under the failure that a message told."""
    if failure in (place[4], UNKNOWN):
        return
    minute, status, outcome = place[0], place[3], place[5]
    upstream, route = place[1] or b"", place[2] or b""
    new: Codes = (status, failure, outcome)
    old: Codes = (status, place[4], outcome)
    _moved(part.by_minute, (minute, old), (minute, new), count)
    _moved(part.by_upstream, (upstream, old), (upstream, new), count)
    if outcome in (Outcome.SERVED, Outcome.FAILED):
        _moved(part.by_route, (route, old), (route, new), count)
    retold = (minute, upstream, route, status, failure, outcome)
    _moved(part.cells, lowered(place, part.level), lowered(retold, part.level), count)


Key = TypeVar("Key")


def _moved(counts: dict[Key, int], old: Key, new: Key, count: int) -> None:
    counts[old] = counts.get(old, 0) - count
    if counts[old] <= 0:
        del counts[old]
    counts[new] = counts.get(new, 0) + count


def _file(job: Job, counts: FilePart | None, troubles: tuple[str, ...]) -> FileTally:
    if counts is None:
        return FileTally(name=job.source.name, formats=(), troubles=troubles)
    read: dict[str, int] = {}
    for number in range(len(job.reading.plans)):
        if counts.plans[number]:
            name = job.reading.name(number)
            read[name] = read.get(name, 0) + counts.plans[number]
    return FileTally(
        name=job.source.name,
        formats=tuple(sorted(read, key=lambda name: -read[name])),
        lines=counts.lines,
        unparsed=counts.unparsed,
        other=counts.other,
        outside=counts.outside,
        first=None if counts.first == NO_FIRST else counts.first,
        last=None if counts.last == NO_LAST else counts.last,
        troubles=troubles,
    )


def _what(codes: Codes) -> What:
    return What(codes[0], failure_of(codes[1]), Outcome(codes[2]))


def failure_of(code: int) -> FailureId | None:
    """Return the failure of a code."""
    return FAILURES[code - 1] if 0 < code <= len(FAILURES) else None


def cells_of(part: Part) -> dict[Cell, int]:
    """Return every cell of a part that `whole` has made a tally of; what was served too, if it was handed out."""
    return {_cell(at): count for at, count in part.cells.items()}


def _cell(place: Place) -> Cell:
    minute, upstream, route, status, failure, outcome = place
    return Cell(minute, _maybe(upstream), _maybe(route), status, failure_of(failure), Outcome(outcome))


def _maybe(name: bytes | None) -> str:
    return ANY if name is None else _text(name)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _clients(distinct: Distinct) -> Clients:
    return Clients(pairs=frozenset(distinct.pairs), below=distinct.below)


def _samples(part: Part, *, unparsed: bool) -> Iterable[Sample]:
    for _, file, offset, minute, failure, text in sorted(
        part.samples.kept.values(), key=lambda each: (each[3], each[1:])
    ):
        if (failure == UNPARSED) == unparsed:
            shown = 0 if unparsed else minute
            yield Sample(minute=shown, failure=failure_of(failure), file=file, offset=offset, text=text)
