"""What a cause is: an entry of the catalogue, bound to the judge that decides it."""

import sys
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from why502.observations.failure import CauseId, FailureId
from why502.observations.frozen import frozen
from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence

Judge = Callable[[Case, Evidence], Verdict]
HEADINGS = ("## What happens", "## Told apart from", "## Remedy")


@frozen
class Cause:
    """One cause: its id and its page come from the file it stands in.

    `explains` names the failures and the shallower causes that it brings about in one step; `common` is
    1 for the most common in the field, 9 for the rare.
    """

    home: str
    explains: frozenset[FailureId | CauseId]
    common: int
    judge: Judge

    @property
    def id(self) -> CauseId:
        """Return the public identifier, for example `network.nothing-listening`."""
        return ".".join(self.home.split(".")[-2:]).replace("_", "-")

    @property
    def page(self) -> str:
        """Return the prose that `why502 explain` prints and the documentation shows."""
        return sys.modules[self.home].__doc__ or ""

    @property
    def title(self) -> str:
        """Return the first line of the page: the cause in one sentence."""
        return self.page.strip().split("\n", 1)[0].rstrip(".")


def cause(explains: AbstractSet[FailureId | CauseId], common: int) -> Callable[[Judge], Cause]:
    """Make the decorated judge an entry; `explains` holds failures, and shallower causes by their id."""

    def bind(judge: Judge) -> Cause:
        return Cause(home=judge.__module__, explains=frozenset(explains), common=common, judge=judge)

    return bind
