"""The way of the request as a drawing (SVG): stations from left to right, and where it broke."""

from collections.abc import Iterator

from why502.observations.frozen import frozen
from why502.report.hops import Edge, Stop, name_of, way
from why502.report.layout import cells, cut
from why502.report.markup import Markup, el, join
from why502.report.parts import Contents, HopShown
from why502.report.visible import visible

HEIGHT = 66
ROW = 100
GAP = 76
YOU = 64
MARGIN = 8
NARROW, WIDE = 168, 300
CELL = 7.4
BOLD = 1.2

_WORD = {Edge.OPEN: "reached", Edge.BROKEN: "broken", Edge.UNKNOWN: "not seen"}


@frozen
class Placed:
    """A stop with its column and row; rows may be halves, between those of the stops behind it."""

    stop: Stop
    column: int
    row: float
    source: float


def picture(report: Contents) -> Markup:
    """Draw the hops of a report; nothing where none is known."""
    stops = way(report)
    if not stops:
        return Markup("")
    placed, rows = _place(stops, 0, 0)
    middle = _middle(placed, 0)
    width = _width(report)
    columns = max(each.column for each in placed) + 1
    total = MARGIN * 2 + YOU + columns * (GAP + width)
    tall = MARGIN * 2 + (rows - 1) * ROW + HEIGHT + 22
    parts = [el("title", _told(stops, "you")), _you(middle)]
    for each in placed:
        parts.append(_edge(each, middle if each.column == 0 else each.source, width))
        parts.append(_box(each, width))
    return el("svg", *parts, viewBox=f"0 0 {total} {tall:g}", width=str(total), role="img", class_="way")


def _place(stops: tuple[Stop, ...], column: int, row: int) -> tuple[list[Placed], int]:
    """Give every stop its place; return them with the number of rows used."""
    found: list[Placed] = []
    start = row
    for stop in stops:
        behind, used = _place(stop.behind, column + 1, row)
        here = _middle(behind, column + 1) if behind else float(row)
        found.append(Placed(stop=stop, column=column, row=here, source=here))
        found.extend(_from(each, here, column + 1) for each in behind)
        row += max(used, 1)
    return found, row - start


def _from(placed: Placed, source: float, column: int) -> Placed:
    if placed.column != column:
        return placed
    return Placed(stop=placed.stop, column=placed.column, row=placed.row, source=source)


def _middle(placed: list[Placed], column: int) -> float:
    rows = [each.row for each in placed if each.column == column]
    return (min(rows) + max(rows)) / 2


def _width(report: Contents) -> int:
    longest = max(max(cells(hop.address or ""), cells(_named(hop)) * BOLD) for hop in report.hops)
    return min(max(int(longest * CELL) + 32, NARROW), WIDE)


def _left(column: int, width: int) -> int:
    return MARGIN + YOU + GAP + column * (width + GAP)


def _centre(row: float) -> float:
    return MARGIN + row * ROW + HEIGHT / 2


def _you(row: float) -> Markup:
    y = _centre(row)
    return join(
        el("rect", x=f"{MARGIN}", y=f"{y - 18:g}", width=f"{YOU}", height="36", rx="18", class_="box"),
        el("text", "you", x=f"{MARGIN + YOU / 2:g}", y=f"{y + 5:g}", class_="name mid"),
    )


def _edge(placed: Placed, source: float, width: int) -> Markup:
    end = _left(placed.column, width)
    start, y0, y1 = end - GAP, _centre(source), _centre(placed.row)
    bend = start + 18
    kind = placed.stop.edge.value
    bent = f"M{start + 4} {y0:g}H{bend}V{y1:g}H{end - 7}" if y0 != y1 else f"M{start + 4} {y0:g}H{end - 7}"
    line = el("path", d=bent, class_=f"line {kind}")
    head = el("path", d=f"M{end - 12} {y1 - 5:g}l8 5l-8 5z", class_=f"head {kind}")
    if placed.stop.edge is Edge.OPEN:
        return join(line, head)
    x = end - GAP / 2 + 6
    disc = el("circle", cx=f"{x:g}", cy=f"{y1:g}", r="11", class_=f"disc {kind}")
    if placed.stop.edge is Edge.UNKNOWN:
        return join(line, head, disc, el("text", "?", x=f"{x:g}", y=f"{y1 + 5:g}", class_="sign mid"))
    return join(line, head, disc, el("path", d=f"M{x - 4:g} {y1 - 4:g}l8 8m0 -8l-8 8", class_="cross"))


def _box(placed: Placed, width: int) -> Markup:
    stop, hop = placed.stop, placed.stop.hop
    x, y = _left(placed.column, width), _centre(placed.row) - HEIGHT / 2
    broken = stop.faulty or stop.edge is Edge.BROKEN
    room = (width - 28) / CELL
    kind = "broken" if broken else stop.edge.value
    named = _named(hop)
    told = [part for part in (named, hop.address) if part]
    return join(
        el("rect", x=f"{x}", y=f"{y:g}", width=f"{width}", height=f"{HEIGHT}", rx="8", class_=f"box {kind}"),
        el("text", hop.role.value, x=f"{x + 14}", y=f"{y + 19:g}", class_="role"),
        *_words(told, x + 14, y + 38, int(room)),
        _note(stop, x + 2, y + HEIGHT + 16, broken),
    )


def _named(hop: HopShown) -> str:
    return " ".join(part for part in (hop.product, hop.version) if part)


def _words(told: list[str], x: float, y: float, room: int) -> Iterator[Markup]:
    for index, (part, class_) in enumerate(zip(told, ("name", "address"), strict=False)):
        most = int(room / BOLD) if class_ == "name" else room
        yield el("text", cut(visible(part), most), x=f"{x:g}", y=f"{y + 17 * index:g}", class_=class_)
    if not told:
        yield el("text", "not known", x=f"{x:g}", y=f"{y:g}", class_="address")


def _note(stop: Stop, x: float, y: float, broken: bool) -> Markup:
    told = [stop.note or "failed"] if broken else []
    if stop.left:
        told.append(f"and {stop.left} more behind it")
    class_ = "note broken" if broken else "note"
    return el("text", ", ".join(told), x=f"{x:g}", y=f"{y:g}", class_=class_) if told else Markup("")


def _told(stops: tuple[Stop, ...], before: str) -> str:
    """Say the drawing in words, for those who do not see it."""
    told = []
    for stop in stops:
        name = name_of(stop.hop)
        note = f" ({stop.note})" if stop.note else ""
        told.append(f"{before} to {name}: {_WORD[stop.edge]}{note}")
        if stop.behind:
            told.append(_told(stop.behind, name))
    return "; ".join(told)
