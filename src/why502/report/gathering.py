"""Number the evidence of a report: each fact that a statement rests on stands once."""

from datetime import datetime

from why502.observations.fact import Fact
from why502.observations.place import Window
from why502.report.parts import EvidenceShown

MOST = 200
LONGEST = 4000


class Gathered:
    """The evidence so far; facts that read the same are one piece."""

    def __init__(self) -> None:
        """Start with none."""
        self._ids: dict[tuple[str, str, str], str] = {}
        self.shown: list[EvidenceShown] = []

    def cite(self, facts: tuple[Fact, ...]) -> tuple[str, ...]:
        """Return the ids of these facts, taking in those that are new."""
        return tuple(dict.fromkeys(self._one(each) for each in facts))

    def _one(self, fact: Fact) -> str:
        seen = fact.seen
        key = (seen.kind.value, seen.source, seen.raw)
        known = self._ids.get(key)
        if known is not None:
            return known
        if len(self.shown) >= MOST:
            return self.shown[-1].id
        made = f"e{len(self.shown) + 1}"
        self._ids[key] = made
        text = seen.raw[:LONGEST]
        self.shown.append(EvidenceShown(id=made, kind=seen.kind, source=seen.source, at=_when(seen.at), text=text))
        return made


def _when(window: Window) -> datetime:
    return window.start
