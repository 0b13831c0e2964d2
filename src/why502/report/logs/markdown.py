"""The report of logs as Markdown for a ticket; nothing from outside can become markup."""

from collections.abc import Iterator, Mapping, Sequence

from why502.report.logs.parts import LogsContents, LogsIncident, SecondsShown
from why502.report.logs.words import period, share
from why502.report.markdown import code, fenced, prose
from why502.report.visible import bounded
from why502.report.words import OUTCOME, WHY_NOT, cause_line, duration, foot_line, many

Lines = Iterator[str]

MOST = 15
INCIDENTS = 20
NAMES = 6
LINES = 2
TEXT = 400


def to_markdown(report: LogsContents) -> str:
    """Write the report for a ticket."""
    return "\n".join(_page(report)) + "\n"


def _page(report: LogsContents) -> Lines:
    logs = report.logs
    yield f"# {OUTCOME[report.verdict]}: {prose(report.target.value)}"
    yield ""
    yield f"**Summary:** {prose(report.summary)}"
    yield ""
    if logs.requests:
        yield f"- **Requests:** {logs.requests:,}, {logs.failed:,} failed ({share(logs.failed, logs.requests)})"
        yield f"- **Statuses:** {_counts(logs.by_status)}"
    if logs.by_failure:
        yield f"- **Failures:** {_counts(logs.by_failure)}"
    if logs.clients.seen:
        yield f"- **Clients:** {logs.clients.seen:,}, {logs.clients.hit:,} with a failed request"
    for number, incident in enumerate(report.incidents[:INCIDENTS], 1):
        yield from _incident(report, number, incident)
    if len(report.incidents) > INCIDENTS:
        yield from ("", f"And {len(report.incidents) - INCIDENTS} more incidents.")
    if logs.upstreams and logs.requests:
        head = ("upstream", "requests", "failed", "rescued", "p50", "p95", "p99", "max")
        rows = [
            (each.upstream, f"{each.requests:,}", f"{each.failed:,}", f"{each.rescued:,}", *_times(each.seconds))
            for each in logs.upstreams[:MOST]
        ]
        yield from _table("Upstreams", head, rows, len(logs.upstreams))
    failing = [each for each in logs.routes if each.failed]
    if failing:
        rows = [
            (each.route, f"{each.requests:,}", f"{each.failed:,}", *_times(each.seconds)) for each in failing[:MOST]
        ]
        yield from _table(
            "Routes that failed", ("route", "requests", "failed", "p50", "p95", "p99", "max"), rows, len(failing)
        )
    rows = [
        (
            each.name,
            each.format or "not known",
            f"{each.lines:,}",
            f"{each.unparsed:,}",
            period(each.first, each.last, zone=False) if each.first and each.last else "-",
        )
        for each in logs.files[:MOST]
    ]
    yield from _table("Files", ("file", "format", "lines", "unparsed", "first to last (UTC)"), rows, len(logs.files))
    if report.unexamined:
        yield from ("", "## Not looked at", "")
        for gap in report.unexamined:
            yield f"- {prose(gap.what)} ({WHY_NOT[gap.why]})"
    yield ""
    yield prose(foot_line(report))


def _counts(counts: Mapping[str, int]) -> str:
    shown = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return prose(", ".join(f"{name if name != '0' else 'no status'} {count:,}" for name, count in shown))


def _incident(report: LogsContents, number: int, incident: LogsIncident) -> Lines:
    episode = incident.episode
    still = ", not over" if episode.ongoing else ""
    yield from ("", f"## Incident {number}: {period(episode.start, episode.end)}{still}", "")
    noun = "request" if report.logs.requests else "message"
    of = f" of {episode.requests:,} ({share(episode.failed, episode.requests)})" if episode.requests else ""
    hit = f", {many(episode.clients, 'client')} hit" if episode.clients else ""
    yield f"- **Failed:** {many(episode.failed, noun)}{of}{hit}: {_counts(episode.by_failure)}"
    yield f"- **Changed:** {prose(episode.changed)}"
    for name, names in (("Upstreams", episode.upstreams), ("Routes", episode.routes)):
        if names:
            more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
            yield f"- **{name}:** {', '.join(code(each) for each in names[:NAMES])}{more}"
    if incident.chain:
        yield f"- **Gateway:** {prose(incident.chain[0].says)}"
    yield f"- **Cause:** {prose(cause_line(incident))}"
    for link in incident.chain[1:]:
        yield f"- **Perhaps:** {prose(link.says)}"
    for piece in report.cited(incident.failure.evidence)[:LINES]:
        yield from ("", f"From {code(piece.source)}:", "")
        yield from fenced(bounded(piece.text, TEXT), "text")


def _times(seconds: SecondsShown | None) -> tuple[str, ...]:
    if seconds is None:
        return ("-",) * 4
    return tuple(duration(each) for each in (seconds.p50, seconds.p95, seconds.p99, seconds.max))


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], count: int) -> Lines:
    of = f" ({len(rows)} of {count:,})" if count > len(rows) else ""
    yield from ("", f"## {title}{of}", "")
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(prose(each) for each in row)} |"
