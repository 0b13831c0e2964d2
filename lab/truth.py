"""What is true of a fault: written down before any tool looks at it, and never bent to an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

KINDS = frozenset(
    [
        "log-line",
        "page",
        "header",
        "config",
        "probe",
        "socket-table",
        "process",
        "unit",
        "journal",
        "kernel",
        "cgroup",
        "packet-filter",
        "route",
        "resolver",
        "file",
        "admin",
        "pasted",
    ]
)
"""The kinds of evidence that a report can name."""


class Place(Enum):
    """Where the observer stands."""

    ROOT = "root"
    USER = "user"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class View:
    """What can honestly be known of one fault from one place.

    first: causes that may stand first (empty: this place is not scored for its first answer).
    provable: whether a proof is demanded here.
    chain: every cause that may be *proven* here; a proven cause outside it is a wrong proof.
    evidence: all of these must be met by evidence of the chain, when a proof is demanded; each is a tuple of
        alternatives, an alternative being a kind of evidence or else a text that must occur in one.
    subject: texts, one of which must occur in the subject of the last proven link (empty: not scored).
    forbidden: causes that must not even stand first as a suspicion.
    """

    first: tuple[str, ...] = ()
    provable: bool = False
    chain: frozenset[str] = frozenset()
    evidence: tuple[tuple[str, ...], ...] = ()
    subject: tuple[str, ...] = ()
    forbidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scenario:
    """One fault (or one sound set-up), ready to be looked at.

    url, options: what the tool is given.
    failures: failure ids that may stand in the first incident (empty for a sound set-up).
    show: proves by other means that the fault is there (or that all is well); raises if not.
    healthy: a control: nothing may be accused.
    """

    url: str
    views: Mapping[Place, View]
    show: Callable[[], None]
    failures: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    healthy: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)


class NotShownError(AssertionError):
    """The fault did not show itself, so no tool may be measured by it."""


def view(
    first: str | tuple[str, ...],
    *,
    proven: bool = True,
    chain: str = "",
    evidence: tuple[tuple[str, ...], ...] = (),
    subject: tuple[str, ...] = (),
    forbidden: str = "",
) -> View:
    """Write a view shortly: `chain` and `forbidden` are ids separated by blanks; `first` may be proven if `proven`."""
    names = (first,) if isinstance(first, str) else first
    allowed = frozenset(chain.split()) | (frozenset(names) if proven else frozenset())
    return View(names, proven, allowed, evidence, subject, frozenset(forbidden.split()))


def views(root: View, user: View, outside: View | None = None) -> dict[Place, View]:
    """Give the views from all places; from outside nothing behind a gateway is provable unless the scenario says so."""
    return {
        Place.ROOT: root,
        Place.USER: user,
        Place.OUTSIDE: outside if outside is not None else View(first=root.first),
    }


def sound(url: str, show: Callable[[], None]) -> Scenario:
    """Make a healthy control: no cause may be named or proven from anywhere."""
    return Scenario(url, {place: View() for place in Place}, show, healthy=True)


def allowed(cause: str, *more: str) -> dict[Place, View]:
    """Give the views of a look-alike: its cause (and what leads to it) may be proven, and nothing else."""
    look = view(cause, proven=False, chain=" ".join((cause, *more)))
    return views(root=look, user=look)
