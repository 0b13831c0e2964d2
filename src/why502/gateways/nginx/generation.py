"""Which configuration do the running workers have: that of a reload that started them, or one of before?

A master that is told to reload reads its files and starts all workers anew. In the place of a worker that died it
starts another with what it read before, and from outside that one looks just the same. What shows a reload: several
workers of one age, an old worker that is leaving beside them, the master's own messages (from level `notice` on), or
the service manager, which told the master to reload just then.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from enum import Enum

from why502.logs.nginx_error import Level, NginxErrorLine, parse
from why502.observations.gateway import GatewayProcess
from why502.observations.subjects import Unit
from why502.observations.units import UnitState
from why502.observations.want import Gap, Want
from why502.vantage.base import Raw
from why502.vantage.looking import Around
from why502.vantage.zones import zone_of

TAIL = 8 << 20
STATUS = 8192
STDERR = 2
NEAR = timedelta(seconds=2)
"""By which the second of a log line may differ from the start of the process that it tells of, and a bit."""

ANEW = "start worker processes"
STARTS = re.compile(r"start (?:worker|cache manager|cache loader) process (\d{1,10})\Z", re.ASCII)
DIED = re.compile(r"(?:worker|cache manager) process \d{1,10} exited on signal \d{1,3}\b", re.ASCII)
INNER = re.compile(rb"^NSpid:(?:\s+\d+)*\s+(\d+)\s*$", re.MULTILINE)


class TakenUp(Enum):
    """When the master read what its oldest worker runs."""

    JUST_THEN = "just then"
    BEFORE = "before"
    NOT_KNOWN = "not known"


async def taken_up(gateway: GatewayProcess, around: Around) -> TakenUp:
    """Tell whether the oldest process that serves was started by a reload."""
    lines = await _messages(gateway, around)
    if lines is not None:
        told = by_messages(lines, await _inner(gateway.oldest.pid, gateway, around))
        if told is not None:
            return told
        near = [line for line in lines if line.at is not None and abs(line.at - gateway.took_up) <= NEAR]
        if any(line.level is Level.EMERG or DIED.match(line.text) for line in near):
            # a reload that was refused, or workers that died together
            return TakenUp.NOT_KNOWN
    if gateway.at_once or (lines is not None and await _by_unit(gateway, around)):
        return TakenUp.JUST_THEN
    return TakenUp.NOT_KNOWN


def by_messages(lines: Sequence[NginxErrorLine], pid: int) -> TakenUp | None:
    """Read it from a master's own lines about the start of a process; None where they do not tell of it.

    A start and a reload say that processes are started, then which. One in the place of another is told alone.
    """
    anew, found = False, None
    for line in lines:
        started = STARTS.match(line.text)
        if started is None:
            anew = line.text == ANEW
        elif int(started[1]) == pid:
            found = TakenUp.JUST_THEN if anew else TakenUp.BEFORE
    return found


async def _messages(gateway: GatewayProcess, around: Around) -> tuple[NginxErrorLine, ...] | None:
    """Return the master's lines of about that time, from the log that it has open; None where it cannot be read.

    Which log the files name does not matter: they may have been changed.
    """
    pid = gateway.process.pid
    target = await around.vantage.readlink(gateway.process.place, f"/proc/{pid}/fd/{STDERR}")
    if not isinstance(target, str) or not target.startswith("/") or target.startswith("/dev/"):
        return None
    raw = await around.vantage.read(gateway.place, target, TAIL, tail=True)
    if not isinstance(raw, Raw):
        return None
    zone = await zone_of(around.vantage, gateway.place)
    mark = f"] {await _inner(pid, gateway, around)}#".encode()
    parsed = (parse(line, zone) for line in raw.data.split(b"\n") if mark in line[:64])
    since, until = gateway.took_up - 2 * NEAR, gateway.took_up + 2 * NEAR
    return tuple(line for line in parsed if line is not None and line.at is not None and since <= line.at <= until)


async def _inner(pid: int, gateway: GatewayProcess, around: Around) -> int:
    """Return a process's number as it knows it itself: in a container another than the host's."""
    raw = await around.vantage.read(gateway.process.place, f"/proc/{pid}/status", STATUS)
    found = INNER.search(raw.data) if isinstance(raw, Raw) else None
    return int(found[1]) if found is not None else pid


async def _by_unit(gateway: GatewayProcess, around: Around) -> bool:
    """Tell whether the service manager told the master to reload just before, and was not refused."""
    if gateway.unit is None:
        return False
    states = await around.get(
        Want(kind=UnitState, about=Unit(place=gateway.process.place.machine(), name=gateway.unit))
    )
    reloads = () if isinstance(states, Gap) else tuple(each.reloaded for each in states)
    return any(at is not None and timedelta(0) <= gateway.took_up - at <= NEAR for at in reloads)
