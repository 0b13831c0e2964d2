"""The report of logs as one self-contained page: charts as inline SVG, no script, nothing fetched."""

from collections.abc import Mapping, Sequence

from why502.report.html import evidence_of, header, page, unexamined
from why502.report.logs.charts import failed_shares, response_times, timeline
from why502.report.logs.parts import LogsContents, LogsIncident, SecondsShown
from why502.report.logs.words import period, share
from why502.report.markup import Markup, el, join, lines
from why502.report.style import CSS
from why502.report.visible import bounded
from why502.report.words import OUTCOME, cause_known, duration, foot_line, many

MOST = 25
"""Upstreams, routes and files in a table; the JSON has them all."""

CHARTED = 12
NAMES = 12
_NONE = Markup("")

STYLE = """
svg.chart{display:block;width:100%;height:auto;margin:.4rem 0}
svg.chart text{font-size:12px;fill:var(--soft)}
svg.chart .end{text-anchor:end}svg.chart .mid{text-anchor:middle}
svg.chart .mark{font-weight:650;fill:var(--bad);font-size:13px}
svg.chart .shade{fill:var(--bad);opacity:.13}
svg.chart .requests{fill:var(--tint);opacity:.75}
svg.chart .failures{fill:var(--bad)}
svg.chart .rescued{fill:var(--warn);opacity:.7}
svg.chart .axis{stroke:var(--line);stroke-width:1}
svg.chart .reach{stroke:var(--line);stroke-width:6;stroke-linecap:round}
svg.chart .p50{fill:var(--good)}svg.chart .p95{fill:var(--tint)}svg.chart .p99{fill:var(--warn)}
svg.chart .max{fill:var(--bad)}
.wide{overflow-x:auto}
.wide thead{position:static;width:auto;height:auto;overflow:visible;clip-path:none}
.wide th,.wide td{padding:.3rem .9rem .3rem 0;white-space:nowrap}
.wide thead th{color:var(--soft);font-size:.85rem}
.wide .num{text-align:right;font-variant-numeric:tabular-nums}
.wide td:last-child{width:auto}
.big{font-size:1.05rem;font-weight:600;margin:.2rem 0}
.legend{color:var(--soft);font-size:.85rem}
.dot{font-weight:700}.dot.p50{color:var(--good)}.dot.p95{color:var(--tint)}.dot.p99{color:var(--warn)}.dot.max{color:var(--bad)}
"""


def to_html(report: LogsContents) -> str:
    """Write the report as one file."""
    return page(f"{OUTCOME[report.verdict]}: {report.target.value}", *_page(report), css=CSS + STYLE)


def _page(report: LogsContents) -> list[Markup]:
    return [
        header(report),
        _overview(report),
        *(_incident(report, number, each) for number, each in enumerate(report.incidents, 1)),
        _upstreams(report),
        _routes(report),
        _files(report),
        _unparsed(report),
        unexamined(report.unexamined),
        el("footer", el("p", foot_line(report))),
    ]


def _overview(report: LogsContents) -> Markup:
    logs = report.logs
    chart = timeline(logs.timeline, [each.episode for each in report.incidents], messages=not logs.requests)
    told = next((check.says for check in report.checks if check.step.value == "logs"), "")
    failed = f"{logs.failed:,} ({share(logs.failed, logs.requests)})"
    facts = (
        ("Requests", f"{logs.requests:,}" if logs.requests else ""),
        ("Failed", failed if logs.requests else ""),
        ("Rescued", f"{logs.rescued:,}" if logs.rescued else ""),
        ("Statuses", _counts(logs.by_status)),
        ("Failures", _counts(logs.by_failure)),
        ("Clients", f"{logs.clients.seen:,}, {logs.clients.hit:,} with a failed request" if logs.clients.seen else ""),
        ("Incidents", told),
    )
    return el("section", el("h3", "Over time (UTC)"), chart, _facts(facts))


def _facts(facts: Sequence[tuple[str, str]]) -> Markup:
    return el("dl", *(join(el("dt", name), el("dd", told)) for name, told in facts if told))


def _counts(counts: Mapping[str, int]) -> str:
    shown = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{name if name != '0' else 'no status'} {count:,}" for name, count in shown)


def _incident(report: LogsContents, number: int, incident: LogsIncident) -> Markup:
    episode = incident.episode
    known = cause_known(incident)
    cause = el("code", incident.cause.id) if known else "no cause found"
    certainty = el("span", "○ suspected", class_="badge warn") if known else _NONE
    hit = f", {many(episode.clients, 'client')} hit" if episode.clients else ""
    noun = "request" if report.logs.requests else "message"
    of = f" of {episode.requests:,} ({share(episode.failed, episode.requests)})" if episode.requests else ""
    still = " (not over when the log ends)" if episode.ongoing else ""
    facts = (
        ("Failed", f"{many(episode.failed, noun)}{of}{hit}"),
        ("Changed", episode.changed),
        ("Failures", _counts(episode.by_failure)),
        ("Statuses", _counts(episode.by_status)),
        ("Upstreams", _names(episode.upstreams)),
        ("Routes", _names(episode.routes)),
        ("Gateway", incident.chain[0].says if incident.chain else ""),
        ("Perhaps", incident.chain[1].says if len(incident.chain) > 1 else ""),
        ("Or", ", ".join(each.id for each in incident.alternatives)),
    )
    return el(
        "section",
        el("h3", f"Incident {number} of {len(report.incidents)}"),
        el("div", el("h2", f"{period(episode.start, episode.end)}{still}"), class_="cause"),
        el("div", el("span", cause), certainty, class_="cause"),
        _facts(facts),
        evidence_of(report, report.cited(incident.failure.evidence)),
    )


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMES]) + (f" and {len(names) - NAMES} more" if len(names) > NAMES else "")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> Markup:
    """Write a table; the first `words` columns are text, the others numbers."""

    def row(name: str, cells: Sequence[str]) -> Markup:
        return el(
            "tr", *(el(name, each, **({} if place < words else {"class_": "num"})) for place, each in enumerate(cells))
        )

    return el(
        "div",
        el("table", el("thead", row("th", head)), el("tbody", *(row("td", each) for each in rows))),
        class_="wide",
    )


def _times(seconds: SecondsShown | None) -> tuple[str, ...]:
    if seconds is None:
        return ("–",) * 4
    return tuple(duration(each) for each in (seconds.p50, seconds.p95, seconds.p99, seconds.max))


def _upstreams(report: LogsContents) -> Markup:
    found = report.logs.upstreams
    if not found:
        return _NONE
    rows: list[tuple[str, ...]] = [
        (
            each.upstream,
            f"{each.requests:,}",
            f"{each.failed:,}",
            share(each.failed, each.requests),
            f"{each.rescued:,}",
            *_times(each.seconds),
        )
        for each in found[:MOST]
    ]
    head: tuple[str, ...] = ("upstream", "requests", "failed", "share", "rescued", "p50", "p95", "p99", "max")
    if not report.logs.requests:
        head = ("upstream", "messages")
        rows = [(each.upstream, f"{sum(each.by_failure.values()):,}") for each in found[:MOST]]
    times = response_times(found[:CHARTED])
    legend = el(
        "p",
        *(join(el("span", "●", class_=f"dot {name}"), f" {name}  ") for name in ("p50", "p95", "p99", "max")),
        class_="legend",
    )
    return el(
        "section",
        el("h3", _title("Upstreams", len(found))),
        failed_shares(found[:CHARTED]),
        join(times, legend) if times else _NONE,
        _table(head, rows),
    )


def _title(name: str, count: int) -> str:
    return f"{name} ({MOST} of {count:,})" if count > MOST else name


def _routes(report: LogsContents) -> Markup:
    found = [each for each in report.logs.routes if each.requests]
    failing = [each for each in found if each.failed]
    slow = sorted((each for each in found if each.seconds), key=lambda each: -(each.seconds.p95 if each.seconds else 0))
    made = []
    for name, routes in (("Routes that failed", failing), ("Slow routes", slow)):
        if routes:
            rows = [
                (each.route, f"{each.requests:,}", f"{each.failed:,}", *_times(each.seconds)) for each in routes[:MOST]
            ]
            table = _table(("route", "requests", "failed", "p50", "p95", "p99", "max"), rows)
            made.append(el("section", el("h3", _title(name, len(routes))), table))
    return join(*made)


def _files(report: LogsContents) -> Markup:
    found = report.logs.files
    rows = [
        (
            each.name,
            each.format or "not known",
            period(each.first, each.last, zone=False) if each.first and each.last else "–",
            f"{each.lines:,}",
            f"{each.unparsed:,}",
        )
        for each in found[:MOST]
    ]
    table = _table(("file", "format", "first to last (UTC)", "lines", "unparsed"), rows, words=3)
    return el("section", el("h3", _title("Files", len(found))), table)


def _unparsed(report: LogsContents) -> Markup:
    unparsed = report.logs.unparsed
    if not unparsed.lines:
        return _NONE
    text = Markup("\n".join(line for each in unparsed.samples for line in lines(bounded(each, 400))))
    return el("section", el("h3", f"Not understood: {many(unparsed.lines, 'line')}, such as"), el("pre", text))
