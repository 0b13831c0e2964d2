"""How many descriptors a process holds, and how many it may: `/proc/PID/fd` and `/proc/PID/limits`."""

import re

from why502.host.processes import parse_stat
from why502.host.reading import gap, number, seen, text_of
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.place import Window
from why502.observations.processes import Descriptors
from why502.observations.subjects import Process
from why502.observations.want import Gap, Want
from why502.vantage.base import No, Refusal
from why502.vantage.looking import Around, looker

SOFT = re.compile(r"^Max open files +(\d{1,20}|unlimited) ", re.MULTILINE | re.ASCII)
UNLIMITED = 2**63 - 1


def parse_limit(text: str) -> int | None:
    """Read the soft limit of open files."""
    found = SOFT.search(text)
    if found is None:
        return None
    return UNLIMITED if found[1] == "unlimited" else number(found[1])


@looker(Descriptors)
async def descriptors(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Count the descriptors of a Process; `()` if it is gone or its number is now another's."""
    if not isinstance(want.about, Process):
        return ()
    vantage, subject = around.vantage, want.about
    place, base = subject.place.machine(), f"/proc/{subject.pid}"
    begun = await vantage.now()
    limits = await vantage.read(place, f"{base}/limits", 8192)
    held = await vantage.list(place, f"{base}/fd")
    stat = await vantage.read(place, f"{base}/stat", 4096)
    for answer in (stat, limits, held):
        if isinstance(answer, Refusal):
            return () if answer.no is No.MISSING else gap(want, answer, vantage)
    if isinstance(limits, Refusal) or isinstance(held, Refusal) or isinstance(stat, Refusal):
        return ()
    now, limit = parse_stat(text_of(stat)), parse_limit(text_of(limits))
    if now is None or limit is None or now.started != subject.started:
        return ()
    at = Window(start=begun, end=await vantage.now())
    says = [f"{len(held)} of {limit} descriptors"]
    return (
        Descriptors(
            about=subject,
            seen=seen(__name__, at, EvidenceKind.PROCESS, f"{base}/fd", says),
            held=len(held),
            limit=limit,
        ),
    )
