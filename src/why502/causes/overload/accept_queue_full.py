"""The upstream listens, but its accept queue overflows.

## What happens
Connections come faster than the application accepts them. The kernel drops the gateway's SYN (time-out), or answers
EAGAIN at once on a unix socket.

## Told apart from
`overload.workers-busy` is deeper: the queue is full because every worker is taken. `firewall.dropped` is as silent, yet
the listener's queue has room.

## Remedy
Find out why nothing is accepted (busy or stopped workers); then raise the application's backlog and
`net.core.somaxconn` together.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Excluded, Fix, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.holding import address_of, holding, holding_wants
from why502.rules.listening import Listens, Nobody, who_listens
from why502.rules.named import named_another, said
from why502.rules.suspecting import perhaps, points


@cause(
    explains={
        FailureId.CONNECT_TIMEOUT,
        FailureId.CONNECT_EXHAUSTED,
        FailureId.RESPONSE_TIMEOUT,
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.TLS_FAILED,
        FailureId.CONNECT_REFUSED,
    },
    common=8,
)
def accept_queue_full(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by EAGAIN on a unix socket, or by a listener whose queue is at its limit."""
    guess = perhaps("perhaps the upstream's accept queue overflows")
    named = said(case, "overload.accept-queue-full", f"the accept queue of {case.failure.about} is full (EAGAIN)")
    if named is not None:
        return named
    other = named_another(case, "overload.accept-queue-full")
    address = address_of(case)
    if other is not None or address is None:
        return other or guess
    now = holding(address, evidence)
    full = [each for each in (now.listeners if now is not None else ()) if each.full]
    if now is not None and full:
        many = f"{full[0].queue} connection{'s wait' if full[0].queue != 1 else ' waits'}"
        says = f"{many} in the accept queue of {address}, which takes no more (backlog {full[0].backlog})"
        return points(says, now.table, fixes=(Fix(title="See the queues", commands=("ss -lntx",)),))
    match who_listens(address, evidence):
        case Nobody(table=table):
            return Excluded(because=(table,), says=f"nothing listens on {address}")
        case Listens(listener=listener, table=table) if listener.backlog is not None and listener.queue == 0:
            return Excluded(because=(table,), says=f"the accept queue of {address} is empty")
    return perhaps(guess.says, *holding_wants(address))
