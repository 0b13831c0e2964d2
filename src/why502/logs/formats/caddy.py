"""Caddy's access log: JSON of the loggers `http.log.access…`, and its other lines at level info and below.

Time is when the request ended, seconds are `duration`. Neither the reason of a 502 nor the upstream stands there: the
line of `http.log.error…` with the same duration (to the nanosecond) tells the reason (`caddy_error`); the upstream does
where `log_append upstream {rp.upstream.hostport}` is configured. Status 0 or 499: the client left, or nothing
handled it.
"""

from why502.logs.format import Example, Judged, LogFormat, Signs, by_status
from why502.logs.plan import Key, Kind, Plan, Role, Shape, Unit
from why502.logs.prefixes import json_plans
from why502.observations.failure import FailureId

NAME = "caddy"
_ACCESS = Plan(
    name=NAME,
    shape=Shape.JSON,
    keys=(
        Key(path=("logger",), equals="http.log.access"),
        Key(path=("ts",), role=Role.TIME),
        Key(path=("status",), role=Role.STATUS),
        Key(path=("request", "method"), role=Role.METHOD),
        Key(path=("request", "uri"), role=Role.PATH),
        Key(path=("request", "remote_ip"), role=Role.CLIENT),
        Key(path=("duration",), role=Role.SECONDS),
        Key(path=("duration",), role=Role.KEY),
        Key(path=("upstream",), role=Role.UPSTREAM),
        Key(path=("latency_ms",), role=Role.UPSTREAM_SECONDS, unit=Unit.MILLISECONDS),
        Key(path=("latency_ms",), role=Role.WORD_A, present=True),
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
            Key(path=("msg",), equals=""),
            *more,
        ),
    )
    for level, *more in (
        ("info",),
        ("debug",),
        ("warn", Key(path=("logger",), equals="admin")),
        ("warn", Key(path=("logger",), equals="tls")),
        ("warn", Key(path=("logger",), equals="pki")),
        ("warn", Key(path=("logger",), equals="caddyfile")),
        ("warn", Key(path=("logger",), equals="http.auto_https")),
        ("warn", Key(path=("logger",), equals="http"), Key(path=("server_name",), equals="")),
        ("warn", Key(path=("signal",), equals="SIG")),
    )
)


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return json_plans(first, (_ACCESS, *_OTHERS), b'"ts"')


def judge(signs: Signs) -> Judged:
    """Judge by the status; a logged latency (word A) proves that the upstream answered."""
    judged = by_status(signs)
    if judged.failed and signs.words[0]:
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    return judged


EXAMPLES = (
    Example(
        line=b'{"level":"info","ts":1795287967.843352,"logger":"http.log.access.log0","msg":"handled request",'
        b'"request":{"remote_ip":"127.0.0.1","remote_port":"58406","proto":"HTTP/1.1","method":"GET","host":"127.0.0.1:29200",'
        b'"uri":"/s200","headers":{"Accept":["*/*"],"User-Agent":["evil\\",\\"status\\":502,\\" 502 "],"X":["{\\"a"]}},'
        b'"user_id":"","duration":0.001580843,"size":3,"status":200,"resp_headers":{"Server":["Caddy","up"]}}',
        at="2026-11-21T19:06:07Z",
        status=200,
        route="GET /*",
        client="127.0.0.1",
        seconds=0.00158,
    ),
    Example(
        line=b'{"level":"error","ts":1795287967.8975854,"logger":"http.log.access.log0","msg":"handled request",'
        b'"request":{"remote_ip":"127.0.0.1","remote_port":"58434","proto":"HTTP/1.1","method":"GET","host":"a",'
        b'"uri":"/close","headers":{}},"user_id":"","duration":0.000863625,"size":0,"status":502,'
        b'"resp_headers":{"Server":["Caddy"]}}',
        at="2026-11-21T19:06:07Z",
        status=502,
        route="GET /close",
        client="127.0.0.1",
        seconds=0.000863,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'{"level":"error","ts":"2026-11-21T19:06:07.898Z","logger":"http.log.access","msg":"handled request",'
        b'"request":{"remote_ip":"::1","method":"GET","host":"a","uri":"/up"},"duration":0.002,"size":9,"status":503,'
        b'"upstream":"127.0.0.1:29001","latency_ms":1.5}',
        at="2026-11-21T19:06:07Z",
        status=503,
        route="GET /up",
        upstream="127.0.0.1:29001",
        client="::1",
        seconds=0.002,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
    Example(
        line=b'{"level":"info","ts":1795287971.875293,"logger":"http.log.access.log0","msg":"handled request",'
        b'"request":{"remote_ip":"127.0.0.1","method":"GET","host":"a","uri":"/slow"},"duration":0.200509468,"size":0,'
        b'"status":0,"resp_headers":{"Server":["Caddy"]}}',
        at="2026-11-21T19:06:11Z",
        route="GET /slow",
        client="127.0.0.1",
        seconds=0.200509,
    ),
    Example(
        line=b'{"level":"info","ts":1795287965.480218,"logger":"http.log","msg":"server running","name":"s"}',
        at="2026-11-21T19:06:05Z",
    ),
    Example(
        line=b'{"level":"warn","ts":1795287965.4785724,"logger":"admin","msg":"admin endpoint disabled"}',
        at="2026-11-21T19:06:05Z",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="caddy",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Caddy documentation, How logging works, log (directive); modules/caddyhttp/server.go; seen with 2.6.2",
)
