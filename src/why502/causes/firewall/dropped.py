"""A packet filter silently drops the gateway's packets.

## What happens
A rule on either host, or between them, throws the SYN away. Nobody answers, and the gateway waits until its connect
time-out.

## Told apart from
`overload.accept-queue-full`: the listener is there and its queue is full. `network.host-down`: the host answers nothing
at all. `firewall.rejected` answers at once.

## Remedy
Find the rule (`nft list ruleset`, `iptables-save -c`, the cloud's security group) and let the gateway's address in.
"""

from why502.observations.failure import FailureId
from why502.observations.probes import Met, TcpAttempt
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Fix, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import gateway_of
from why502.rules.cause import cause
from why502.rules.holding import Holding, holding, holding_wants
from why502.rules.knowing import known
from why502.rules.owning import is_own
from why502.rules.probing import connect_want
from why502.rules.suspecting import perhaps, points

SEE = Fix(title="Look for the rule and its counter", commands=("nft list ruleset", "iptables-save -c"))


@cause(
    explains={
        FailureId.CONNECT_TIMEOUT,
        FailureId.RESPONSE_TIMEOUT,
        "gateway.all-servers-ejected",
        "platform.tunnel-down",
    },
    common=6,
)
def dropped(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it where the own kernel stays silent although it would have to answer."""
    address = case.failure.about
    if not isinstance(address, Endpoint):
        return Irrelevant(says="no packet filter stands before a unix socket")
    own = is_own(address, evidence)
    if own and case.failure.id is FailureId.RESPONSE_TIMEOUT:
        return Irrelevant(says="the connection within the host came about")
    want = connect_want(case, gateway_of(case, evidence))
    attempt = known(evidence, want)
    held = holding(address, evidence)
    if own and case.under is None and held is not None and _silent(attempt) and not _full(held):
        what = "a socket listens there with room in its queue" if held.listeners else "nothing listens there"
        return points(f"{address} is this host's own and {what}, yet no answer comes", held.table, fixes=(SEE,))
    return perhaps(
        f"perhaps a packet filter drops what goes to {address}", want, *(holding_wants(address) if own else ())
    )


def _silent(attempt: TcpAttempt | None) -> bool:
    return attempt is None or attempt.met is Met.TIMED_OUT


def _full(held: Holding) -> bool:
    """Tell whether a queue is full, or may have been: its size is not known everywhere, or one more place is left."""
    return any(each.full is not False or 0 < each.queue == each.backlog for each in held.listeners)
