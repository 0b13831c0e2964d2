"""Traefik's access log in its format `common`: CLF, then the number of the request, router, server and duration."""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Literal, Plan, Quote, Role, Take
from why502.observations.failure import FailureId

NAME = "traefik-common"
_TEXT = Take(role=Role.NONE, stop=b'"', quote=Quote.BACKSLASH)
PLANS = (
    Plan(
        name=NAME,
        steps=(
            Take(role=Role.CLIENT, stop=b" "),
            Literal(text=b" - "),
            # A user name may hold blanks, but no quote: `[` cannot be imitated before `] "`.
            Take(role=Role.NONE, stop=b"["),
            Literal(text=b"["),
            Take(role=Role.TIME, stop=b"]"),
            Literal(text=b'] "'),
            Take(role=Role.REQUEST, stop=b'"', quote=Quote.BACKSLASH),
            Literal(text=b'" '),
            Take(role=Role.STATUS, stop=b" "),
            Literal(text=b" "),
            Take(role=Role.NONE, stop=b" "),
            Literal(text=b' "'),
            _TEXT,
            Literal(text=b'" "'),
            _TEXT,
            Literal(text=b'" '),
            Take(role=Role.NONE, stop=b" "),
            Literal(text=b' "'),
            _TEXT,
            Literal(text=b'" "'),
            Take(role=Role.UPSTREAM, stop=b'"', quote=Quote.BACKSLASH),
            Literal(text=b'" '),
            Take(role=Role.SECONDS, bare=True),
        ),
        needs=frozenset({Role.TIME, Role.STATUS, Role.SECONDS}),
    ),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


def judge(signs: Signs) -> Judged:
    """Judge by the status; a 503 for which no server was picked says that there was none to pick."""
    if signs.status not in FAILED_STATUS:
        return Judged()
    nobody = signs.status == 503 and not signs.upstream  # noqa: PLR2004
    return Judged(failed=True, failure=FailureId.NO_LIVE_UPSTREAM if nobody else FailureId.UNKNOWN, partner=not nobody)


EXAMPLES = (
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:37:44 +0000] "GET /refused HTTP/1.1" 502 11 "-" "-" 2 "refused@file" '
        b'"http://10.0.0.5:8000" 0ms',
        at="2026-11-21T13:37:44Z",
        status=502,
        route="GET /refused",
        upstream="http://10.0.0.5:8000",
        client="127.0.0.1",
        seconds=0.0,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:37:45 +0000] "GET /none HTTP/1.1" 503 20 "-" "-" 3 "none@file" "-" 1ms',
        at="2026-11-21T13:37:45Z",
        status=503,
        route="GET /none",
        client="127.0.0.1",
        seconds=0.001,
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
    Example(
        line=b'127.0.0.1 - bo [21/Nov/2026:13:37:46 +0000] "GET /api/items/17 HTTP/2.0" 200 20 "-" "-" 4 "app@docker" '
        b'"http://10.0.0.5:8000" 23ms',
        at="2026-11-21T13:37:46Z",
        status=200,
        route="GET /api/items/*",
        upstream="http://10.0.0.5:8000",
        client="127.0.0.1",
        seconds=0.023,
    ),
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:37:47 +0000] "GET /x HTTP/1.1" 200 2 "-" '
        b'"\\" 502 2 \\"refused@file\\" \\"http://10.0.0.9:80\\" 9ms" 5 "app@docker" "http://10.0.0.5:8000" 1ms',
        at="2026-11-21T13:37:47Z",
        status=200,
        route="GET /x",
        upstream="http://10.0.0.5:8000",
        client="127.0.0.1",
        seconds=0.001,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="traefik",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Traefik 2 and 3, access log format common (pkg/middlewares/accesslog)",
    rank=20,
)
