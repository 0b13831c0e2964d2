"""Any `log_format` of nginx: as given, or guessed from the lines: labelled or well-known values in a row, or JSON."""

from functools import cache

from why502.logs import nginx_guess, nginx_plans
from why502.logs.format import Example, LogFormat
from why502.logs.formats import nginx_combined
from why502.logs.nginx_access import COMBINED, Escape
from why502.logs.plan import Literal, Plan, Role, Take
from why502.logs.reading import read
from why502.observations.failure import FailureId

NAME = "nginx"
MAIN = COMBINED + ' "$http_x_forwarded_for"'
"""The format `main` of the packages of nginx.org and of many distributions."""

MOST_PLANS = 12
ANYTHING = Plan(
    name=NAME,
    steps=(*nginx_combined.STEPS, Literal(text=b" "), Take(role=Role.NONE)),
    needs=frozenset({Role.TIME, Role.STATUS}),
)
"""Combined with something behind that is not understood."""


@cache
def _compiled(text: str, escape: Escape) -> tuple[Plan, ...]:
    try:
        return nginx_plans.compiled(text, NAME, escape)
    except ValueError:
        return ()


def _plans(lines: tuple[bytes, ...]) -> tuple[Plan, ...]:
    made: list[Plan] = []
    some = nginx_guess.spread(lines)
    for text in (*nginx_guess.guesses(lines), MAIN):
        plans = _compiled(text, Escape.JSON if text.startswith("{") else Escape.DEFAULT)
        if any(read(plan, line) is not None for line in some for plan in plans):
            made += plans
    made += nginx_plans.keyed(nginx_guess.paths(lines), NAME)
    if any(read(ANYTHING, line) is not None for line in some):
        made.append(ANYTHING)
    return tuple(made[:MOST_PLANS])


def _directive(text: str) -> tuple[Plan, ...]:
    return nginx_plans.from_text(text, NAME)


LABELLED = (
    '127.0.0.1 - - [20/Nov/2026:14:02:{second} +0000] "GET {path} HTTP/1.1" {status} 157 "-" "{agent}" '
    'rt={seconds} us="{told}" ua="{server}" uct="{connect}" uht="{header}" urt="{seconds}"'
)


def _labelled(**values: str) -> bytes:
    return LABELLED.format(**values).encode()


EXAMPLES = (
    Example(
        line=_labelled(
            second="10",
            path="/api/items/17",
            status="200",
            agent="curl/8.4.0",
            seconds="0.004",
            told="200",
            server="127.0.0.1:8000",
            connect="0.000",
            header="0.003",
        ),
        at="2026-11-20T14:02:10Z",
        status=200,
        route="GET /api/items/*",
        upstream="127.0.0.1:8000",
        client="127.0.0.1",
        seconds=0.004,
    ),
    Example(
        line=_labelled(
            second="11",
            path="/",
            status="502",
            agent="curl/8.4.0",
            seconds="0.000",
            told="502",
            server="127.0.0.1:8001",
            connect="-",
            header="-",
        ),
        at="2026-11-20T14:02:11Z",
        status=502,
        route="GET /",
        upstream="127.0.0.1:8001",
        client="127.0.0.1",
        seconds=0.0,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=_labelled(
            second="12",
            path="/slow",
            status="504",
            agent="curl/8.4.0",
            seconds="1.001",
            told="504",
            server="127.0.0.1:8002",
            connect="0.000",
            header="-",
        ),
        at="2026-11-20T14:02:12Z",
        status=504,
        route="GET /slow",
        upstream="127.0.0.1:8002",
        client="127.0.0.1",
        seconds=1.001,
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=_labelled(
            second="13",
            path="/slow",
            status="504",
            agent="curl/8.4.0",
            seconds="1.001",
            told="504",
            server="10.255.255.1:80",
            connect="-",
            header="-",
        ),
        at="2026-11-20T14:02:13Z",
        status=504,
        route="GET /slow",
        upstream="10.255.255.1:80",
        client="127.0.0.1",
        seconds=1.001,
        failed=True,
        failure=FailureId.CONNECT_TIMEOUT,
    ),
    Example(
        line=_labelled(
            second="14",
            path="/own",
            status="502",
            agent="curl/8.4.0",
            seconds="0.002",
            told="502",
            server="127.0.0.1:8000",
            connect="0.000",
            header="0.002",
        ),
        at="2026-11-20T14:02:14Z",
        status=502,
        route="GET /own",
        upstream="127.0.0.1:8000",
        client="127.0.0.1",
        seconds=0.002,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
    Example(
        line=_labelled(
            second="15",
            path="/two",
            status="200",
            agent="curl/8.4.0",
            seconds="0.002",
            told="502, 200",
            server="127.0.0.1:8001, 127.0.0.1:8000",
            connect="-, 0.000",
            header="-, 0.002",
        ),
        at="2026-11-20T14:02:15Z",
        status=200,
        route="GET /two",
        upstream="127.0.0.1:8000",
        client="127.0.0.1",
        seconds=0.002,
    ),
    Example(
        line=_labelled(
            second="16",
            path="/three",
            status="504",
            agent="curl/8.4.0",
            seconds="2.002",
            told="504, 504",
            server="10.255.255.1:80, 127.0.0.1:8002",
            connect="-, 0.000",
            header="-, -",
        ),
        at="2026-11-20T14:02:16Z",
        status=504,
        route="GET /three",
        upstream="127.0.0.1:8002",
        client="127.0.0.1",
        seconds=2.002,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=_labelled(
            second="17",
            path="/x",
            status="200",
            agent='\\x22 rt=9.000 us=\\x22 502 \\x22 ua=\\x2210.0.0.9:80\\x22" 502 157',
            seconds="0.001",
            told="200",
            server="127.0.0.1:8000",
            connect="0.000",
            header="0.001",
        ).replace(b'" 502 157"', b' 502 157"'),
        at="2026-11-20T14:02:17Z",
        status=200,
        route="GET /x",
        upstream="127.0.0.1:8000",
        client="127.0.0.1",
        seconds=0.001,
    ),
    Example(
        line=_labelled(
            second="17",
            path="/none",
            status="502",
            agent="curl/8.4.0",
            seconds="0.001",
            told="502, 502",
            server="127.0.0.1:8001, shop",
            connect="-, -",
            header="-, -",
        ),
        at="2026-11-20T14:02:17Z",
        status=502,
        route="GET /none",
        upstream="shop",
        client="127.0.0.1",
        seconds=0.001,
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
    Example(
        line=b'10.0.0.7 - - [20/Nov/2026:14:02:18 +0000] "GET / HTTP/1.1" 503 197 "-" "curl/8.4.0" "203.0.113.9"',
        at="2026-11-20T14:02:18Z",
        status=503,
        route="GET /",
        client="10.0.0.7",
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'{"upstream":{"upstream_status":"502, 504","upstream_addr":"10.0.0.1:80, 10.0.0.2:80"},"status":504,'
        b'"@timestamp":"2026-11-20T14:02:20.123Z","agent":"\\",\\"status\\":\\"200\\"","request_method":"GET","uri":"/a"}',
        at="2026-11-20T14:02:20Z",
        status=504,
        route="GET /a",
        upstream="10.0.0.2:80",
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'{"time_iso8601":"2026-11-20T14:02:19+00:00","remote_addr":"10.0.0.7","request":"GET /a\\"b HTTP/1.1",'
        b'"status":504,"upstream_addr":"127.0.0.1:8002","upstream_status":"504","upstream_connect_time":"0.000",'
        b'"request_time":1.001,"http_user_agent":"\\",\\"status\\":\\"200\\""}',
        at="2026-11-20T14:02:19Z",
        status=504,
        route="GET /*",
        upstream="127.0.0.1:8002",
        client="10.0.0.7",
        seconds=1.001,
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="nginx",
    plans=_plans,
    judge=nginx_plans.judge,
    examples=EXAMPLES,
    source="nginx, ngx_http_log_module (log_format) and ngx_http_upstream_module (variables); seen with 1.22.1",
    rank=55,
    directive=_directive,
)
