"""Gateway or upstream is out of file descriptors.

## What happens
A process reached its limit of open files. A gateway can then open no connection (`Too many open files`); an application
accepts none, so connections wait in its queue.

## Told apart from
`overload.gateway-connections` is the gateway's own count of connections, `overload.ephemeral-ports` the kernel's ports:
the gateway's message names which of the three it is.

## Remedy
Raise `worker_rlimit_nofile` (nginx) or `LimitNOFILE=` of the unit, and look for descriptors that are never closed.
"""

from why502.observations.failure import FailureId
from why502.observations.processes import Descriptors
from why502.observations.subjects import Process
from why502.observations.verdict import Case, Excluded, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.asking import gateway_of, one
from why502.rules.cause import cause
from why502.rules.holding import address_of, holding
from why502.rules.knowing import known
from why502.rules.named import errno, named_another, said
from why502.rules.suspecting import by_message, perhaps, points

OUT_OF_FILES = frozenset({24, 23})
MOST = 8
NEARLY = 0.98
HALF = 0.5


@cause(
    explains={
        FailureId.CONNECT_EXHAUSTED,
        "overload.accept-queue-full",
        FailureId.RESPONSE_TIMEOUT,
        "gateway.cannot-spool",
    },
    common=8,
)
def file_descriptors(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by EMFILE or ENFILE in the gateway's message, or by a process at its limit."""
    says = "the gateway has no file descriptor left"
    named = said(case, "overload.file-descriptors", says)
    if named is None and case.under is None and errno(case) in OUT_OF_FILES:
        named = by_message(case, says)
    decided = named or named_another(case, "overload.file-descriptors")
    if decided is not None:
        return decided
    wants = tuple(Want(kind=Descriptors, about=each) for each in _processes(case, evidence))
    for want in wants:
        held = known(evidence, want)
        if held is not None and held.held >= held.limit * NEARLY:
            return points(f"{want.about} holds {held.held} of {held.limit} file descriptors", held)
    counted = [held for want in wants if (held := one(evidence, want)) is not None]
    if counted and len(counted) == len(wants) and all(each.held < each.limit * HALF for each in counted):
        return Excluded(because=tuple(counted), says="the processes hold less than half of their descriptors")
    return perhaps("perhaps a process is out of file descriptors", *wants)


def _processes(case: Case, evidence: Evidence) -> tuple[Process, ...]:
    """Return whose descriptors matter: the gateway's workers where they could not connect, else the upstream's."""
    if case.under is None and case.failure.id is FailureId.CONNECT_EXHAUSTED:
        gateway = gateway_of(case, evidence)
        return gateway.workers[:MOST] if gateway is not None else ()
    address = address_of(case)
    held = holding(address, evidence) if address is not None else None
    return tuple(each.process for each in held.holders[:MOST]) if held is not None else ()
