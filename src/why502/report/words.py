"""The words that all renderers share."""

from datetime import UTC, datetime

from why502.observations.failure import FailureId
from why502.observations.want import Why
from why502.report.parts import (
    Answered,
    CheckState,
    Contents,
    EvidenceShown,
    FailureShown,
    Incident,
    Risk,
    Step,
    VantageUsed,
    Verdict,
)

OUTCOME = {
    Verdict.BAD_GATEWAY: "Bad gateway",
    Verdict.INTERMITTENT: "Intermittent",
    Verdict.RECOVERED: "Recovered",
    Verdict.HEALTHY: "Healthy",
    Verdict.OTHER_ERROR: "Other error",
    Verdict.UNREACHABLE: "Unreachable",
    Verdict.INCONCLUSIVE: "Inconclusive",
}

DISTURBS = {
    Risk.NONE: "disturbs nothing",
    Risk.RELOAD: "reloads, drops no request",
    Risk.RESTART: "restarts a service",
    Risk.CODE: "needs a change of code",
}

WHY_NOT = {
    Why.NO_VANTAGE: "no access from here",
    Why.NO_PERMISSION: "no permission",
    Why.NO_TOOL: "a tool is missing",
    Why.TIMED_OUT: "it took too long",
    Why.TOO_OLD: "what there is is too old",
    Why.UNREADABLE: "unreadable",
    Why.SWITCHED_OFF: "switched off",
    Why.OVER_BUDGET: "out of budget",
    Why.OUR_BUG: "a bug in why502",
}

CHECK = {
    CheckState.OK: "ok",
    CheckState.FAILED: "failed",
    CheckState.WARNING: "warning",
    CheckState.SKIPPED: "skipped",
}

TITLES = {
    Step.REFRESH: "Refresh the page",
    Step.SERVER: "Server load and state",
    Step.DNS: "Name resolution",
    Step.LOGS: "Gateway's logs",
    Step.FIREWALL: "Firewall and network",
    Step.UPSTREAM: "Upstream health",
}

WORDS = {
    FailureId.RESOLVE_FAILED: "could not resolve the upstream's name",
    FailureId.CONNECT_REFUSED: "was refused a connection to {upstream}",
    FailureId.CONNECT_TIMEOUT: "got no answer to its connection attempts to {upstream}",
    FailureId.CONNECT_UNREACHABLE: "was told that {upstream} cannot be reached",
    FailureId.CONNECT_DENIED: "was denied the connection to {upstream} by its own operating system",
    FailureId.CONNECT_NO_SOCKET: "found no socket at {upstream}",
    FailureId.CONNECT_EXHAUSTED: "ran out of what it needs to connect to {upstream}",
    FailureId.TLS_FAILED: "could not agree on TLS with {upstream}",
    FailureId.CLOSED_BEFORE_RESPONSE: "asked {upstream}, which hung up without an answer",
    FailureId.RESET_BEFORE_RESPONSE: "asked {upstream}, which reset the connection without an answer",
    FailureId.RESPONSE_TIMEOUT: "asked {upstream} and got no answer in the time it waits",
    FailureId.INVALID_RESPONSE: "got bytes from {upstream} that are no valid response",
    FailureId.HEADER_TOO_BIG: "got a response head from {upstream} that is larger than its buffer",
    FailureId.TRUNCATED_RESPONSE: "got less body from {upstream} than was promised",
    FailureId.NO_LIVE_UPSTREAM: "has no server left that it would try",
    FailureId.GATEWAY_LIMIT: "gave up by a limit of its own",
    FailureId.SPAWN_FAILED: "could not start the application",
    FailureId.UPSTREAM_ANSWERED_ERROR: "passed on an error that its upstream sent",
    FailureId.UNKNOWN: "got no valid response from its upstream; which way is not known from here",
}
"""What the gateway met, behind its name."""


def bad(verdict: Verdict) -> bool:
    """Tell whether a verdict says that a fault is there now."""
    return verdict in (Verdict.BAD_GATEWAY, Verdict.INTERMITTENT, Verdict.OTHER_ERROR, Verdict.UNREACHABLE)


def cause_known(incident: Incident) -> bool:
    """Tell whether anything deeper than the failure itself is so much as suspected."""
    return incident.cause.id != incident.failure.id.value


def cause_line(incident: Incident) -> str:
    """Return the cause with its certainty, or that there is none."""
    if not cause_known(incident):
        return "no cause found"
    return f"{incident.cause.id} ({incident.cause.certainty.value})"


def moment(at: datetime, today: datetime | None = None) -> str:
    """Return a time to the second, in UTC; without the date if it is that of `today`."""
    at = at.astimezone(UTC) if at.tzinfo else at
    same = today is not None and today.astimezone(UTC).date() == at.date()
    return f"{at:%H:%M:%S} UTC" if same else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def span(first: datetime, last: datetime, today: datetime) -> str:
    """Return from when to when, each date only where it is needed."""
    start, end = moment(first, today), moment(last, today)
    if start == end:
        return f"at {start}"
    return f"from {start.removesuffix(' UTC')} to {moment(last, first) if len(start) == len(end) else end}"


def taken(report: Contents, piece: EvidenceShown) -> str:
    """Return when a piece of evidence is from, nothing if it was taken during the run."""
    if piece.at is None or 0 <= (piece.at - report.started).total_seconds() <= report.seconds + 1:
        return ""
    return moment(piece.at, report.started)


def times(count: int) -> str:
    """Return a count as a person says it."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def many(count: int, one: str, more: str = "") -> str:
    """Return a number with its noun."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def duration(seconds: float) -> str:
    """Return seconds with the precision that matters."""
    if seconds >= 10:  # noqa: PLR2004
        return f"{seconds:,.0f} s"
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.3g} ms"  # noqa: PLR2004


def failure_line(failure: FailureShown, today: datetime) -> str:
    """Return what the gateway saw, how often, when."""
    name = "not known" if failure.id is FailureId.UNKNOWN else failure.id.value
    where = f" at {failure.upstream}" if failure.upstream else ""
    often = times(failure.count) if failure.count else ""
    when = span(failure.first, failure.last or failure.first, today) if failure.first else ""
    return ", ".join(part for part in (name + where, f"{often} {when}".strip()) if part)


def answer_line(answer: Answered) -> str:
    """Return what the client got."""
    got = "no answer" if answer.status is None else f"{answer.status}"
    by = f" made by {answer.made_by}" if answer.made_by else ""
    tries = f"{answer.failed} of {many(answer.tries, 'try', 'tries')} failed" if answer.tries else ""
    took = f"slowest {duration(max(answer.seconds))}" if answer.seconds else ""
    return ", ".join(part for part in (got + by, tries, took) if part)


def foot_line(report: Contents) -> str:
    """Return by what, when, how long and from where it was looked."""
    seen = "; ".join(_vantage(used) for used in report.vantages) or "nowhere"
    took = duration(report.seconds)
    return f"why502 {report.tool.version}, {moment(report.started)}, {took}, looked from {seen}."


def _vantage(used: VantageUsed) -> str:
    name = "" if used.name == used.kind.value else f" {used.name}"
    return f"{used.kind.value}{name}, {'privileged' if used.privileged else 'unprivileged'}"


def one_line(report: Contents) -> str:
    """Return verdict, target and cause."""
    told = f"{report.verdict.value} {report.target.value}"
    if not report.incidents:
        return told
    more = len(report.incidents) - 1
    return f"{told}: {cause_line(report.incidents[0])}" + (f", and {more} more" if more else "")
