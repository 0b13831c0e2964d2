"""Which cause the gateway's own message names: then it leads, and the others of this failure step back."""

from why502.observations.failure import CauseId
from why502.observations.verdict import Case, Excluded, Suspected
from why502.rules.suspecting import by_message, points


def names(case: Case) -> tuple[CauseId, ...]:
    """Return the causes that the message names, the likeliest first; it says nothing of a link further down."""
    told = case.failure.told("named") if case.under is None else None
    return tuple(each for each in (told or "").split(",") if each)


def said(case: Case, cause: CauseId, says: str) -> Suspected | None:
    """Suspect a cause as the message names it: the first by name, those after it as specific; None if it does not."""
    found = names(case)
    if cause not in found:
        return None
    return by_message(case, says) if found[0] == cause else points(says, case.failure)


def named_another(case: Case, cause: CauseId) -> Excluded | None:
    """Exclude a cause because the message of this very failure names another one."""
    found = names(case)
    if not found or cause in found:
        return None
    return Excluded(because=(case.failure,), says=f"the gateway's own message names {found[0]}")


def errno(case: Case) -> int | None:
    """Return the system's number in the gateway's message."""
    told = case.failure.told("errno")
    return int(told) if told is not None and told.isascii() and told.isdigit() and len(told) < len("100000") else None
