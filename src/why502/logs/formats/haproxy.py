"""HAProxy's `log-format` as a directive; without one: `option httplog` with more at its end, or cut short.

What stands behind the request line is not read. A line that syslog cut (HAProxy itself cuts at 1024 bytes) keeps
status, upstream and termination state, and loses its route. Where `%b` and `%s` stand apart, the upstream is the
server's name alone: `%b/%s` keeps servers of one name apart.
"""

from why502.logs.format import Example, LogFormat
from why502.logs.haproxy_lines import HTTP, behind, compiled, judge, mapped, of_requests
from why502.logs.plan import Plan, Role, Take
from why502.logs.prefixes import anywhere
from why502.observations.failure import FailureId

NAME = "haproxy"
_CUT = HTTP.partition(" %hr")[0] + " %[rest]"
PLANS = (*compiled(NAME, HTTP), *compiled(NAME, HTTP + " %[rest]"), *compiled(NAME, _CUT))


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    bodies = mapped(first, PLANS)
    return tuple(behind(prefix, plan) for prefix in of_requests(first) for plan in bodies)


def _directive(text: str) -> tuple[Plan, ...]:
    """Compile a `log-format`, with or without the keyword and quotes; lines may have what syslog puts before them."""
    made = compiled(NAME, text)
    roles = {step.role for plan in made for step in plan.steps if isinstance(step, Take)}
    if Role.STATUS not in roles and Role.WORD_A not in roles and Role.WORD_D not in roles:
        raise ValueError("it holds neither status (%ST) nor termination state (%tsc)")
    return anywhere(made)


EXAMPLES = (
    Example(
        line=b"127.0.0.1:42080 [21/Nov/2026:19:00:51.422] h b/s1 0/0/0/0/0 200 59 - - ---- 1/1/0/0/0 0/0 "
        b'"GET /cart HTTP/1.1" ua="x\\" 502 - SC-- 0/0 "',
        at="2026-11-21T19:00:51Z",
        status=200,
        route="GET /cart",
        upstream="b/s1",
        client="127.0.0.1",
        seconds=0.0,
    ),
    Example(
        line=b"<134>Nov 21 02:48:55 haproxy[27687]: 127.0.0.1:50288 [21/Nov/2026:02:48:55.594] f b/s1 0/0/-1/-1/3 503 "
        b'217 - - SC-- 1/1/0/0/0 0/0 {shop.example} "GET /cart HTTP/1.1" bc=34/SSL handshake failure',
        at="2026-11-21T02:48:55Z",
        status=503,
        route="GET /cart",
        upstream="b/s1",
        client="127.0.0.1",
        seconds=0.003,
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b"127.0.0.1:42080 [21/Nov/2026:19:00:51.422] h b/s1 0/0/0/-1/501 504 198 - - sH-- 1/1/0/0/0 0/0 "
        b'"GET /cart?a-very-long-query-that-was-cut-he',
        at="2026-11-21T19:00:51Z",
        status=504,
        upstream="b/s1",
        client="127.0.0.1",
        seconds=0.501,
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="haproxy",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="HAProxy, configuration manual, 8.2.6 (custom log format); seen with 2.6.12",
    rank=60,
    directive=_directive,
)
