"""What a judge is asked, and what it may answer. No score: grades are a closed set."""

from enum import IntEnum

from why502.observations.fact import Fact
from why502.observations.failure import CauseId, Failure
from why502.observations.frozen import frozen
from why502.observations.place import Window
from why502.observations.subjects import Subject
from why502.observations.want import Want


class Grade(IntEnum):
    """How well a suspicion fits; lower leads."""

    NAMED = 1
    SPECIFIC = 2
    COMPATIBLE = 3


@frozen
class Proven:
    """The facts leave no other reading. `opens`: failures of the next hop, of ejected servers, of the resolver.

    `changed` orders several proven causes of one link: when this came to be, if a fact says so.
    """

    subject: Subject
    because: tuple[Fact, ...]
    says: str
    opens: tuple[Failure, ...] = ()
    fixes: tuple["Fix", ...] = ()


@frozen
class Excluded:
    """The facts contradict it."""

    because: tuple[Fact, ...]
    says: str


@frozen
class Suspected:
    """Not contradicted; `wants` would decide it."""

    grade: Grade
    says: str
    because: tuple[Fact, ...] = ()
    wants: tuple["Want[Fact]", ...] = ()
    subject: Subject | None = None
    fixes: tuple["Fix", ...] = ()


@frozen
class Unexamined:
    """The deciding kind of fact is missing; never without a want."""

    wants: tuple["Want[Fact]", ...]


@frozen
class Irrelevant:
    """This cause says nothing of this case: another protocol, another kind of upstream."""

    says: str = ""


Verdict = Proven | Excluded | Suspected | Unexamined | Irrelevant


class Risk(IntEnum):
    """What applying a fix may disturb."""

    NONE = 0
    RELOAD = 1
    RESTART = 2
    CODE = 3


@frozen
class Fix:
    """What mends it: commands a person can paste, and a change of configuration as a unified diff if there is one."""

    title: str
    commands: tuple[str, ...] = ()
    diff: str | None = None
    risk: Risk = Risk.NONE


@frozen
class Link:
    """A proven cause in the chain. `of` is the failure that it explains where the link before opened another one."""

    cause: CauseId
    proof: Proven
    of: Failure | None = None


@frozen
class Case:
    """All that a judge is asked about; nothing ambient.

    `under` is the proven link to be explained; `None` means the failure itself.
    """

    failure: Failure
    under: Link | None = None

    @property
    def window(self) -> Window:
        """When it failed."""
        return self.failure.seen.at
