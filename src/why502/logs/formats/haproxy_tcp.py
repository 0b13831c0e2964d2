"""HAProxy's `option tcplog`: connections passed through in `mode tcp`.

No status and no request; the termination state alone tells. Seconds are the whole connection's. No byte of such a line
is a client's.
"""

from why502.logs.format import Example, LogFormat
from why502.logs.haproxy_lines import TCP, behind, compiled, judge_tcp, mapped, of_requests
from why502.logs.plan import Plan
from why502.observations.failure import FailureId

NAME = "haproxy-tcp"
PLANS = compiled(NAME, TCP)


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    bodies = mapped(first, PLANS)
    return tuple(behind(prefix, plan) for prefix in of_requests(first) for plan in bodies)


EXAMPLES = (
    Example(
        line=b"127.0.0.1:57840 [21/Nov/2026:19:00:51.658] t t/s1 1/0/2 71 -- 1/1/0/0/0 0/0",
        at="2026-11-21T19:00:51Z",
        upstream="t/s1",
        client="127.0.0.1",
        seconds=0.002,
    ),
    Example(
        line=b"Nov 20 14:00:01 edge haproxy[4711]: 198.51.100.7:41022 [20/Nov/2026:14:00:01.123] fe be/s1 "
        b"0/-1/20004 0 sC 1/1/0/0/3 0/0",
        at="2026-11-20T14:00:01Z",
        upstream="be/s1",
        client="198.51.100.7",
        seconds=20.004,
        failed=True,
        failure=FailureId.CONNECT_TIMEOUT,
    ),
    Example(
        line=b"198.51.100.7:41022 [20/Nov/2026:14:00:01.123] fe be/<NOSRV> -1/-1/0 0 SC 1/1/0/0/0 0/0",
        at="2026-11-20T14:00:01Z",
        upstream="be/<NOSRV>",
        client="198.51.100.7",
        seconds=0.0,
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
    Example(
        # A client can only choose how many bytes there are.
        line=b"127.0.0.1:57840 [21/Nov/2026:19:00:51.658] t t/s1 1/0/9 502 CD 1/1/0/0/0 0/0",
        at="2026-11-21T19:00:51Z",
        upstream="t/s1",
        client="127.0.0.1",
        seconds=0.009,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="haproxy",
    plans=_plans,
    judge=judge_tcp,
    examples=EXAMPLES,
    source="HAProxy, configuration manual, 8.2.2 (TCP log format), 8.5 (session state at disconnection); "
    "seen with 2.6.12",
    rank=40,
)
