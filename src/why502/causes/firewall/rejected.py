"""A packet filter refuses the gateway's packets.

## What happens
A rule answers the SYN with RST or an ICMP message at once: `Connection refused`, `No route to host`; a rule for
outgoing packets on the gateway's own host shows as `Operation not permitted`.

## Told apart from
`network.nothing-listening`: nothing is in the socket table. `network.host-down`: the same errno, after seconds of
searching.

## Remedy
Find the rule (`nft list ruleset`, `iptables-save -c`, `firewall-cmd --list-all`) and let the gateway's address in.
"""

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.probes import Met, TcpAttempt
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Fix, Irrelevant, Suspected, Verdict
from why502.observations.want import Evidence
from why502.rules.aging import ages
from why502.rules.asking import gateway_of
from why502.rules.cause import cause
from why502.rules.knowing import known
from why502.rules.listening import Listens, who_listens
from why502.rules.named import errno
from why502.rules.owning import is_own
from why502.rules.probing import connect_want
from why502.rules.suspecting import perhaps, points

NOT_PERMITTED = 1
AT_ONCE = 0.3
SEE = Fix(title="Look for the rule and its counter", commands=("nft list ruleset", "iptables-save -c"))


@cause(
    explains={
        FailureId.CONNECT_UNREACHABLE,
        FailureId.CONNECT_REFUSED,
        FailureId.CONNECT_DENIED,
        FailureId.RESET_BEFORE_RESPONSE,
        "gateway.all-servers-ejected",
    },
    common=8,
)
def rejected(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by a refusal where a socket listens, by an ICMP answer at once, or by EPERM."""
    address = case.failure.about
    if not isinstance(address, Endpoint):
        return Irrelevant(says="no packet filter stands before a unix socket")
    found = _found(case, evidence, address) if case.under is None else None
    want = connect_want(case, gateway_of(case, evidence))
    return found or perhaps(f"perhaps a packet filter refuses what goes to {address}", want)


def _found(case: Case, evidence: Evidence, address: Endpoint) -> Suspected | None:
    want = connect_want(case, gateway_of(case, evidence))
    attempt = known(evidence, want)
    own = is_own(address, evidence)
    held = who_listens(address, evidence)
    match case.failure.id:
        case FailureId.CONNECT_REFUSED if own and isinstance(held, Listens):
            if attempt is not None and attempt.met is not Met.REFUSED:
                return _only_the_gateway(case, evidence, attempt)
            return _points(f"a socket listens on {address}, yet connections to it are refused", held.table)
        case FailureId.CONNECT_UNREACHABLE if own:
            return _points(f"{address} is this host's own, yet it is said to be unreachable", case.failure)
        case FailureId.CONNECT_UNREACHABLE if attempt is not None and attempt.met is Met.UNREACHABLE:
            if attempt.seconds > AT_ONCE:
                return None
            return _points(f"{address} is said to be unreachable at once, as a filter answers", attempt)
        case FailureId.CONNECT_DENIED if errno(case) == NOT_PERMITTED:
            return _points(f"the gateway's own host does not permit packets to {address}", case.failure)
        case _:
            return None


def _only_the_gateway(case: Case, evidence: Evidence, attempt: TcpAttempt) -> Suspected | None:
    """Suspect a rule that goes by user or control group: the gateway is refused, we are not, nobody was restarted."""
    age = ages(case, evidence)
    if not case.failure.live or attempt.met is not Met.CONNECTED or age is None or age.younger:
        return None
    return _points("the gateway is refused what is granted to us: a rule may go by its user", attempt, age.table)


def _points(says: str, *because: Fact) -> Suspected:
    return points(says, *because, fixes=(SEE,))
