"""A timeline for a terminal: a row of bars for requests, one for failures, and a row that marks the incidents."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from why502.observations.frozen import frozen
from why502.report.layout import Look, Paint, cells, fill, wrap
from why502.report.logs.parts import EpisodeShown, TimelineShown

BLOCKS = "▁▂▃▄▅▆▇█"
SIGNS = "_.:-=+*#"
HEIGHT = len(BLOCKS)
NAME = 10
"""Columns before the bars."""


@frozen
class Columns:
    """The timeline drawn together into as many columns as there is room for. `each`: seconds in a column."""

    start: datetime
    end: datetime
    each: int
    requests: tuple[int, ...]
    failed: tuple[int, ...]


def columns(timeline: TimelineShown, room: int) -> Columns | None:
    """Draw together a timeline; `None` where nothing is in it."""
    size = len(timeline.requests)
    if timeline.start is None or not size:
        return None
    together, step = max(1, -(-size // max(room, 1))), max(timeline.step, 1)
    failed = (*timeline.failed, *(0 for _ in range(size)))[:size]
    return Columns(
        start=timeline.start,
        end=later(timeline.start, step * size),
        each=together * step,
        requests=_together(timeline.requests, together),
        failed=_together(failed, together),
    )


def later(start: datetime, seconds: float) -> datetime:
    """Add seconds; what lies beyond the last year stays where it began."""
    try:
        return start + timedelta(seconds=seconds)
    except OverflowError:
        return start


def _together(counts: Sequence[int], each: int) -> tuple[int, ...]:
    return tuple(sum(counts[start : start + each]) for start in range(0, len(counts), each))


def bars(counts: Sequence[int], blocks: str = BLOCKS) -> str:
    """Draw counts as bars against the greatest; whatever is not nothing is seen, nothing is a blank."""
    most = max(counts, default=0)
    return "".join(" " if not each else blocks[min((each * HEIGHT - 1) // most, HEIGHT - 1)] for each in counts)


def marked(drawn: Columns, episodes: Sequence[EpisodeShown]) -> str:
    """Mark the columns in which an incident was: by its number, where there is room for one."""
    marks = [" "] * len(drawn.requests)
    for number, episode in reversed(list(enumerate(episodes, 1))):
        first = int((episode.start - drawn.start).total_seconds()) // drawn.each
        last = int((episode.end - drawn.start).total_seconds()) // drawn.each
        for place in range(max(first, 0), min(last, len(marks) - 1) + 1):
            marks[place] = "─"
        if 0 <= first < len(marks):
            marks[first] = str(number) if number < 10 else "+"  # noqa: PLR2004
    return "".join(marks)


def plot(look: Look, timeline: TimelineShown, episodes: Sequence[EpisodeShown], *, messages: bool) -> list[str]:
    """Draw the timeline; nothing where there is none."""
    drawn = columns(timeline, look.width - NAME - 2)
    if drawn is None:
        return []
    blocks = SIGNS if look.ascii_only else BLOCKS
    rows: list[str] = []
    if not messages:
        rows.append(_row("requests", bars(drawn.requests, blocks)))
    name = "messages" if messages else "failed"
    rows.append(_row(name, look.paint(bars(drawn.failed, blocks).rstrip(), Paint.RED)))
    if episodes:
        rows.append(_row("incidents", look.glyph(marked(drawn, episodes))))
    rows.append(_row("", _axis(drawn)))
    most = f"a column is {_span(drawn.each)}; the highest is {max(drawn.requests):,} requests"
    if messages:
        most = f"a column is {_span(drawn.each)}; the highest is {max(drawn.failed):,} messages"
    elif max(drawn.failed):
        most += f", {max(drawn.failed):,} failed"
    rows += [_row("", look.paint(line, Paint.DIM)) for line in wrap(most, look.width - NAME - 2)]
    return [row.rstrip() for row in rows]


def _row(name: str, text: str) -> str:
    return f"  {fill(name, NAME)}{text}"


def _span(seconds: int) -> str:
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def _axis(drawn: Columns) -> str:
    """Write the times below the first column and the last."""
    end = drawn.end
    several = end.date() != drawn.start.date()
    shape = "%m-%d %H:%M" if several else "%H:%M"
    first, last = drawn.start.strftime(shape), end.strftime(shape)
    gap = len(drawn.requests) - cells(first) - cells(last)
    return f"{first}{' ' * gap}{last}" if gap > 0 else f"{first} to {last}"
