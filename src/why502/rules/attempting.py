"""What a gateway would have said of a probe's attempt."""

from why502.observations.failure import FailureId
from why502.observations.gateway import RouteTaken
from why502.observations.probes import Met, Reply, ResponseAttempt

ERRORS = frozenset({502, 503, 504})


def failure_of_attempt(attempt: ResponseAttempt, route: RouteTaken) -> FailureId | None:
    """Name what the gateway would have said of this attempt; None for a sound answer that it would pass on as good."""
    match attempt.reply:
        case Reply.CLOSED:
            return FailureId.CLOSED_BEFORE_RESPONSE
        case Reply.RESET:
            return FailureId.RESET_BEFORE_RESPONSE
        case Reply.TIMED_OUT:
            return FailureId.RESPONSE_TIMEOUT
        case Reply.INVALID:
            return FailureId.INVALID_RESPONSE
        case Reply.TOO_BIG:
            return FailureId.HEADER_TOO_BIG
        case Reply.ANSWERED:
            return _answered(attempt, route)
        case None:
            return _not_connected(attempt.met)


def _answered(attempt: ResponseAttempt, route: RouteTaken) -> FailureId | None:
    if attempt.head_bytes > route.settings.buffer_size:
        return FailureId.HEADER_TOO_BIG
    if attempt.seconds > route.settings.read_timeout:
        return FailureId.RESPONSE_TIMEOUT
    return FailureId.UPSTREAM_ANSWERED_ERROR if attempt.status in ERRORS else None


def _not_connected(met: Met) -> FailureId | None:
    return {
        Met.REFUSED: FailureId.CONNECT_REFUSED,
        Met.TIMED_OUT: FailureId.CONNECT_TIMEOUT,
        Met.UNREACHABLE: FailureId.CONNECT_UNREACHABLE,
        Met.DENIED: FailureId.CONNECT_DENIED,
        Met.NO_SOCKET: FailureId.CONNECT_NO_SOCKET,
        Met.QUEUE_FULL: FailureId.CONNECT_EXHAUSTED,
        Met.EXHAUSTED: FailureId.CONNECT_EXHAUSTED,
        Met.CONNECTED: FailureId.TLS_FAILED,
    }.get(met)
