"""The report as text: what the engineer on call reads at three in the morning, at 80 columns, in a pipe."""

from collections.abc import Iterator

from why502.report.hops import Edge, Stop, name_of, way
from why502.report.layout import NARROWEST, Look, Paint, cells, cut, fill, wrap
from why502.report.parts import (
    Certainty,
    Check,
    CheckState,
    Contents,
    EvidenceShown,
    FixShown,
    Incident,
    LinkShown,
    Unexamined,
    Verdict,
)
from why502.report.visible import bounded, visible, visible_lines
from why502.report.words import (
    CHECK,
    DISTURBS,
    OUTCOME,
    WHY_NOT,
    answer_line,
    bad,
    cause_line,
    duration,
    failure_line,
    foot_line,
    many,
    one_line,
    taken,
)

Lines = Iterator[str]

EVIDENCE_LINES = 5
COMPACT_LINES = 2
EVIDENCE_PIECES = 3
ALTERNATIVES = 4
EXCLUDED = 8
UNEXAMINED = 6
DECIDED = 6
"""Most causes that are named beside what was not looked at; -v names all."""
DEEPEST_INDENT = 5
HEAD = 13
SLOW = 1.0
SHORTEST_NAME = 12
LONGEST_LINE = 600

_ARROW = {Edge.OPEN: "──▶", Edge.BROKEN: "──✗", Edge.UNKNOWN: "──?"}
_CHECK_MARK = {
    CheckState.OK: ("✓", Paint.GREEN),
    CheckState.FAILED: ("✗", Paint.RED),
    CheckState.WARNING: ("!", Paint.YELLOW),
    CheckState.SKIPPED: ("–", Paint.DIM),
}


def to_text(
    report: Contents, width: int = 80, colour: bool = False, *, ascii_only: bool = False, verbose: bool = False
) -> str:
    """Write the report for a terminal of at least 40 columns; only commands and diffs may be wider.

    `ascii_only` draws and escapes everything in ASCII; `verbose` shows what was excluded and all evidence.
    """
    look = Look(width=max(width, NARROWEST), colour=colour, ascii_only=ascii_only, verbose=verbose)
    return "\n".join(_page(look, report)) + "\n"


def drawing(report: Contents, width: int = 80, *, ascii_only: bool = False) -> str:
    """Draw the way of the request alone; nothing where no hop is known."""
    look = Look(width=max(width, NARROWEST), ascii_only=ascii_only)
    return "\n".join(_way(look, report)) if report.hops else ""


def to_line(report: Contents) -> str:
    """Write the whole report in one line, for `-q`: verdict, target, cause."""
    return visible(bounded(one_line(report), LONGEST_LINE))


def summary_line(report: Contents, width: int = 80, colour: bool = False, *, ascii_only: bool = False) -> str:
    """Write one line of a list of several targets; a long target gives way to the cause."""
    look = Look(width=max(width, NARROWEST), colour=colour, ascii_only=ascii_only)
    mark, paint = _mark(report.verdict)
    head = f"{fill(report.verdict.value, 12)} "
    cause = f": {look.say(cause_line(report.incidents[0]))}" if report.incidents else ""
    room = look.width - 2 - cells(head)
    target = cut(look.say(report.target.value), max(room - cells(cause), 16), look.glyph("…"))
    rest = cut(target + cause, room, look.glyph("…"))
    return f"{look.paint(look.glyph(mark), paint)} {look.paint(head, Paint.BOLD)}{rest}"


def _page(look: Look, report: Contents) -> Lines:
    yield from _head(look, report)
    for index, incident in enumerate(report.incidents):
        yield from _incident(look, report, index, incident)
    yield from _unexamined(look, report.unexamined)
    yield from _checks(look, report.checks)
    if look.verbose:
        yield from _other_evidence(look, report)
    yield from _foot(look, report)


def _mark(verdict: Verdict) -> tuple[str, Paint]:
    if verdict is Verdict.HEALTHY:
        return "✓", Paint.GREEN
    return ("✗", Paint.RED) if bad(verdict) else ("?" if verdict is Verdict.INCONCLUSIVE else "!", Paint.YELLOW)


def _title(look: Look, text: str) -> Lines:
    yield ""
    yield look.paint(text, Paint.BOLD)


def _said(look: Look, text: str, prefix: str, *how: Paint, first: str | None = None) -> Lines:
    """Wrap a text from anywhere behind a prefix, with another prefix on the first line if need be."""
    for index, line in enumerate(wrap(look.say(bounded(text)), look.width - cells(prefix))):
        before = first if first is not None and index == 0 else prefix
        yield (before + look.paint(line, *how)).rstrip()


def _head(look: Look, report: Contents) -> Lines:
    mark, paint = _mark(report.verdict)
    outcome = OUTCOME[report.verdict].upper()
    first = f"{look.paint(f'{look.glyph(mark)} {outcome}', Paint.BOLD, paint)}  "
    room = look.width - cells(outcome) - 4
    target = wrap(look.say(bounded(report.target.value)), room)
    yield first + target[0]
    for line in target[1:]:
        yield " " * (cells(outcome) + 4) + line
    yield ""
    yield from _said(look, report.summary, "  ", Paint.BOLD)
    if report.hops:
        yield ""
        yield from _way(look, report)
    if report.answer:
        yield ""
        yield from _row(look, "answer", answer_line(report.answer))


def _row(look: Look, name: str, text: str) -> Lines:
    yield from _said(look, text, " " * 11, first=f"  {look.paint(fill(name, 9), Paint.DIM)}")


# The way of the request.


def _way(look: Look, report: Contents) -> Lines:
    stops = way(report)
    straight = _straight(stops)
    if straight:
        lines = list(_in_one_line(look, straight))
        if all(width <= look.width for width, _ in lines):
            yield from (line.rstrip() for _, line in lines)
            return
    yield "  you"
    yield from _tree(look, stops, "  ")


def _straight(stops: tuple[Stop, ...]) -> list[Stop]:
    """Return the stops in their order if the way never branches."""
    found: list[Stop] = []
    while len(stops) == 1 and not stops[0].left:
        found.append(stops[0])
        stops = stops[0].behind
    return [] if stops else found


def _in_one_line(look: Look, stops: list[Stop]) -> Iterator[tuple[int, str]]:
    """Yield the drawing and, below each break, the name of the failure; with the width of each."""
    drawn, wide, notes = "  you", 5, []
    for stop in stops:
        arrow, name = look.glyph(_ARROW[stop.edge]), look.say(name_of(stop.hop))
        if stop.edge is Edge.BROKEN and stop.note:
            notes.append((wide + 3, stop.note))
        drawn += f" {_edge_painted(look, arrow, stop)} {_stop_painted(look, name, stop)}"
        wide += cells(f" {arrow} {name}")
        if stop.faulty:
            notes.append((wide + 1, stop.note))
            drawn += f" {look.paint(look.glyph('✗'), Paint.RED)}"
            wide += 2
    yield wide, drawn
    below, used = "", 0
    for wanted, note in notes:
        column = max(wanted, used + 2)
        below += " " * (column - used) + look.paint(note, Paint.RED)
        used = column + cells(note)
    if notes:
        yield used, below


def _tree(look: Look, stops: tuple[Stop, ...], indent: str, left: int = 0) -> Lines:
    for index, stop in enumerate(stops):
        last = index == len(stops) - 1 and not left
        corner = look.glyph("└" if last else "├")
        arrow = _edge_painted(look, look.glyph(_ARROW[stop.edge]), stop)
        note = f"  ({stop.note})" if stop.note else ""
        mark = look.glyph(" ✗") if stop.faulty else ""
        room = look.width - cells(indent) - 5 - cells(mark + note)
        if room < SHORTEST_NAME:
            note, room = "", room + cells(note)
        name = cut(look.say(name_of(stop.hop)), room, look.glyph("…"))
        yield f"{indent}{corner}{arrow} {_stop_painted(look, name, stop)}{look.paint(mark + note, Paint.RED)}"
        if stop.behind or stop.left:
            deeper = indent + look.glyph(" " if last else "│") + "    "
            yield from _tree(look, stop.behind, deeper if cells(deeper) < look.width // 2 else indent, stop.left)
    if left:
        yield f"{indent}{look.glyph('└')} and {many(left, 'more hop')}"


def _edge_painted(look: Look, arrow: str, stop: Stop) -> str:
    return look.paint(arrow, {Edge.OPEN: Paint.GREEN, Edge.BROKEN: Paint.RED, Edge.UNKNOWN: Paint.YELLOW}[stop.edge])


def _stop_painted(look: Look, name: str, stop: Stop) -> str:
    return look.paint(name, Paint.BOLD) if stop.edge is Edge.BROKEN or stop.faulty else name


# One incident.


def _incident(look: Look, report: Contents, index: int, incident: Incident) -> Lines:
    compact = index > 0 and not look.verbose
    if len(report.incidents) > 1:
        yield from _title(look, f"Incident {index + 1} of {len(report.incidents)}")
    elif report.answer is None:
        yield ""
    yield from _row(look, "cause", cause_line(incident))
    yield from _row(look, "failure", failure_line(incident.failure, report.started))
    for name, text in (("request", incident.request), ("route", incident.route)):
        if text:
            yield from _row(look, name, text)
    yield from _title(look, "Why")
    if not incident.chain:
        yield from _said(look, "Nothing is known beyond the failure itself.", "  ")
    for level, link in enumerate(incident.chain):
        yield from _link(look, report, link, level, level == len(incident.chain) - 1, compact)
    yield from _fixes(look, incident)
    yield from _alternatives(look, incident)
    yield from _excluded(look, report, incident)


def _certainty(look: Look, certainty: Certainty) -> str:
    mark, paint = ("●", Paint.BOLD) if certainty is Certainty.PROVEN else ("○", Paint.YELLOW)
    return look.paint(fill(f"{look.glyph(mark)} {certainty.value}", HEAD), paint)


def _link(look: Look, report: Contents, link: LinkShown, level: int, last: bool, compact: bool) -> Lines:
    pad = "  " * (min(level, DEEPEST_INDENT) + 1)
    body = f"{pad}{' ' if last else look.glyph('│')}{' ' * (HEAD - 1)}"
    if level:
        before = "  " * (min(level - 1, DEEPEST_INDENT) + 1)
        yield f"{before}{look.glyph('└')} {'because' if link.certainty is Certainty.PROVEN else 'perhaps because'}"
    yield from _said(look, link.says, body, Paint.BOLD, first=pad + _certainty(look, link.certainty))
    about = f" · {link.subject}" if link.subject else ""
    yield from _said(look, look.glyph(link.id + about), body, Paint.CYAN)
    pieces = report.cited(link.evidence)
    shown = pieces if look.verbose else pieces[: 1 if compact else EVIDENCE_PIECES]
    for piece in shown:
        yield from _piece(look, report, piece, body, COMPACT_LINES if compact else EVIDENCE_LINES)
    if len(pieces) > len(shown):
        more = many(len(pieces) - len(shown), "more piece")
        yield from _said(look, f"and {more} of evidence (-v)", body)


def _piece(look: Look, report: Contents, piece: EvidenceShown, prefix: str, most: int) -> Lines:
    quote = f"{prefix}> "
    room = look.width - cells(quote)
    lines = [part for line in visible_lines(bounded(piece.text), look.ascii_only) for part in wrap(line, room)]
    shown = lines if look.verbose or len(lines) <= most + 1 else lines[:most]
    for line in shown:
        yield (quote + line).rstrip()
    when = taken(report, piece)
    more = f" ({many(len(lines) - len(shown), 'more line')}: -v)" if len(lines) > len(shown) else ""
    yield from _said(
        look, f"from {piece.source}{f' at {when}' if when else ''}{more}", prefix + "  ", Paint.DIM, first=prefix
    )


def _fixes(look: Look, incident: Incident) -> Lines:
    if not incident.fixes:
        return
    yield from _title(look, "Fix")
    for number, fix in enumerate(incident.fixes, 1):
        yield from _fix(look, fix, number, incident)


def _fix(look: Look, fix: FixShown, number: int, incident: Incident) -> Lines:
    other = f", for {fix.for_}" if fix.for_ != incident.cause.id else ""
    title = f"{fix.title} ({DISTURBS[fix.risk]}{other})"
    yield from _said(look, title, " " * 5, first=f"  {number}. ")
    for line in visible_lines(fix.diff, look.ascii_only) if fix.diff else ():
        headed = line.startswith(("+++ ", "--- "))
        paint = () if headed else {"+": (Paint.GREEN,), "-": (Paint.RED,)}.get(line[:1], ())
        yield f"       {look.paint(line, *paint)}".rstrip()
    if fix.diff and fix.commands:
        yield ""
    for command in fix.commands:
        yield f"       {look.paint(look.say(command), Paint.CYAN)}"


def _alternatives(look: Look, incident: Incident) -> Lines:
    if not incident.alternatives:
        return
    yield from _title(look, "Also possible")
    shown = incident.alternatives if look.verbose else incident.alternatives[:ALTERNATIVES]
    for each in shown:
        first = "  " + _certainty(look, each.certainty)
        yield from _said(look, f"{each.id}: {each.says}", " " * (HEAD + 2), first=first)
    if len(shown) < len(incident.alternatives):
        yield f"  and {len(incident.alternatives) - len(shown)} more (-v)"


def _excluded(look: Look, report: Contents, incident: Incident) -> Lines:
    if not incident.excluded:
        return
    if not look.verbose:
        ids = [each.id for each in incident.excluded]
        more = f" and {len(ids) - EXCLUDED} more" if len(ids) > EXCLUDED else ""
        yield ""
        yield from _said(look, f"Ruled out: {', '.join(ids[:EXCLUDED])}{more} (-v says why)", "  ", first="")
        return
    yield from _title(look, "Ruled out")
    for each in incident.excluded:
        yield from _said(look, f"{each.id}: {each.says}", "    ", first="  ")
        for piece in report.cited(each.evidence):
            yield from _said(look, f"from {piece.source}", "    ", Paint.DIM)


# What belongs to the whole report.


def _unexamined(look: Look, gaps: tuple[Unexamined, ...]) -> Lines:
    if not gaps:
        return
    yield from _title(look, "Not looked at")
    shown = gaps if look.verbose else gaps[:UNEXAMINED]
    for gap in shown:
        named = gap.causes if look.verbose else gap.causes[:DECIDED]
        more = f" and {len(gap.causes) - len(named)} more" if len(named) < len(gap.causes) else ""
        decides = f"; it could decide {', '.join(named)}{more}" if named else ""
        yield from _said(look, f"{gap.what}: {WHY_NOT[gap.why]}{decides}", "    ", first="  ")
        if gap.unlock:
            yield f"       {look.paint(look.say(gap.unlock), Paint.CYAN)}"
    if len(shown) < len(gaps):
        yield f"  and {len(gaps) - len(shown)} more (-v)"


def _checks(look: Look, checks: tuple[Check, ...]) -> Lines:
    if not checks:
        return
    yield from _title(look, "Checks")
    for check in checks:
        mark, paint = _CHECK_MARK[check.state]
        took = f" ({duration(check.seconds)})" if check.seconds >= SLOW or (look.verbose and check.seconds) else ""
        state = look.paint(f"{look.glyph(mark)} {fill(CHECK[check.state], 8)}", paint)
        yield from _said(
            look, (check.says or check.title) + took, " " * 22, first=f"  {fill(check.step.value, 10)}{state}"
        )


def _other_evidence(look: Look, report: Contents) -> Lines:
    cited = {each for incident in report.incidents for link in incident.chain for each in link.evidence}
    pieces = [piece for piece in report.evidence if piece.id not in cited]
    if not pieces:
        return
    yield from _title(look, "Other evidence")
    for piece in pieces:
        yield from _piece(look, report, piece, "  ", EVIDENCE_LINES)


def _foot(look: Look, report: Contents) -> Lines:
    yield ""
    yield from _said(look, foot_line(report), "", Paint.DIM)
