"""Does it still fail? What fails the same way at the end failed all the time in between."""

from dataclasses import replace
from datetime import datetime

from why502.observations.failure import Failure, FailureId
from why502.observations.gateway import GatewayProcess
from why502.observations.place import Window
from why502.observations.probes import Met, TcpAttempt
from why502.observations.subjects import Endpoint, SocketPath
from why502.observations.want import As, Gap, Want
from why502.survey.survey import Survey

SAME = {
    FailureId.CONNECT_REFUSED: Met.REFUSED,
    FailureId.CONNECT_TIMEOUT: Met.TIMED_OUT,
    FailureId.CONNECT_UNREACHABLE: Met.UNREACHABLE,
    FailureId.CONNECT_DENIED: Met.DENIED,
    FailureId.CONNECT_NO_SOCKET: Met.NO_SOCKET,
}
CONNECT = 1.2
"""Seconds in which a second SYN goes out."""


async def fails_until(survey: Survey, failure: Failure, gateway: GatewayProcess | None) -> datetime | None:
    """Make the gateway's own connection once more; return when it failed in the same way, None if it did not."""
    met = SAME.get(failure.id)
    about = failure.about
    if met is None or not isinstance(about, Endpoint | SocketPath) or not survey.policy.probe:
        return None
    user = gateway.user if gateway is not None and isinstance(about, SocketPath) else None
    now = Window.instant(await survey.vantage.now())
    found = await survey.get(Want(kind=TcpAttempt, about=about, window=now, how=As(user=user, limit=CONNECT)))
    if isinstance(found, Gap):
        return None
    return next((each.seen.at.end for each in found if each.met is met), None)


def until(failure: Failure, end: datetime, count: int) -> Failure:
    """Let a failure last until then."""
    window = Window(start=failure.seen.at.start, end=max(end, failure.seen.at.end))
    return replace(failure, seen=replace(failure.seen, at=window), count=max(count, failure.count))
