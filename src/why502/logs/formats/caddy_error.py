"""Caddy's lines about failed requests: the loggers `http.log.error…`, and answers that the proxy had to break off.

`msg` is the Go error, the true reason. The access line of the same request has the same `duration`, to the nanosecond.
The upstream is named by lines of the second kind only, and only since 2.7.
"""

from why502.logs import go_errors
from why502.logs.format import Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Kind, Plan, Role, Shape
from why502.logs.prefixes import json_plans
from why502.observations.failure import FailureId

NAME = "caddy-error"
_REQUEST = (
    Key(path=("ts",), role=Role.TIME),
    Key(path=("request", "method"), role=Role.METHOD),
    Key(path=("request", "uri"), role=Role.PATH),
    Key(path=("request", "remote_ip"), role=Role.CLIENT),
    Key(path=("duration",), role=Role.SECONDS),
    Key(path=("duration",), role=Role.KEY),
)
_FAILED = Plan(
    name=NAME,
    shape=Shape.JSON,
    kind=Kind.MESSAGE,
    keys=(
        Key(path=("logger",), equals="http.log.error"),
        Key(path=("msg",), role=Role.WORD_A),
        Key(path=("status",), role=Role.STATUS),
        *_REQUEST,
    ),
)
_CUT = Plan(
    name=NAME,
    shape=Shape.JSON,
    kind=Kind.MESSAGE,
    keys=(
        Key(path=("logger",), equals="http.handlers.reverse_proxy"),
        Key(path=("msg",), equals="aborting with incomplete response"),
        Key(path=("error",), role=Role.WORD_B),
        Key(path=("upstream",), role=Role.UPSTREAM),
        *_REQUEST,
    ),
)
_DYNAMIC = Plan(
    name=NAME,
    shape=Shape.JSON,
    kind=Kind.MESSAGE,
    keys=(
        Key(path=("logger",), equals="http.handlers.reverse_proxy"),
        Key(path=("msg",), equals="failed getting dynamic upstreams"),
        Key(path=("error",), role=Role.WORD_A),
        *_REQUEST,
    ),
)
_OTHERS = tuple(
    Plan(
        name=NAME,
        shape=Shape.JSON,
        kind=Kind.OTHER,
        keys=(
            Key(path=("level",), equals=level),
            Key(path=("ts",), role=Role.TIME, equals=""),
            Key(path=("logger",), equals="http.handlers.reverse_proxy"),
        ),
    )
    for level in ("error", "warn")
)


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return json_plans(first, (_FAILED, _CUT, _DYNAMIC, *_OTHERS), b'"ts"')


def judge(signs: Signs) -> Judged:
    """Judge by Go's error text (word A); in word B it ended an answer that had begun."""
    reason, cut = signs.words[:2]
    if cut:
        if cut.startswith(b"context canceled"):
            return Judged()
        bad = b"chunk" in cut
        return Judged(failed=True, failure=FailureId.INVALID_RESPONSE if bad else FailureId.TRUNCATED_RESPONSE)
    failure = go_errors.failure(reason)
    return Judged(failed=failure is not None, failure=failure)


EXAMPLES = (
    Example(
        line=b'{"level":"error","ts":1795287971.6262486,"logger":"http.log.error.log0","msg":"dial tcp 127.0.0.1:'
        b'29002: connect: connection refused","request":{"remote_ip":"127.0.0.1","remote_port":"58512",'
        b'"method":"GET","host":"127.0.0.1:29200","uri":"/refused","headers":{"Accept":["*/*"]}},'
        b'"duration":0.000406395,"status":502,"err_id":"p1nps7d27","err_trace":"reverseproxy.statusError '
        b'(reverseproxy.go:1272)"}',
        at="2026-11-21T19:06:11Z",
        status=502,
        route="GET /refused",
        client="127.0.0.1",
        seconds=0.000406,
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b'{"level":"warn","ts":1795287968.0301878,"logger":"http.handlers.reverse_proxy","msg":"aborting with '
        b'incomplete response","upstream":"127.0.0.1:29001","duration":0.101006588,"request":{"remote_ip":"127.0.0.1",'
        b'"method":"GET","host":"a","uri":"/trunc"},"error":"unexpected EOF"}',
        at="2026-11-21T19:06:08Z",
        route="GET /trunc",
        upstream="127.0.0.1:29001",
        client="127.0.0.1",
        seconds=0.101006,
        failed=True,
        failure=FailureId.TRUNCATED_RESPONSE,
    ),
    Example(
        line=b'{"level":"error","ts":1795287971.6023328,"logger":"http.handlers.reverse_proxy","msg":"aborting with '
        b'incomplete response","error":"context canceled"}',
        at="2026-11-21T19:06:11Z",
    ),
    Example(
        line=b'{"level":"error","ts":1795287968.030052,"logger":"http.handlers.reverse_proxy","msg":"reading from '
        b'backend","error":"unexpected EOF"}',
        at="2026-11-21T19:06:08Z",
    ),
    Example(
        # Not a failure of the proxy: what handled the request said 404, and the client's words are all of the path.
        line=b'{"level":"error","ts":1795287971.6262486,"logger":"http.log.error","msg":"{id=abc} '
        b'fileserver.(*FileServer).notFound: HTTP 404","request":{"remote_ip":"127.0.0.1","method":"GET","host":"a",'
        b'"uri":"/%20502%20dial%20tcp\\" 502 connection refused"},"duration":0.0001,"status":404}',
        at="2026-11-21T19:06:11Z",
        status=404,
        route="GET /*",
        client="127.0.0.1",
        seconds=0.0001,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="caddy",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Caddy, modules/caddyhttp/server.go and reverseproxy/reverseproxy.go; seen with 2.6.2",
)
