"""What the report of logs has beside every other report: `logs`, and the `episode` of each incident.

As in `report.parts` the annotations are the source of the JSON, of its schema and of the library's objects.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from why502.observations.frozen import frozen
from why502.report.parts import Contents, Incident

Counts = Mapping[str, int]


@frozen
class FileShown:
    """A log that was read."""

    name: str
    format: Annotated[str | None, "what its lines are written in; several are divided by commas; null: not known"]
    lines: int
    unparsed: Annotated[int, "of them, those that no known format reads"]
    first: Annotated[datetime | None, "time of its earliest line that counts"]
    last: datetime | None


@frozen
class UnparsedShown:
    """Lines that no known format reads."""

    lines: int
    samples: Annotated[tuple[str, ...], "some of them, at most 400 bytes each"]


@frozen
class SecondsShown:
    """How long it took. Percentiles are told by logarithmic buckets: at most 1/32 off; `max` is exact."""

    p50: float
    p95: float
    p99: float
    max: float


@frozen
class UpstreamShown:
    """A server behind the gateway, as the log names it."""

    upstream: str
    requests: Annotated[int, "requests that it was tried for"]
    failed: Annotated[int, "failed requests that ended at it"]
    rescued: Annotated[int, "requests that failed at it and that another server made good"]
    by_status: Annotated[Counts, "what clients got, of the requests that ended at it"]
    by_failure: Annotated[Counts, "how attempts at it failed, rescued ones too; without requests: messages"]
    seconds: Annotated[SecondsShown | None, "what it took to answer; null: the log does not say"]


@frozen
class RouteShown:
    """Requests of one method and path, variable segments as `*`."""

    route: str
    requests: int
    failed: int
    seconds: Annotated[SecondsShown | None, "until the request's last byte; null: the log does not say"]


@frozen
class ClientsShown:
    """Distinct client addresses. Exact up to some 16,000, then estimated to about 1 %."""

    seen: int
    hit: Annotated[int, "of them, those that a failed request is of"]


@frozen
class TimelineShown:
    """Requests over time, `step` seconds in each place."""

    start: Annotated[datetime | None, "null: nothing was counted"]
    step: int
    requests: tuple[int, ...]
    failed: Annotated[tuple[int, ...], "of them; without any request: messages of failures"]


@frozen
class LogsShown:
    """What logs say of a period."""

    files: tuple[FileShown, ...]
    requests: int
    failed: Annotated[int, "requests that the gateway could not serve for its upstream's sake"]
    rescued: Annotated[int, "attempts that failed and that another server made good"]
    unparsed: UnparsedShown
    by_status: Annotated[Counts, "requests by the status that clients got; 0: the log does not say"]
    by_failure: Annotated[Counts, "failed requests by failure id; without any request: messages"]
    upstreams: Annotated[tuple[UpstreamShown, ...], "most failed first"]
    routes: Annotated[tuple[RouteShown, ...], "most failed first"]
    clients: ClientsShown
    timeline: TimelineShown


@frozen
class EpisodeShown:
    """An interval of raised failure."""

    start: datetime
    end: datetime
    ongoing: Annotated[bool, "the log ends before it is over"]
    requests: Annotated[int, "all requests in it"]
    failed: Annotated[int, "of them, those that failed in this way; without any request: messages"]
    by_failure: Counts
    by_status: Annotated[Counts, "of the failed requests"]
    upstreams: tuple[str, ...]
    routes: tuple[str, ...]
    clients: Annotated[int, "distinct clients with a failed request"]
    changed: Annotated[str, "what changed at its start, if a line shows it"]


@frozen
class LogsIncident(Incident):
    """One failure with its suspected cause, and when it was."""

    episode: EpisodeShown


@frozen
class LogsContents(Contents):
    """All that a report of logs says. `logs.model` adds the ways to write it."""

    incidents: tuple[LogsIncident, ...]
    logs: LogsShown
