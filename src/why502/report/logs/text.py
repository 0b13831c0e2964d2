"""The report of logs as text, at 80 columns: what failed, when, whom it hit, and the lines that show it."""

from collections.abc import Iterator, Mapping, Sequence

from why502.report.layout import NARROWEST, Look, Paint, cells, cut, fill, wrap
from why502.report.logs.parts import EpisodeShown, LogsContents, LogsIncident, RouteShown, SecondsShown, UpstreamShown
from why502.report.logs.plot import plot
from why502.report.logs.words import period, share
from why502.report.parts import Verdict
from why502.report.visible import bounded
from why502.report.words import OUTCOME, WHY_NOT, bad, cause_line, duration, foot_line, many, moment

Lines = Iterator[str]

INCIDENTS = 10
ROWS = 10
FILES = 12
LINES = 3
NAMES = 4
GAPS = 8
SAMPLES = 5
ALL = 1 << 30
LABEL = 11
SHORTEST = 8


def to_text(
    report: LogsContents, width: int = 80, colour: bool = False, *, ascii_only: bool = False, verbose: bool = False
) -> str:
    """Write the report for a terminal of at least 40 columns; `verbose` shows every row that the report has."""
    look = Look(width=max(width, NARROWEST), colour=colour, ascii_only=ascii_only, verbose=verbose)
    return "\n".join(_page(look, report)) + "\n"


def _page(look: Look, report: LogsContents) -> Lines:
    yield from _head(look, report)
    yield from _files(look, report)
    yield from _totals(look, report)
    episodes = [each.episode for each in report.incidents]
    messages = not report.logs.requests
    drawn = plot(look, report.logs.timeline, episodes, messages=messages)
    if drawn:
        yield from _title(look, "Timeline (UTC)")
        yield from drawn
    most = ALL if look.verbose else INCIDENTS
    for number, incident in enumerate(report.incidents[:most], 1):
        yield from _incident(look, report, number, incident)
    if len(report.incidents) > most:
        yield ""
        yield f"and {many(len(report.incidents) - most, 'more incident')} (-v)"
    yield from _upstreams(look, report)
    yield from _routes(look, report)
    yield from _unparsed(look, report)
    yield from _gaps(look, report)
    yield ""
    yield from _said(look, foot_line(report), "", Paint.DIM)


def _title(look: Look, text: str) -> Lines:
    yield ""
    yield look.paint(text, Paint.BOLD)


def _said(look: Look, text: str, prefix: str, *how: Paint, first: str | None = None) -> Lines:
    for index, line in enumerate(wrap(look.glyph(look.say(bounded(text))), look.width - cells(prefix))):
        before = first if first is not None and index == 0 else prefix
        yield (before + look.paint(line, *how)).rstrip()


def _row(look: Look, name: str, text: str, *how: Paint) -> Lines:
    yield from _said(look, text, " " * (LABEL + 2), *how, first=f"  {fill(name, LABEL)}")


def _head(look: Look, report: LogsContents) -> Lines:
    if report.verdict is Verdict.HEALTHY:
        mark, paint = "✓", Paint.GREEN
    else:
        mark, paint = ("✗", Paint.RED) if bad(report.verdict) else ("!", Paint.YELLOW)
    outcome = OUTCOME[report.verdict].upper()
    target = cut(look.say(bounded(report.target.value)), look.width - cells(outcome) - 4, look.glyph("…"))
    yield f"{look.paint(f'{look.glyph(mark)} {outcome}', Paint.BOLD, paint)}  {target}"
    yield ""
    yield from _said(look, report.summary, "  ", Paint.BOLD)


def _files(look: Look, report: LogsContents) -> Lines:
    files = report.logs.files
    yield from _title(look, "Files")
    rows = []
    for each in files[: ALL if look.verbose else FILES]:
        when = period(each.first, each.last, zone=False) if each.first and each.last else "-"
        rows.append((each.name, each.format or "not known", f"{each.lines:,}", f"{each.unparsed:,}", when))
    yield from table(look, ("file", "format", "lines", "unparsed", "first to last (UTC)"), rows, right=(2, 3))
    if len(files) > len(rows):
        yield f"  and {len(files) - len(rows):,} more (-v)"


def _totals(look: Look, report: LogsContents) -> Lines:
    logs = report.logs
    yield ""
    if logs.requests:
        text = f"{logs.requests:,}, {logs.failed:,} failed ({share(logs.failed, logs.requests)})"
        yield from _row(look, "requests", text + (f", {logs.rescued:,} rescued" if logs.rescued else ""))
        yield from _row(look, "statuses", _counts(logs.by_status))
    if logs.by_failure:
        yield from _row(look, "failures", _counts(logs.by_failure))
    if logs.clients.seen:
        yield from _row(look, "clients", f"{logs.clients.seen:,}, {logs.clients.hit:,} with a failed request")
    told = next((check.says for check in report.checks if check.step.value == "logs"), "")
    if told:
        yield from _row(look, "incidents", told)


def _counts(counts: Mapping[str, int], most: int = 12) -> str:
    shown = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    names = ", ".join(f"{name if name != '0' else 'no status'} {count:,}" for name, count in shown[:most])
    return names + (f" and {len(shown) - most} more" if len(shown) > most else "")


# One incident


def _incident(look: Look, report: LogsContents, number: int, incident: LogsIncident) -> Lines:
    episode = incident.episode
    still = ", not over" if episode.ongoing else ""
    seconds = (episode.end - episode.start).total_seconds()
    lasted = f"{max(1, round(seconds / 60)):,} min" if seconds < 86400 else f"{seconds / 3600:,.0f} h"  # noqa: PLR2004
    yield from _title(look, look.glyph(f"Incident {number}: {period(episode.start, episode.end)} ({lasted}{still})"))
    yield from _row(look, "failed", _hurt(report, episode), Paint.BOLD)
    yield from _row(look, "changed", episode.changed)
    yield from _row(look, "failure", _counts(episode.by_failure))
    if episode.by_status:
        yield from _row(look, "status", _counts(episode.by_status))
    for name, names in (("upstreams", episode.upstreams), ("routes", episode.routes)):
        if names:
            yield from _row(look, name, _named(look, names))
    for link in incident.chain[:1]:
        yield from _row(look, "gateway", link.says)
    yield from _row(look, "cause", cause_line(incident))
    for link in incident.chain[1:]:
        yield from _row(look, "", link.says)
    others = ", ".join(each.id for each in incident.alternatives)
    if others:
        yield from _row(look, "or", others)
    pieces = report.cited(incident.failure.evidence)
    for piece in pieces if look.verbose else pieces[: LINES if number == 1 else 1]:
        lines = wrap(look.say(bounded(piece.text, 400)), look.width - 4)
        shown = lines if look.verbose else lines[:4]
        for line in shown:
            yield f"  > {line}".rstrip()
        left = look.glyph(" …") if len(shown) < len(lines) else ""
        yield from _said(look, f"from {piece.source}{left}", "    ", Paint.DIM)


def _hurt(report: LogsContents, episode: EpisodeShown) -> str:
    if not report.logs.requests:
        return many(episode.failed, "message")
    of = f"{episode.failed:,} of {many(episode.requests, 'request')} ({share(episode.failed, episode.requests)})"
    return of + (f", {many(episode.clients, 'client')} hit" if episode.clients else "")


def _named(look: Look, names: Sequence[str]) -> str:
    most = len(names) if look.verbose else NAMES
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


# Tables


def table(
    look: Look, head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: str = "  "
) -> Lines:
    """Write a table as wide as there is room; the first column gives way."""
    safe = [[look.say(bounded(each, 300)) for each in row] for row in rows]
    widths = [max(cells(row[place]) for row in (list(head), *safe)) for place in range(len(head))]
    room = look.width - cells(indent) - 2 * (len(head) - 1)
    over = sum(widths) - room
    for place in range(len(head)):
        if over > 0 and place not in right:
            less = min(over, max(widths[place] - max(SHORTEST, cells(head[place])), 0))
            widths[place] -= less
            over -= less

    def line(row: Sequence[str]) -> str:
        made = []
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            shown = cut(text, width, look.glyph("…"))
            made.append(" " * (width - cells(shown)) + shown if place in right else fill(shown, width))
        return (indent + "  ".join(made)).rstrip()

    yield look.paint(line(head), Paint.DIM)
    for row in safe:
        yield line(row)


def _times(seconds: SecondsShown | None) -> tuple[str, ...]:
    if seconds is None:
        return ("-",) * 4
    return tuple(duration(each) for each in (seconds.p50, seconds.p95, seconds.p99, seconds.max))


def _upstreams(look: Look, report: LogsContents) -> Lines:
    found = report.logs.upstreams
    if not found:
        return
    yield from _title(look, f"Upstreams ({len(found):,})" if len(found) > ROWS else "Upstreams")
    shown = found if look.verbose else found[:ROWS]
    if not report.logs.requests:
        rows = [(each.upstream, f"{sum(each.by_failure.values()):,}", _counts(each.by_failure, 3)) for each in shown]
        yield from table(look, ("upstream", "messages", "failures"), rows, right=(1,))
    else:
        head = ("upstream", "requests", "failed", "rescued", "p50", "p95", "p99", "max")
        yield from table(look, head, [_upstream(each) for each in shown], right=range(1, 8))
    if len(found) > len(shown):
        yield f"  and {len(found) - len(shown):,} more (-v)"


def _upstream(each: UpstreamShown) -> tuple[str, ...]:
    return (
        each.upstream,
        f"{each.requests:,}",
        share(each.failed, each.requests),
        f"{each.rescued:,}",
        *_times(each.seconds),
    )


def _routes(look: Look, report: LogsContents) -> Lines:
    found = [each for each in report.logs.routes if each.requests]
    failing = [each for each in found if each.failed]
    slow = sorted((each for each in found if each.seconds), key=_slowness, reverse=True)
    told = failing if look.verbose else failing[:ROWS]
    more = any(each not in told for each in slow[:ROWS])
    for title, routes in (("Routes that failed", failing), ("Slow routes", slow if more else [])):
        if routes:
            shown = routes if look.verbose else routes[:ROWS]
            yield from _title(look, f"{title} ({len(shown)} of {len(routes):,})" if len(shown) < len(routes) else title)
            rows = [(each.route, f"{each.requests:,}", f"{each.failed:,}", *_times(each.seconds)) for each in shown]
            yield from table(look, ("route", "requests", "failed", "p50", "p95", "p99", "max"), rows, right=range(1, 7))


def _slowness(route: RouteShown) -> float:
    return route.seconds.p95 if route.seconds else 0.0


# What was not understood


def _unparsed(look: Look, report: LogsContents) -> Lines:
    unparsed = report.logs.unparsed
    if not unparsed.lines:
        return
    yield from _title(look, f"Not understood: {many(unparsed.lines, 'line')}, such as")
    for sample in unparsed.samples[: ALL if look.verbose else SAMPLES]:
        lines = wrap(look.say(bounded(sample, 400)), look.width - 4) or [""]
        for line in lines if look.verbose else lines[:2]:
            yield f"  > {line}".rstrip()


def _gaps(look: Look, report: LogsContents) -> Lines:
    if not report.unexamined:
        return
    yield from _title(look, "Not looked at")
    shown = report.unexamined if look.verbose else report.unexamined[:GAPS]
    for gap in shown:
        yield from _said(look, f"{gap.what} ({WHY_NOT[gap.why]})", "    ", first="  ")
    if len(shown) < len(report.unexamined):
        yield f"  and {len(report.unexamined) - len(shown)} more (-v)"


def to_line(report: LogsContents) -> str:
    """Write one line, for `-q`."""
    from why502.report.text import to_line as line

    return line(report)


def briefly(incident: LogsIncident) -> str:
    """Write an incident in one line, as it is told when it begins."""
    episode = incident.episode
    return f"{moment(episode.start)}: {episode.changed} ({cause_line(incident)})"
