"""The application takes the request and never answers.

## What happens
Its processes are stopped (a signal, a debugger), deadlocked or blocked. The kernel still completes connections for
them, so the gateway connects, sends, and waits in vain.

## Told apart from
`overload.workers-busy`: the workers are in requests that may end. `application.too-slow`: an answer comes, late.

## Remedy
Continue what is stopped (`kill -CONT`); of a process that only hangs, take a dump of its threads before it is
restarted.
"""

from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.observations.processes import ProcessInfo
from why502.observations.subjects import Address
from why502.observations.verdict import Case, Fix, Irrelevant, Proven, Risk, Suspected, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import one
from why502.rules.cause import cause
from why502.rules.holding import Holding, address_of, holding, holding_wants, processes_want
from why502.rules.knowing import all_known
from why502.rules.listening import table_want
from why502.rules.probing import asked
from why502.rules.serving import event_loop, family
from why502.rules.suspecting import perhaps, points
from why502.rules.waiting import where_it_waited

STOPPED = "T"
TRACED = "t"
"""A debugger holds it; but whoever traces system calls shows the same for a moment, so this is no proof."""


@cause(
    explains={
        FailureId.RESPONSE_TIMEOUT,
        "overload.workers-busy",
        "overload.accept-queue-full",
        "application.worker-killed",
        "application.restarted",
        "gateway.all-servers-ejected",
    },
    common=8,
)
def hangs(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by a listener whose holders are all stopped, and a request that none of them takes."""
    address = address_of(case)
    guess = perhaps("perhaps the application hangs")
    if case.under is None and case.failure.id is not FailureId.RESPONSE_TIMEOUT:
        return Irrelevant(says="the gateway did not wait in vain for an answer")
    if address is None:
        return guess
    held = holding(address, evidence)
    stopped = [each for each in (held.holders if held is not None else ()) if each.state in {STOPPED, TRACED}]
    if held is None or not stopped:
        return _blocked(case, evidence, address) or perhaps(guess.says, *holding_wants(address))
    if not _all_of_them(held) or case.under is not None or any(each.state != STOPPED for each in held.holders):
        says = f"process {stopped[0].pid} that serves it is stopped (state {stopped[0].state})"
        still = [each for each in stopped if each.state == STOPPED]  # what a debugger holds does not go on by a signal
        return points(says, held.table, fixes=(_fix(still),) if still else ())
    now = one(evidence, table_want(address)), one(evidence, processes_want(address))
    if None in now or held.processes is None or not _nobody_takes_it(case, evidence):
        says = f"all processes that serve {address} are stopped"
        return points(says, held.table, fixes=(_fix(stopped),))
    pids = ", ".join(str(each.pid) for each in stopped[:5])
    return Proven(
        subject=stopped[0].process,
        because=(held.processes, held.table),
        says=f"every process that serves {address} is stopped (state T): {pids}; no request is taken",
        fixes=(_fix(stopped),),
    )


def _blocked(case: Case, evidence: Evidence, address: Address) -> Suspected | None:
    """Suspect it where an event loop leaves our connection in its queue: any work of its own would end soon.

    Suspect it as well where the processes of the server that names the address are stopped.
    """
    own = family(address, evidence)
    if own and all(each.state in {STOPPED, TRACED} for each in own):
        says = f"process {own[0].pid}, which names {address}, is stopped (state {own[0].state})"
        return points(says, *all_known(evidence, processes_want(address)), fixes=(_fix(list(own)),))
    server = event_loop(address, evidence)
    waited = where_it_waited(case, evidence)
    if server is None or waited is None or not waited.new_queued or waited.new_taken:
        return None
    says = f"the event loop of {server.product} does not take the connection: something blocks it"
    return points(says, waited.during, server)


def _all_of_them(held: Holding) -> bool:
    """Tell whether the holders of each listener are known, and all of them are stopped."""
    pids = {pid for each in held.listeners for pid in each.pids}
    known = len(pids) == len(held.holders) and all(each.pids for each in held.listeners)
    whole = held.table.owners and held.table.complete and known
    return whole and all(each.state in {STOPPED, TRACED} for each in held.holders)


def _nobody_takes_it(case: Case, evidence: Evidence) -> bool:
    """Tell whether a fresh request of ours was left alone too: a stop of a moment would not do that."""
    waited = where_it_waited(case, evidence)
    if waited is not None and waited.new_queued > 0 and waited.new_taken == 0:
        return True
    want = asked(case, evidence)
    attempt = one(evidence, want) if want is not None else None
    return attempt is not None and attempt.reply is Reply.TIMED_OUT


def _fix(stopped: list[ProcessInfo]) -> Fix:
    pids = " ".join(str(each.pid) for each in stopped[:20])
    title = "Find out who stopped them, then let them go on"
    return Fix(title=title, commands=(f"kill -CONT {pids}",), risk=Risk.NONE)
