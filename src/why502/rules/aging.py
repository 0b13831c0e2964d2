"""Are the processes that answer now younger than the failure?"""

from why502.observations.frozen import frozen
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.verdict import Case
from why502.observations.want import Evidence
from why502.rules.holding import address_of, holding

PASSING_ON = frozenset({"docker-proxy", "rootlesskit-doc", "socat", "systemd", "systemd-socket-", "haproxy", "ssh"})
"""Programs (as the kernel names them) that hold a listener for somebody else: their age says nothing."""


@frozen
class Ages:
    """The processes that hold the upstream's listener. `whole`: all of them started after the failure began."""

    first: ProcessInfo
    younger: tuple[ProcessInfo, ...]
    whole: bool
    table: ProcessTable


def ages(case: Case, evidence: Evidence) -> Ages | None:
    """Compare the starts of the holders with the failure; None where they are not known."""
    address = address_of(case)
    held = holding(address, evidence) if address is not None else None
    if held is None or held.processes is None or not held.holders or _passed_on(held.holders):
        return None
    younger = tuple(each for each in held.holders if each.started > case.window.start)
    return Ages(
        first=held.holders[0],
        younger=younger,
        whole=len(younger) == len(held.holders),
        table=held.processes,
    )


def _passed_on(holders: tuple[ProcessInfo, ...]) -> bool:
    return any(each.name in PASSING_ON for each in holders)
