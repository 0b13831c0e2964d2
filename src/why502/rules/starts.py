"""Starts of a unit, as the service manager wrote them down: which of them ended by themselves, and which goes on."""

import re
from datetime import datetime, timedelta

from why502.observations.frozen import frozen
from why502.observations.server import Publishes
from why502.observations.subjects import Address, Process, Unit
from why502.observations.units import JournalLine, UnitJournal, UnitState
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Want
from why502.rules.asking import one
from why502.rules.hearing import LATELY
from why502.rules.holding import address_of, processes_want
from why502.rules.owning import of_first_process
from why502.rules.publishing import who_surely_should

BEFORE_IT_LISTENS = frozenset({"network.nothing-listening", "gateway.socket-missing"})
"""Links that a service may stand behind which does not listen yet, or no more."""

QUICK = timedelta(seconds=90)
"""A start that lives longer is no failed start."""

MANAGER = 1
"""systemd's number; an application may write the same words under its own."""

EXITED = re.compile(r"(?P<unit>\S{1,255}): [Mm]ain process exited, code=exited, status=(?!0\b)(?P<status>\d{1,3})\b")
BEGUN = re.compile(r"Start(?:ed|ing) |\S{1,255}: Scheduled restart job")

GIVEN_UP = "Start request repeated too quickly."


@frozen
class Sole:
    """The only unit that names an address, its state, and where it names it."""

    unit: Unit
    state: UnitState
    names: Publishes


def sole_unit(case: Case, evidence: Evidence) -> Sole | None:
    """Return the unit behind a silent address, if one unit alone names it, its own processes aside."""
    address = address_of(case)
    should = who_surely_should(address, evidence) if address is not None else None
    if address is None or not should or not all(each.here for each in should):
        return None
    if not of_first_process(address, evidence):
        return None
    named = [each for each in should if each.unit is not None]
    first = named[0] if len(named) == 1 else None
    if first is None or first.unit is None or first.state is None or not first.unit.name.endswith(".service"):
        return None
    others = [each.names.about for each in should if each is not first]
    if not all(isinstance(each, Process) and _of(each, first.unit, address, evidence) for each in others):
        return None
    return Sole(unit=first.unit, state=first.state, names=first.names)


def _of(process: Process, unit: Unit, address: Address, evidence: Evidence) -> bool:
    table = one(evidence, processes_want(address))
    info = table.by_pid(process.pid) if table is not None else None
    return info is not None and info.unit == unit.name


def journal_of(unit: Unit, evidence: Evidence) -> UnitJournal | None:
    """Return what the unit wrote, and the manager of it."""
    return one(evidence, Want(kind=UnitJournal, about=unit))


def failed_starts(unit: Unit, journal: UnitJournal, until: datetime) -> tuple[JournalLine, ...]:
    """Return the ends of starts that lived for a moment and ended by a bad exit status, in the hour before."""
    found: list[JournalLine] = []
    begun: datetime | None = None
    for line in journal.lines:
        if line.pid != MANAGER or line.at > until:
            continue
        ended = EXITED.match(line.text)
        if ended is not None and ended["unit"] == unit.name:
            if begun is not None and line.at - begun <= QUICK and until - line.at <= LATELY:
                found.append(line)
            begun = None
        elif BEGUN.match(line.text):
            begun = line.at
    return tuple(found)


def given_up(journal: UnitJournal) -> bool:
    """Tell whether the manager starts it no more: between two starts a unit is `failed` for a moment as well."""
    told = [line.text for line in journal.lines if line.pid == MANAGER]
    last = max((at for at, text in enumerate(told) if GIVEN_UP in text), default=-1)
    return last >= 0 and not any(BEGUN.match(text) for text in told[last + 1 :])
