"""The sentences of a report of logs."""

from datetime import UTC, datetime, timedelta

from why502.diagnosis.scanning import LogsOutcome
from why502.logs.incidents import Background, Episode
from why502.logs.patterns import Pattern
from why502.observations.failure import FailureId
from why502.report.words import WORDS, duration, many

LOOKS = {
    Pattern.PERIODIC: "it comes again every {period}",
    Pattern.RESTART: "it was over in a minute or two, as when servers are restarted",
    Pattern.TIMEOUT_WALL: "answers stop coming at {limit}, as at a time-out",
    Pattern.KEEPALIVE_RACE: "single requests all over, as when idle connections are closed at the wrong moment",
    Pattern.ONE_ROUTE: "one route alone fails",
    Pattern.ONE_UPSTREAM: "one upstream alone fails",
    Pattern.ALL_UPSTREAMS: "every upstream fails at once",
    Pattern.PLAIN: "",
}


def at(seconds: int) -> datetime:
    """Return a time of a log as a time; beyond what can be told, the last that can."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=max(0, min(seconds, 253402300799)))


def period(start: datetime, end: datetime, *, zone: bool = True) -> str:
    """Return from when to when, to the minute, in UTC."""
    if f"{start:%Y-%m-%d %H:%M}" == f"{end:%Y-%m-%d %H:%M}":
        return f"{start:%Y-%m-%d %H:%M}{' UTC' if zone else ''}"
    day = "" if end.date() == start.date() else f"{end:%Y-%m-%d} "
    return f"{start:%Y-%m-%d %H:%M}–{day}{end:%H:%M}{' UTC' if zone else ''}"


def share(part: int, of: int) -> str:
    """Return a proportion; what is not nothing is not shown as nothing."""
    if not of:
        return "–"
    percent = 100 * part / of
    if 0 < percent < 0.01:  # noqa: PLR2004
        return "< 0.01 %"
    return f"{percent:.2f} %" if percent < 10 else f"{percent:.1f} %"  # noqa: PLR2004


def span_of(seconds: float) -> str:
    """Return a period as a person says it."""
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= unit and seconds % unit == 0:
            return many(int(seconds // unit), name)
    return duration(seconds)


def looks(episode: Episode) -> str:
    """Say what the interval looks like, nothing where it looks like nothing in particular."""
    told = LOOKS[episode.pattern]
    limit = "" if episode.limit is None else f"{episode.limit:g} s"
    return told.format(period=span_of(episode.period or 0), limit=limit)


def met(failure: FailureId, gateway: str | None, upstreams: tuple[str, ...]) -> str:
    """Say what the gateway met."""
    several = f"{len(upstreams)} upstreams" if upstreams else "its upstream"
    upstream = upstreams[0] if len(upstreams) == 1 else several
    return f"{gateway or 'the gateway'} {WORDS[failure].format(upstream=upstream)}"


def hurt(episode: Episode) -> str:
    """Say how many requests failed, and of how many clients."""
    if not episode.requests:
        return many(episode.messages, "message")
    clients = f" of {many(episode.clients, 'client')}" if episode.clients else ""
    return f"{many(episode.failed, 'request')}{clients} failed"


def summary_of(outcome: LogsOutcome) -> str:
    """Say in a sentence or two what the logs tell."""
    early = " Not everything was read: it was interrupted." if outcome.stopped else ""
    left = unread(outcome)
    return _said(outcome) + (f" {left}" if left else "") + early


def _said(outcome: LogsOutcome) -> str:
    messages = outcome.messages
    if not outcome.requests and not messages:
        return nothing(outcome)
    episodes = outcome.incidents.episodes
    if outcome.requests:
        part = share(outcome.failed, outcome.requests)
        counted = f"{outcome.failed:,} of {many(outcome.requests, 'request')} ({part}) failed"
        inside = sum(each.failed for each in episodes)
        whole = outcome.failed
    else:
        counted = (
            f"No requests are logged; {many(messages, 'message')} {'tells' if messages == 1 else 'tell'} of failures"
        )
        inside, whole = sum(each.messages for each in episodes), messages
    if not episodes:
        if not whole:
            return f"None of {many(outcome.requests, 'request')} failed."
        return f"{counted}, none of them in an incident: {background(outcome.incidents.background)}."
    part = "" if inside >= whole else f"{inside:,} of them "
    worst = episodes[0]
    when = period(at(worst.start), at(worst.end))
    lead = "; the worst, " if len(episodes) > 1 else ", "
    still = " and not over" if worst.ongoing else ""
    return f"{counted}, {part}in {many(len(episodes), 'incident')}{lead}{when}{still}: {worst.changed}; {hurt(worst)}."


def mostly_unread(outcome: LogsOutcome) -> bool:
    """Tell whether more lines could not be read than could."""
    files = outcome.tally.files
    return 2 * sum(each.unparsed for each in files) > sum(each.lines for each in files)


def unread(outcome: LogsOutcome) -> str:
    """Say how many lines could not be read, where they are more than a few and something else could."""
    files = outcome.tally.files
    lines, unparsed = sum(each.lines for each in files), sum(each.unparsed for each in files)
    if unparsed * 100 <= lines or unparsed == lines:
        return ""
    return f"{unparsed:,} of {many(lines, 'line')} ({share(unparsed, lines)}) could not be read."


def nothing(outcome: LogsOutcome) -> str:
    """Say why nothing can be told."""
    files = outcome.tally.files
    read = sum(each.lines for each in files)
    unparsed, outside = sum(each.unparsed for each in files), sum(each.outside for each in files)
    if not read:
        return "The logs are empty."
    if outside:
        return f"None of {many(read, 'line')} is of the time that was asked for."
    if unparsed:
        return f"None of {many(read, 'line')} could be read as a log that is known; --log-format says how to read logs."
    return f"None of {many(read, 'line')} tells of a request or of a failure."


def background(left: Background) -> str:
    """Say how often it fails outside of all incidents."""
    if not left.failed:
        return "nothing"
    rate = f"{left.per_minute:.1f}" if left.per_minute >= 0.1 else f"{left.per_minute:.2g}"  # noqa: PLR2004
    of = f" ({share(round(left.share * 10**9), 10**9)})" if left.share else ""
    again = ""
    if left.period is not None and left.phase is not None:
        again = f", mostly every {span_of(left.period)}" + (
            f" at {left.phase // 3600:02}:{left.phase % 3600 // 60:02} UTC" if left.period == 86400 else ""  # noqa: PLR2004
        )
    elif left.pattern is not Pattern.PLAIN:
        again = f"; {LOOKS[left.pattern]}" if "{" not in LOOKS[left.pattern] else ""
    return f"a steady {rate} a minute{of}{again}"
