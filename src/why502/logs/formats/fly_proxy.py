"""What Fly.io's proxy reports about requests that failed, as `fly logs` prints it: messages with a code in brackets.

There is no line for a served request. The machine in brackets is the upstream. Lines of applications, runners and
health checks beside it are known as such, whatever they hold.
"""

from why502.logs.format import Example, Judged, LogFormat, Signs
from why502.logs.plan import Kind, Literal, Plan, Role, Step, Take
from why502.observations.failure import FailureId

NAME = "fly-proxy"

_TIME = Take(role=Role.TIME, stop=b" ", bare=True)
_REGION: tuple[Step, ...] = (Literal(text=b"] "), Take(role=Role.NONE, stop=b" ", bare=True))


def _message(level: bytes) -> Plan:
    steps: tuple[Step, ...] = (
        _TIME,
        Literal(text=b" proxy["),
        Take(role=Role.UPSTREAM, stop=b"]", bare=True),
        *_REGION,
        Literal(text=b" [" + level + b"] ["),
        Take(role=Role.WORD_A, stop=b"]", bare=True),
        Literal(text=b"]"),
        Take(role=Role.NONE),
    )
    return Plan(name=NAME, kind=Kind.MESSAGE, steps=steps, needs=frozenset({Role.TIME, Role.WORD_A}), naive_utc=True)


def _other(process: bytes) -> Plan:
    steps: tuple[Step, ...] = (
        _TIME,
        Literal(text=b" " + process + b"["),
        Take(role=Role.NONE, stop=b"]", bare=True),
        *_REGION,
        Literal(text=b" ["),
        Take(role=Role.NONE),
    )
    return Plan(name=NAME, kind=Kind.OTHER, steps=steps, needs=frozenset({Role.TIME}), naive_utc=True)


PLANS = (
    *(_message(level) for level in (b"error", b"warn")),
    *(_other(process) for process in (b"app", b"runner", b"health", b"machine")),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


CODES = {
    b"PU01": FailureId.INVALID_RESPONSE,
    b"PU02": FailureId.CLOSED_BEFORE_RESPONSE,
    b"PU03": FailureId.CONNECT_UNREACHABLE,
    b"PC01": FailureId.CONNECT_REFUSED,
    b"PC02": FailureId.CONNECT_REFUSED,
    b"PC03": FailureId.RESET_BEFORE_RESPONSE,
    b"PC04": FailureId.CLOSED_BEFORE_RESPONSE,
    b"PC05": FailureId.CONNECT_TIMEOUT,
    b"PC06": FailureId.RESET_BEFORE_RESPONSE,
    b"PC07": FailureId.CONNECT_REFUSED,
    b"PM07": FailureId.NO_LIVE_UPSTREAM,
    b"PM08": FailureId.NO_LIVE_UPSTREAM,
    b"PR01": FailureId.NO_LIVE_UPSTREAM,
    b"PR02": FailureId.NO_LIVE_UPSTREAM,
    b"PR03": FailureId.NO_LIVE_UPSTREAM,
    b"PR04": FailureId.NO_LIVE_UPSTREAM,
    b"PL01": FailureId.GATEWAY_LIMIT,
    b"PL02": FailureId.GATEWAY_LIMIT,
}


def judge(signs: Signs) -> Judged:
    """Judge by the code; one that is not known here may speak about anything."""
    failure = CODES.get(signs.words[0])
    return Judged(failed=failure is not None, failure=failure)


EXAMPLES = (
    Example(
        line=b"2026-11-20T14:02:11.789 proxy[0a1b2c3d4e5f67] fra [error] [PC01] instance refused connection. is your "
        b"app "
        b"listening on 0.0.0.0:8080? make sure it is not only listening on 127.0.0.1",
        at="2026-11-20T14:02:11Z",
        upstream="0a1b2c3d4e5f67",
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b"2026-11-20T14:02:12Z proxy[0a1b2c3d4e5f67] fra [error] [PR04] could not find a good candidate within 40 "
        b"attempts at load balancing",
        at="2026-11-20T14:02:12Z",
        upstream="0a1b2c3d4e5f67",
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
    Example(
        line=b"2026-11-20T14:02:13Z app[0a1b2c3d4e5f67] fra [info] GET /502 2026-11-20T14:02:13Z proxy[f] fra "
        b"[error] [PC01] 502",
        at="2026-11-20T14:02:13Z",
    ),
    Example(
        line=b"2026-11-20T14:02:14Z proxy[0a1b2c3d4e5f67] fra [error] [PA01] request body over the replay buffer",
        at="2026-11-20T14:02:14Z",
        upstream="0a1b2c3d4e5f67",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="fly",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Fly.io docs: Error codes of the proxy; Logs",
)
