"""Traefik's own log as JSON (`log.format: json`): why a request was answered 502, 504 or 500, at level DEBUG.

Such a line has neither router nor request; it is joined by time alone. Failed health checks are only known as no
request.
"""

from why502.logs import go_errors
from why502.logs.format import Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Kind, Plan, Role, Shape
from why502.logs.prefixes import json_plans
from why502.observations.failure import FailureId

NAME = "traefik-error-json"
_MESSAGES = tuple(
    Plan(
        name=NAME,
        shape=Shape.JSON,
        kind=Kind.MESSAGE,
        keys=(
            Key(path=("level",), equals=""),
            Key(path=("time",), role=Role.TIME),
            Key(path=("message",), equals=answer),
            Key(path=("error",), role=Role.WORD_A, equals=""),
        ),
    )
    for answer in ("502 Bad Gateway", "504 Gateway Timeout", "500 Internal Server Error")
)
_OTHER = Plan(
    name=NAME,
    shape=Shape.JSON,
    kind=Kind.OTHER,
    keys=(
        Key(path=("level",), equals=""),
        Key(path=("time",), role=Role.TIME),
        Key(path=("message",), equals=""),
    ),
)


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return json_plans(first, (*_MESSAGES, _OTHER), b'"message"')


def judge(signs: Signs) -> Judged:
    """Judge by Go's error text (word A). A time-out of reading the client's body is no fault of the upstream."""
    if signs.words[0].startswith(b"readfrom "):
        return Judged()
    failure = go_errors.failure(signs.words[0])
    return Judged(failed=failure is not None, failure=failure)


EXAMPLES = (
    Example(
        line=b'{"level":"debug","error":"dial tcp 10.0.0.5:8000: connect: connection refused",'
        b'"time":"2026-11-21T13:37:44Z","message":"502 Bad Gateway"}',
        at="2026-11-21T13:37:44Z",
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b'{"level":"error","error":"tls: failed to verify certificate: x509: certificate signed by unknown '
        b'authority","time":"2026-11-21T13:37:44Z","message":"500 Internal Server Error"}',
        at="2026-11-21T13:37:44Z",
        failed=True,
        failure=FailureId.TLS_FAILED,
    ),
    Example(
        line=b'{"level":"debug","error":"readfrom tcp 10.0.0.7:41000->10.0.0.5:8000: read tcp 10.0.0.7:80->9.9.9.9'
        b':502: i/o timeout","time":"2026-11-21T13:37:44Z","message":"504 Gateway Timeout"}',
        at="2026-11-21T13:37:44Z",
    ),
    Example(
        line=b'{"level":"warn","time":"2026-11-21T13:37:45Z","serviceName":"s@file","error":"received error status '
        b'code: 503 ","message":"Health check failed."}',
        at="2026-11-21T13:37:45Z",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="traefik",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Traefik, pkg/proxy/httputil/proxy.go, pkg/logs; texts of Go's net and net/http",
    rank=60,
)
