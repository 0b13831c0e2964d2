"""AWS Classic Load Balancer: space-separated fields; quotes inside the client's text stand after a backslash.

The backend's status is `0` or `-` if nothing came from it. A kept-alive connection that the instance closed shows as
504 here (a 502 on the newer balancers), so that a 504 without a backend's status is "no answer in time" and no more.
"""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Literal, Plan, Quote, Role, Step, Take
from why502.observations.failure import FailureId

NAME = "aws-elb-classic"


def _word(role: Role = Role.NONE) -> tuple[Step, ...]:
    return Take(role=role, stop=b" ", bare=True), Literal(text=b" ")


_START = (*_word(Role.TIME), *_word())
_CLIENT_V6: tuple[Step, ...] = (Literal(text=b"["), Take(role=Role.CLIENT, stop=b"]"), Literal(text=b"]:"), *_word())
_CLIENT_V4: tuple[Step, ...] = (Take(role=Role.CLIENT, stop=b":", bare=True), Literal(text=b":"), *_word())
_END: tuple[Step, ...] = (
    *_word(Role.UPSTREAM),
    *_word(),
    *_word(Role.UPSTREAM_SECONDS),
    *_word(),
    *_word(Role.STATUS),
    *_word(Role.UPSTREAM_STATUS),
    *_word(),
    *_word(),
    Literal(text=b'"'),
    Take(role=Role.REQUEST, stop=b'"', quote=Quote.BACKSLASH),
    Literal(text=b'"'),
    Take(role=Role.NONE),  # user agent and TLS, in newer logs
)
_NEEDS = frozenset({Role.TIME, Role.STATUS})
PLANS = tuple(Plan(name=NAME, steps=(*_START, *client, *_END), needs=_NEEDS) for client in (_CLIENT_V6, _CLIENT_V4))


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


_OWN = {
    502: FailureId.INVALID_RESPONSE,
    503: FailureId.NO_LIVE_UPSTREAM,
    504: FailureId.RESPONSE_TIMEOUT,
}


def judge(signs: Signs) -> Judged:
    """Judge by both statuses."""
    if signs.status not in FAILED_STATUS:
        return Judged()
    if signs.upstream_status == b"%d" % signs.status:
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    own = signs.upstream_status.strip(b"0-") == b""
    return Judged(failed=True, failure=_OWN.get(signs.status, FailureId.UNKNOWN) if own else FailureId.UNKNOWN)


EXAMPLES = (
    Example(
        line=b"2026-11-20T14:02:11.945958Z web-classic 192.0.2.7:2817 198.51.100.17:80 0.000073 0.001048 0.000057 "
        b"200 200 0 29 "
        b'"GET http://shop.example.com:80/cart HTTP/1.1" "curl/8.5.0" - -',
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        upstream="198.51.100.17:80",
        client="192.0.2.7",
    ),
    Example(
        line=b"2026-11-20T14:02:12.945958Z web-classic 192.0.2.7:2818 198.51.100.17:80 0.000073 -1 -1 504 0 0 0 "
        b'"GET http://shop.example.com:80/ HTTP/1.1" "curl/8.5.0" - -',
        at="2026-11-20T14:02:12Z",
        status=504,
        route="GET /",
        upstream="198.51.100.17:80",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b"2026-11-20T14:02:13.945958Z web-classic 192.0.2.7:2819 198.51.100.17:80 0.000073 0.001048 0.000057 "
        b"200 200 0 29 "
        b'"GET http://shop.example.com:80/\\" 504 0 0 0 \\" HTTP/1.1" "\\"a 502 b\\"" ECDHE-ECDSA-AES128-GCM-SHA256 '
        b"TLSv1.2",
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        upstream="198.51.100.17:80",
        client="192.0.2.7",
    ),
    Example(
        line=b'2026-11-20T14:02:14.945958Z web-classic 192.0.2.7:2820 - -1 -1 -1 503 0 0 0 "GET '
        b"http://shop.example.com:80/ "
        b'HTTP/1.1" "curl/8.5.0" - -',
        at="2026-11-20T14:02:14Z",
        status=503,
        route="GET /",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
    Example(
        line=b"2026-11-20T14:02:15.945958Z tcp-classic 192.0.2.7:2821 198.51.100.17:22 0.001069 0.000028 0.000041 - "
        b"- 82 305 "
        b'"- - - " "-" - -',
        at="2026-11-20T14:02:15Z",
        upstream="198.51.100.17:22",
        client="192.0.2.7",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="aws-elb-classic",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="AWS, Classic Load Balancers: Access log entries; Troubleshoot: HTTP errors; escapes as in published lines",
)
