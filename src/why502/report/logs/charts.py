"""Charts of a page as inline SVG: the timeline, failed shares by upstream, response times by upstream."""

from collections.abc import Iterator, Sequence
from math import log10

from why502.observations.frozen import frozen
from why502.report.layout import cut
from why502.report.logs.parts import EpisodeShown, SecondsShown, TimelineShown, UpstreamShown
from why502.report.logs.plot import Columns, columns, later
from why502.report.logs.words import period, share
from why502.report.markup import Markup, el
from why502.report.words import duration, many

WIDE = 880
LEFT = 64
RIGHT = 12
TOP = 26
TALL = (110, 80)
"""Heights of the two panels of the timeline: requests, failures."""

GAP = 26
MOST_COLUMNS = 220
NAME = 230
BAR = 22
TICKS = 6
LONGEST_NAME = 32
NARROWEST_MARK = 3.0


@frozen
class Panel:
    """A row of bars. `top`: of the highest one."""

    top: float
    height: float
    counts: Sequence[int]
    kind: str
    name: str


def timeline(shown: TimelineShown, episodes: Sequence[EpisodeShown], *, messages: bool) -> Markup:
    """Draw requests and failures over time, incidents shaded; nothing where nothing was counted."""
    drawn = columns(shown, MOST_COLUMNS)
    if drawn is None:
        return Markup("")
    panels = []
    top = float(TOP)
    if not messages:
        panels.append(Panel(top=top, height=TALL[0], counts=drawn.requests, kind="requests", name="requests"))
        top += TALL[0] + GAP
    name = "messages" if messages else "failed"
    panels.append(Panel(top=top, height=TALL[1], counts=drawn.failed, kind="failures", name=name))
    bottom = top + TALL[1]
    pieces = [
        *_shades(drawn, episodes, bottom),
        *(piece for panel in panels for piece in _panel(drawn, panel)),
        *_times(drawn, bottom),
    ]
    return _svg(bottom + 24, f"Timeline: requests and failures, {many(len(episodes), 'incident')}", pieces)


def _svg(height: float, label: str, pieces: Sequence[Markup]) -> Markup:
    box = f"0 0 {WIDE} {height:g}"
    return el("svg", *pieces, viewBox=box, class_="chart", role="img", aria_label=label)


def _x(drawn: Columns, place: float) -> float:
    return LEFT + place * (WIDE - LEFT - RIGHT) / len(drawn.requests)


def _shades(drawn: Columns, episodes: Sequence[EpisodeShown], bottom: float) -> Iterator[Markup]:
    for number, episode in enumerate(episodes, 1):
        first, last = ((each - drawn.start).total_seconds() / drawn.each for each in (episode.start, episode.end))
        left, right = _x(drawn, max(first, 0)), _x(drawn, min(last, len(drawn.requests)))
        width = max(right - left, NARROWEST_MARK)
        told = el("title", f"Incident {number}: {period(episode.start, episode.end)}")
        yield el(
            "rect", told, x=f"{left:.1f}", y=f"{TOP}", width=f"{width:.1f}", height=f"{bottom - TOP:g}", class_="shade"
        )
        yield el("text", str(number), x=f"{left + width / 2:.1f}", y=f"{TOP - 8}", class_="mid mark")


def _panel(drawn: Columns, panel: Panel) -> Iterator[Markup]:
    most = max(panel.counts, default=0) or 1
    base = panel.top + panel.height
    width = max(_x(drawn, 1) - _x(drawn, 0) - 0.6, 0.6)
    for place, count in enumerate(panel.counts):
        if count:
            height = max(panel.height * count / most, 1.0)
            when = later(drawn.start, place * drawn.each)
            told = el("title", f"{when:%Y-%m-%d %H:%M} UTC: {count:,} {panel.name}")
            x, y = f"{_x(drawn, place):.1f}", f"{base - height:.1f}"
            yield el("rect", told, x=x, y=y, width=f"{width:.2f}", height=f"{height:.1f}", class_=panel.kind)
    yield el("line", x1=f"{LEFT}", y1=f"{base:g}", x2=f"{WIDE - RIGHT}", y2=f"{base:g}", class_="axis")
    yield el("text", f"{max(panel.counts, default=0):,}", x=f"{LEFT - 8}", y=f"{panel.top + 10:g}", class_="end")
    yield el("text", panel.name, x=f"{LEFT - 8}", y=f"{base - 2:g}", class_="end")


def _times(drawn: Columns, bottom: float) -> Iterator[Markup]:
    size = len(drawn.requests)
    several = (drawn.end - drawn.start).total_seconds() > 86400  # noqa: PLR2004
    for tick in range(TICKS):
        place = size * tick / (TICKS - 1)
        when = later(drawn.start, place * drawn.each)
        kind = "start" if tick == 0 else "end" if tick == TICKS - 1 else "mid"
        words = when.strftime("%m-%d %H:%M" if several else "%H:%M")
        yield el("text", words, x=f"{_x(drawn, place):.1f}", y=f"{bottom + 16:g}", class_=f"{kind} time")


def failed_shares(upstreams: Sequence[UpstreamShown]) -> Markup:
    """Draw which part of its requests each upstream failed; nothing where none failed."""
    shown = [each for each in upstreams if each.requests and (each.failed or each.rescued)]
    if not shown:
        return Markup("")
    most = max((each.failed + each.rescued) / each.requests for each in shown)
    room = WIDE - NAME - 150
    pieces: list[Markup] = []
    for row, each in enumerate(shown):
        y = 4 + row * BAR
        failed, rescued = each.failed / each.requests / most * room, each.rescued / each.requests / most * room
        told = f"{share(each.failed, each.requests)} failed" + (
            f", {share(each.rescued, each.requests)} rescued" if each.rescued else ""
        )
        pieces += [
            _name(each.upstream, y),
            el("rect", x=f"{NAME}", y=f"{y + 3}", width=f"{failed:.1f}", height=f"{BAR - 8}", class_="failures"),
            el(
                "rect",
                x=f"{NAME + failed:.1f}",
                y=f"{y + 3}",
                width=f"{rescued:.1f}",
                height=f"{BAR - 8}",
                class_="rescued",
            ),
            el("text", told, x=f"{NAME + failed + rescued + 8:.1f}", y=f"{y + 13}", class_="start"),
        ]
    return _svg(8 + BAR * len(shown), "Failed requests by upstream", pieces)


def response_times(upstreams: Sequence[UpstreamShown]) -> Markup:
    """Draw median, p95, p99 and the slowest of each upstream on a logarithmic scale; nothing where none is known."""
    shown = [(each.upstream, each.seconds) for each in upstreams if each.seconds is not None]
    if not shown:
        return Markup("")
    least = min(max(seconds.p50, 1e-4) for _, seconds in shown)
    scale = _Scale(least, max(max(seconds.max, seconds.p50, least * 10) for _, seconds in shown))
    bottom = 8 + BAR * len(shown)
    pieces = list(scale.grid(bottom))
    for row, (name, seconds) in enumerate(shown):
        pieces += [_name(name, 4 + row * BAR), *_range(scale, seconds, 4 + row * BAR + BAR / 2 - 2)]
    return _svg(bottom + 24, "Response times by upstream: median, p95, p99, slowest", pieces)


class _Scale:
    """Seconds to places, by decades."""

    def __init__(self, least: float, most: float) -> None:
        self.low, self.high = log10(least) - 0.1, log10(most) + 0.1

    def x(self, seconds: float) -> float:
        part = (log10(max(seconds, 10**self.low)) - self.low) / (self.high - self.low)
        return NAME + min(max(part, 0.0), 1.0) * (WIDE - NAME - 40)

    def grid(self, bottom: float) -> Iterator[Markup]:
        for power in range(-6, 6):
            if self.low <= power <= self.high:
                x = f"{self.x(10.0**power):.1f}"
                yield el("line", x1=x, y1="0", x2=x, y2=f"{bottom:g}", class_="axis")
                yield el("text", duration(10.0**power), x=x, y=f"{bottom + 16:g}", class_="mid time")


def _range(scale: _Scale, seconds: SecondsShown, y: float) -> Iterator[Markup]:
    told = (("p50", seconds.p50), ("p95", seconds.p95), ("p99", seconds.p99), ("max", seconds.max))
    yield el(
        "line",
        x1=f"{scale.x(seconds.p50):.1f}",
        y1=f"{y:g}",
        x2=f"{scale.x(seconds.max):.1f}",
        y2=f"{y:g}",
        class_="reach",
    )
    for name, value in told:
        title = el("title", f"{name}: {duration(value)}")
        yield el("circle", title, cx=f"{scale.x(value):.1f}", cy=f"{y:g}", r="4.5", class_=name)


def _name(name: str, y: float) -> Markup:
    return el("text", cut(name, LONGEST_NAME), x=f"{NAME - 10}", y=f"{y + 13:g}", class_="end address")
