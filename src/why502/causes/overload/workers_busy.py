"""Every worker of the upstream is taken, so requests wait.

## What happens
The kernel completes connections into the upstream's accept queue, but no worker is free to take them. The gateway has
sent its request, gets nothing, and gives up.

## Told apart from
`application.too-slow`: a worker took the request at once and needs too long for it. `application.hangs`: the process is
stopped or stuck. `overload.accept-queue-full`: the queue itself overflows.

## Remedy
Find the route that holds the workers (a slow dependency, long polling, uploads) and mend it; then give the pool as many
workers as memory allows.
"""

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.server import AppServer, Says, ServerMessage
from why502.observations.subjects import Address, Endpoint, Machine, SocketPath
from why502.observations.verdict import (
    Case,
    Excluded,
    Fix,
    Grade,
    Proven,
    Risk,
    Suspected,
    Verdict,
)
from why502.observations.want import Evidence, Want
from why502.rules.asking import every, route_of
from why502.rules.cause import cause
from why502.rules.keepalive import keeps
from why502.rules.named import named_another
from why502.rules.serving import Serving, event_loop, family, serving
from why502.rules.waiting import Waited, waits_wants, where_it_waited

STOPPED = frozenset({"T", "t"})


@cause(
    explains={
        FailureId.RESPONSE_TIMEOUT,
        "overload.accept-queue-full",
        FailureId.GATEWAY_LIMIT,
        FailureId.CONNECT_EXHAUSTED,
        "overload.circuit-open",
        "gateway.all-servers-ejected",
        FailureId.TLS_FAILED,
    },
    common=7,
)
def workers_busy(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by our request in the queue while every worker holds another one."""
    address = case.failure.about
    guess = Suspected(grade=Grade.COMPATIBLE, says="perhaps every worker of the upstream is taken")
    if not isinstance(address, Endpoint | SocketPath):
        return guess
    named = named_another(case, "overload.workers-busy") if case.failure.id is FailureId.TLS_FAILED else None
    held = serving(address, evidence)
    waited = where_it_waited(case, evidence)
    if held is None or waited is None:
        machine = Machine(place=address.place.machine())
        wants: tuple[Want[Fact], ...] = (Want(kind=AppServer, about=machine), *waits_wants(case))
        told = _told(case, evidence)
        return named or told or Suspected(grade=guess.grade, says=guess.says, wants=wants)
    if waited.new_queued == 0 or waited.new_taken > 0:
        return Excluded(because=(waited.before, waited.during), says="the request did not wait in the accept queue")
    stopped = [info.state in STOPPED for info in held.holders]
    if stopped and all(stopped):
        return Excluded(because=(held.processes,), says="the process is stopped")
    if any(stopped):
        return Suspected(grade=Grade.COMPATIBLE, says="some of its processes are stopped", because=(held.processes,))
    other = _hangs(address, evidence)
    if other is not None:
        return Suspected(grade=Grade.COMPATIBLE, says=other, because=(waited.during,))
    if not _all_taken(case, evidence, held, waited):
        return Suspected(
            grade=Grade.SPECIFIC,
            says=f"the request waits in the accept queue of {address} and no worker takes it",
            because=(waited.during,),
        )
    return guess if held.server is None else _proof(address, held.server, waited)


def _hangs(address: Address, evidence: Evidence) -> str | None:
    """Tell what else leaves connections in the queue: a blocked event loop, or stopped processes."""
    if event_loop(address, evidence) is not None:
        return "its event loop takes no connection"
    stopped = any(info.state in STOPPED for info in family(address, evidence))
    return "processes of the server that names this address are stopped" if stopped else None


def _all_taken(case: Case, evidence: Evidence, held: Serving, waited: Waited) -> bool:
    """Tell whether as many connections are served as the server can serve, each of them a request.

    A thread pool keeps idle connections beside those it serves, and a gateway may send on a kept one: where both
    sides keep connections, a connection is no request, and ours need not be a new one.
    """
    server, route = held.server, route_of(case, evidence)
    if server is None or server.capacity is None or waited.taken < server.capacity:
        return False
    return not server.keepalive or (route is not None and keeps(route) is None)


def _told(case: Case, evidence: Evidence) -> Suspected | None:
    """Let the server's own message of a full pool suspect it."""
    machine = Machine(place=case.failure.about.place.machine())
    for server in every(evidence, Want(kind=AppServer, about=machine)) or ():
        messages = every(evidence, Want(kind=ServerMessage, about=server.about)) or ()
        full = [each for each in messages if each.says is Says.POOL_FULL and case.window.meets(each.seen.at)]
        if full and case.failure.about in server.binds:
            return Suspected(grade=Grade.NAMED, says=f"{server.product} says that its pool is full", because=(full[0],))
    return None


def _proof(address: Address, server: AppServer, waited: Waited) -> Proven:
    return Proven(
        subject=address,
        because=(waited.during, server),
        says=f"{server.product} has {server.capacity} worker{'s' if server.capacity != 1 else ''}, all of them taken,"
        f" and {waited.queued} connection{'s' if waited.queued != 1 else ''} in its accept queue, ours among them",
        fixes=(
            Fix(
                title="See what the workers do (which requests hold them), then give the pool more workers",
                commands=("ss -tnp state established",),
                risk=Risk.RESTART,
            ),
        ),
    )
