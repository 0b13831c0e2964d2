"""The report as Markdown (CommonMark with tables) for a ticket; nothing from outside can become markup."""

import re
from collections.abc import Iterator

from why502.report.parts import Certainty, Contents, EvidenceShown, FixShown, Incident, LinkShown, Unexamined
from why502.report.text import drawing
from why502.report.visible import bounded, visible, visible_lines
from why502.report.words import (
    CHECK,
    DISTURBS,
    OUTCOME,
    WHY_NOT,
    answer_line,
    cause_known,
    cause_line,
    failure_line,
    foot_line,
    taken,
)

Lines = Iterator[str]

EVIDENCE = 1200
_MARK = {Certainty.PROVEN: "● proven", Certainty.SUSPECTED: "○ suspected"}
_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
_LEADING = re.compile(r"^(?:\d{1,9}(?=[.)](?: |$))|(?=[-+#=]))")


def to_markdown(report: Contents) -> str:
    """Write the report for a ticket: headings, lists, fenced evidence."""
    return "\n".join(_page(report)) + "\n"


def prose(text: str) -> str:
    """Return text from outside as one line that Markdown shows as it is, in a table too."""
    text = visible(bounded(text)).strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LEADING.sub(r"\g<0>\\", _SPECIAL.sub(r"\\\g<0>", text))


def code(text: str) -> str:
    """Return text from outside as a code span, fenced by more backticks than it holds; not for tables."""
    text = visible(bounded(text))
    ticks = "`" * (_longest_run(text) + 1)
    edge = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{ticks}{edge}{text or ' '}{edge}{ticks}"


def fenced(text: str, language: str = "", indent: str = "") -> Lines:
    """Yield text from outside as a fenced block, one that nothing in it can end."""
    ticks = "`" * max(_longest_run(text) + 1, 3)
    yield f"{indent}{ticks}{language}"
    for line in visible_lines(text):
        yield (indent + line).rstrip()
    yield f"{indent}{ticks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _page(report: Contents) -> Lines:
    yield f"# {OUTCOME[report.verdict]}: {prose(report.target.value)}"
    yield ""
    yield f"**Summary:** {prose(report.summary)}"
    if report.hops:
        yield ""
        yield from fenced(drawing(report), "text")
    if report.answer:
        yield ""
        yield f"**Answer:** {prose(answer_line(report.answer))}"
    for index, incident in enumerate(report.incidents, 1):
        yield ""
        yield f"## {_headline(report, index, incident)}"
        yield from _incident(report, incident)
    yield from _unexamined(report.unexamined)
    yield from _checks(report)
    yield ""
    yield prose(foot_line(report))


def _headline(report: Contents, index: int, incident: Incident) -> str:
    cause = prose(cause_line(incident))
    if len(report.incidents) > 1:
        return f"Incident {index} of {len(report.incidents)}: {cause}"
    return f"Cause: {cause}" if cause_known(incident) else "No cause found"


def _incident(report: Contents, incident: Incident) -> Lines:
    yield ""
    yield f"- **Failure:** {prose(failure_line(incident.failure, report.started))}"
    for name, text in (("Request", incident.request), ("Route", incident.route)):
        if text:
            yield f"- **{name}:** {prose(text)}"
    yield from _headed("Why", len(incident.chain))
    for number, link in enumerate(incident.chain, 1):
        yield from _link(report, link, number)
    yield from _headed("Fix", len(incident.fixes))
    for number, fix in enumerate(incident.fixes, 1):
        yield from _fix(fix, number)
    yield from _headed("Also possible", len(incident.alternatives), "")
    for other in incident.alternatives:
        yield f"- **{_MARK[other.certainty]}** {code(other.id)}: {prose(other.says)}"
    yield from _headed("Ruled out", len(incident.excluded), "")
    for each in incident.excluded:
        yield f"- {code(each.id)}: {prose(each.says)}"


def _headed(title: str, count: int, *below: str) -> Lines:
    if count:
        yield from ("", f"### {title}", *below)


def _link(report: Contents, link: LinkShown, number: int) -> Lines:
    indent = " " * len(f"{number}. ")
    subject = f" · {code(link.subject)}" if link.subject else ""
    yield ""
    yield f"{number}. **{_MARK[link.certainty]}:** {prose(link.says)}"
    yield f"{indent}({code(link.id)}{subject})"
    for piece in report.cited(link.evidence):
        yield from _piece(report, piece, indent)


def _piece(report: Contents, piece: EvidenceShown, indent: str) -> Lines:
    when = taken(report, piece)
    yield ""
    yield f"{indent}From {code(piece.source)}{f' at {when}' if when else ''}:"
    yield ""
    yield from fenced(bounded(piece.text, EVIDENCE), "text", indent)


def _fix(fix: FixShown, number: int) -> Lines:
    indent = " " * len(f"{number}. ")
    yield ""
    yield f"{number}. {prose(fix.title)} ({DISTURBS[fix.risk]})"
    if fix.diff:
        yield ""
        yield from fenced(fix.diff, "diff", indent)
    if fix.commands:
        yield ""
        yield from fenced("\n".join(visible(command) for command in fix.commands), "sh", indent)


def _unexamined(gaps: tuple[Unexamined, ...]) -> Lines:
    if gaps:
        yield from ("", "## Not looked at")
    for gap in gaps:
        decides = f"; it could decide {', '.join(code(cause) for cause in gap.causes)}" if gap.causes else ""
        yield ""
        yield f"- {prose(gap.what)}: {WHY_NOT[gap.why]}{decides}"
        if gap.unlock:
            yield ""
            yield from fenced(visible(gap.unlock), "sh", "  ")


def _checks(report: Contents) -> Lines:
    if not report.checks:
        return
    yield from ("", "## Checks", "", "| Step | State | Found |", "|---|---|---|")
    for check in report.checks:
        yield f"| {prose(check.title)} | {CHECK[check.state]} | {prose(check.says)} |"
