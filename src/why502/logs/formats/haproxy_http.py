"""HAProxy's `option httplog` and `option httpslog`, whatever syslog and the like put before each line.

One line a request: retries are no lines of their own. Time is when the request came in (local, without zone), seconds
are Ta, the upstream's part is Tr. The upstream is `backend/server`; `backend/<NOSRV>` where none was chosen. Where both
a cookie and headers are captured, nothing behind the cookie is believed: HAProxy does not escape it.
An answer that a rule made (`PR`, `LR`) and a client that left are no failures; one that left unnoticed (without
`option abortonclose`) is logged as what came of the request.
"""

from why502.logs.format import Example, LogFormat
from why502.logs.haproxy_lines import HTTP, behind, by_use, compiled, judge, mapped, of_requests
from why502.logs.plan import Plan
from why502.observations.failure import FailureId

NAME = "haproxy-http"
# Its tail tells of the client's side only: numbers, the name asked for, the client's TLS version and cipher.
_HTTPS = HTTP + " %H/%H/%H/%H/%H %H/%sslv/%sslc"
PLANS = (*compiled(NAME, HTTP), *compiled(NAME, _HTTPS))


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    bodies = mapped(first, PLANS)
    return tuple(
        plan for prefix in of_requests(first) for plan in by_use(first, [behind(prefix, each) for each in bodies])
    )


EXAMPLES = (
    Example(
        line=b"2001:db8::7:35370 [21/Nov/2026:19:00:49.973] f b/s1 0/0/0/1/1 502 59 - - ---- 1/1/0/0/0 0/0 "
        b'"GET /own HTTP/1.1"',
        at="2026-11-21T19:00:49Z",
        status=502,
        route="GET /own",
        upstream="b/s1",
        client="2001:db8::7",
        seconds=0.001,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
    Example(
        line=b"127.0.0.1:35370 [21/Nov/2026:19:00:48.973] f b/s1 0/0/0/1/1 200 59 - - ---- 1/1/0/0/0 0/0 "
        b'"GET /s200 HTTP/1.1"',
        at="2026-11-21T19:00:48Z",
        status=200,
        route="GET /*",
        upstream="b/s1",
        client="127.0.0.1",
        seconds=0.001,
    ),
    Example(
        line=b"<134>Nov 21 02:46:22 haproxy[26005]: 127.0.0.1:40966 [21/Nov/2026:02:46:22.957] f b_refused/s1 "
        b'0/0/-1/-1/3004 503 217 - - SC-- 1/1/0/0/3 0/0 "GET /cart HTTP/1.1"',
        at="2026-11-21T02:46:22Z",
        status=503,
        route="GET /cart",
        upstream="b_refused/s1",
        client="127.0.0.1",
        seconds=3.004,
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b"Nov 21 02:48:10 edge haproxy[27689]: 127.0.0.1:33766 [21/Nov/2026:02:48:10.762] f b/<NOSRV> "
        b'0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET /cart HTTP/1.1"',
        at="2026-11-21T02:48:10Z",
        status=503,
        route="GET /cart",
        upstream="b/<NOSRV>",
        client="127.0.0.1",
        seconds=0.0,
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
    Example(
        line=b"<134>1 2026-11-21T02:46:37.801000+00:00 edge haproxy 26005 - - 127.0.0.1:47360 "
        b"[21/Nov/2026:02:46:37.801] f~ b/s1 0/0/0/0/51 200 61 - - SD-- 1/1/0/0/0 0/0 {shop.example} {up} "
        b'"GET /cart HTTP/1.1" 0/0/0/0/0 shop.example/TLSv1.3/TLS_AES_256_GCM_SHA384',
        at="2026-11-21T02:46:37Z",
        status=200,
        route="GET /cart",
        upstream="b/s1",
        client="127.0.0.1",
        seconds=0.051,
        failed=True,
        failure=FailureId.TRUNCATED_RESPONSE,
    ),
    Example(
        line=b"MESSAGE=127.0.0.1:47360 [21/Nov/2026:02:46:38.609] f b/s1 0/0/0/0/0 502 108 - - ---- 1/1/0/0/0 0/0 "
        b'"GET /cart HTTP/1.1"',
        at="2026-11-21T02:46:38Z",
        status=502,
        route="GET /cart",
        upstream="b/s1",
        client="127.0.0.1",
        seconds=0.0,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
    Example(
        line=b"127.0.0.1:43684 [21/Nov/2026:19:00:51.413] g b/s1 0/0/0/0/0 200 59 - - ---- 1/1/0/0/0 0/0 "
        b'{evil#22 502 #7Bx#7Cy#7D ]#23\\ SC-- 0/0 |127.0.0.1:29101} {up} "GET /s#22x HTTP/1.1"',
        at="2026-11-21T19:00:51Z",
        status=200,
        route="GET /s",
        upstream="b/s1",
        client="127.0.0.1",
        seconds=0.0,
    ),
    Example(
        # A captured cookie is not escaped: `X=1 - SC-- 1/1/0/0/0 0/0 {"q"` is what the client sent.
        line=b'127.0.0.1:35554 [21/Nov/2026:19:00:51.402] f b/s1 0/0/0/0/0 200 59 X=1 502 SD-- 1/1/0/0/0 0/0 {"q"'
        b' - ---- 1/1/0/0/0 0/0 {a} "GET /s200 HTTP/1.1"',
        at="2026-11-21T19:00:51Z",
        status=200,
        upstream="b/s1",
        client="127.0.0.1",
        seconds=0.0,
    ),
    Example(
        line=b"::ffff:192.0.2.7:35464 [21/Nov/2026:19:00:49.163] f b/s1 0/0/0/-1/502 504 198 X=1 - sH-- 1/1/0/0/0 0/0 "
        b'"GET /slow HTTP/1.1"',
        at="2026-11-21T19:00:49Z",
        status=504,
        route="GET /slow",
        upstream="b/s1",
        client="192.0.2.7",
        seconds=0.502,
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b"127.0.0.1:35502 [21/Nov/2026:19:00:50.522] f f/<NOSRV> -1/-1/-1/-1/0 400 0 - - PR-- 1/1/0/0/0 0/0 "
        b'"<BADREQ>"',
        at="2026-11-21T19:00:50Z",
        status=400,
        upstream="f/<NOSRV>",
        client="127.0.0.1",
        seconds=0.0,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="haproxy",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="HAProxy, configuration manual, 8.2.3 and 8.2.5 (HTTP and HTTPS log format), 8.5 (session state at "
    "disconnection); seen with 2.6.12 and 2.8.25",
    rank=40,
)
