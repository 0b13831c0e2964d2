"""Traefik's access log as JSON (`accessLog.format: json`), versions 1.7 to 3.

Time is the request's start (UTC); durations are nanoseconds. Traefik's own 502 and a 502 passed on look alike unless
headers are kept: then an answer with a Content-Type or Server of the origin came from there. The reason stands in the
other log, at level DEBUG only (`traefik_error_json`).
"""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Plan, Role, Shape, Unit
from why502.logs.prefixes import json_plans
from why502.logs.reading import read
from why502.observations.failure import FailureId

MOST_TRIED = 16
NAME = "traefik-json"
_KEYS = (
    Key(path=("DownstreamStatus",), role=Role.STATUS, equals=""),
    Key(path=("OriginStatus",), role=Role.UPSTREAM_STATUS),
    Key(path=("RequestMethod",), role=Role.METHOD),
    Key(path=("RequestPath",), role=Role.PATH),
    Key(path=("ClientHost",), role=Role.CLIENT),
    Key(path=("Duration",), role=Role.SECONDS, unit=Unit.NANOSECONDS),
    Key(path=("OriginDuration",), role=Role.UPSTREAM_SECONDS, unit=Unit.NANOSECONDS),
    Key(path=("origin_Content-Type",), role=Role.WORD_A, present=True),
    Key(path=("origin_Server",), role=Role.WORD_B, present=True),
)
# ServiceURL is a URL in the last versions, an object before; the bare address is there in all of them.
_UPSTREAMS = (
    (Key(path=("ServiceAddr",), role=Role.UPSTREAM, equals=""),),
    (Key(path=("ServiceURL",), role=Role.UPSTREAM), Key(path=("ServiceURL", "Host"), role=Role.UPSTREAM)),
)
PLANS = tuple(
    Plan(name=NAME, shape=Shape.JSON, keys=(Key(path=(time,), role=Role.TIME), *_KEYS, *upstream))
    for time in ("StartUTC", "time")
    for upstream in _UPSTREAMS
)


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    made = json_plans(first, PLANS, b'"DownstreamStatus"')
    # One file is of one version: a plan that reads none of its first lines is tried after those that do.
    return tuple(sorted(made, key=lambda plan: not any(read(plan, line) for line in first[:MOST_TRIED])))


def judge(signs: Signs) -> Judged:
    """Judge by the status, by what the origin is said to have answered (it may be Traefik's own), and its headers."""
    if signs.status not in FAILED_STATUS:
        return Judged()
    if signs.words[0] or signs.words[1]:
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    unchosen = not signs.upstream and signs.status == 503 and signs.upstream_status in (b"", b"0")  # noqa: PLR2004
    if unchosen:
        return Judged(failed=True, failure=FailureId.NO_LIVE_UPSTREAM)
    return Judged(failed=True, failure=FailureId.UNKNOWN, partner=True)


EXAMPLES = (
    Example(
        line=b'{"ClientAddr":"203.0.113.7:41022","ClientHost":"203.0.113.7","ClientPort":"41022","ClientUsername":"-",'
        b'"DownstreamContentSize":3,"DownstreamStatus":200,"Duration":1544321,"OriginContentSize":3,'
        b'"OriginDuration":1400000,"OriginStatus":200,"Overhead":144321,"RequestAddr":"shop.example",'
        b'"RequestHost":"shop.example","RequestMethod":"GET","RequestPath":"/cart\\",\\"DownstreamStatus\\":502, 502 ",'
        b'"RequestProtocol":"HTTP/1.1","RetryAttempts":0,"RouterName":"shop@file","ServiceAddr":"10.0.0.5:8000",'
        b'"ServiceName":"shop@file","ServiceURL":"http://10.0.0.5:8000","StartLocal":"2026-11-21T14:37:44.1+01:00",'
        b'"StartUTC":"2026-11-21T13:37:44.123456789Z","entryPointName":"web","level":"info","msg":"",'
        b'"time":"2026-11-21T13:37:45Z"}',
        at="2026-11-21T13:37:44Z",
        status=200,
        route="GET /*",
        upstream="10.0.0.5:8000",
        client="203.0.113.7",
        seconds=0.001544,
    ),
    Example(
        line=b'{"ClientHost":"203.0.113.7","DownstreamContentSize":11,"DownstreamStatus":502,"Duration":544321,'
        b'"OriginContentSize":11,"OriginDuration":500000,"OriginStatus":502,"RequestMethod":"GET",'
        b'"RequestPath":"/refused","RouterName":"r@file","ServiceAddr":"10.0.0.5:8000",'
        b'"ServiceURL":{"Scheme":"http","Host":"10.0.0.5:8000","Path":""},"StartUTC":"2026-11-21T13:37:44.2Z",'
        b'"level":"info","msg":"","time":"2026-11-21T13:37:44Z"}',
        at="2026-11-21T13:37:44Z",
        status=502,
        route="GET /refused",
        upstream="10.0.0.5:8000",
        client="203.0.113.7",
        seconds=0.000544,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'{"ClientHost":"203.0.113.7","DownstreamContentSize":20,"DownstreamStatus":503,"Duration":44321,'
        b'"OriginContentSize":0,"OriginDuration":0,"OriginStatus":0,"RequestMethod":"GET","RequestPath":"/none",'
        b'"RouterName":"r@file","StartUTC":"2026-11-21T13:37:44.2Z","time":"2026-11-21T13:37:44Z"}',
        at="2026-11-21T13:37:44Z",
        status=503,
        route="GET /none",
        client="203.0.113.7",
        seconds=0.000044,
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
    Example(
        line=b'{"ClientHost":"203.0.113.7","DownstreamStatus":503,"Duration":44321,"OriginStatus":503,"RequestMethod":'
        b'"GET","RequestPath":"/up","ServiceAddr":"10.0.0.5:8000","StartUTC":"2026-11-21T13:37:44.2Z",'
        b'"origin_Content-Type":"text/html","time":"2026-11-21T13:37:44Z"}',
        at="2026-11-21T13:37:44Z",
        status=503,
        route="GET /up",
        upstream="10.0.0.5:8000",
        client="203.0.113.7",
        seconds=0.000044,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="traefik",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Traefik documentation, Access logs: available fields; pkg/middlewares/accesslog/logdata.go",
)
