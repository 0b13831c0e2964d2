"""What a report is made of: one frozen record for each object of the public JSON, in the order of its keys.

The annotations are the single source of the JSON (`codec`), of its schema (`schema`) and of the objects of the
library. A text beside a type describes the key in the published schema. `None` stands for "not known".
"""

from datetime import datetime
from enum import Enum
from typing import Annotated

from why502.observations.fact import EvidenceKind
from why502.observations.failure import FailureId
from why502.observations.frozen import frozen
from why502.observations.want import Why

SCHEMA = "why502/report/1"


class TargetKind(Enum):
    """What was asked about."""

    URL = "url"
    HOST = "host"
    TEXT = "text"
    LOGS = "logs"
    BUNDLE = "bundle"


class VantageKind(Enum):
    """Where it was looked from."""

    LOCAL = "local"
    SSH = "ssh"
    CONTAINER = "container"
    KUBERNETES = "kubernetes"
    TEXT = "text"
    REPLAY = "replay"


class Verdict(Enum):
    """What came out; worse ones are not ordered by their place here."""

    BAD_GATEWAY = "bad-gateway"
    INTERMITTENT = "intermittent"
    RECOVERED = "recovered"
    HEALTHY = "healthy"
    OTHER_ERROR = "other-error"
    UNREACHABLE = "unreachable"
    INCONCLUSIVE = "inconclusive"


class Certainty(Enum):
    """Proven: the evidence leaves no other reading. Suspected: it is merely not contradicted. Nothing between."""

    PROVEN = "proven"
    SUSPECTED = "suspected"


class Role(Enum):
    """What a hop is on the way."""

    CLIENT = "client"
    CDN = "cdn"
    GATEWAY = "gateway"
    UPSTREAM = "upstream"


class State(Enum):
    """How a hop was found."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class LinkKind(Enum):
    """What a link of the chain is."""

    FAILURE = "failure"
    CAUSE = "cause"


class Risk(Enum):
    """What applying a fix disturbs."""

    NONE = "none"
    RELOAD = "reload"
    RESTART = "restart"
    CODE = "code"


class Step(Enum):
    """The six steps of the classical procedure, in its order."""

    REFRESH = "refresh"
    SERVER = "server"
    DNS = "dns"
    LOGS = "logs"
    FIREWALL = "firewall"
    UPSTREAM = "upstream"


class CheckState(Enum):
    """How a step came out."""

    OK = "ok"
    FAILED = "failed"
    WARNING = "warning"
    SKIPPED = "skipped"


@frozen
class Tool:
    """The program that made the report."""

    version: str


@frozen
class Target:
    """What was asked about."""

    kind: TargetKind
    value: Annotated[str, "as it was given, without credentials"]


@frozen
class VantageUsed:
    """A place that was looked from, and whether with all rights."""

    kind: VantageKind
    name: str
    privileged: bool


@frozen
class Answered:
    """What the client got."""

    tries: Annotated[int, "requests sent"]
    failed: Annotated[int, "of them, those that failed"]
    status: Annotated[int | None, "HTTP status of the last failed try, else of the last; null: no answer came"]
    made_by: Annotated[str | None, "the product that made the answer, if it can be told"]
    seconds: Annotated[tuple[float, ...], "one for each try"]


@frozen
class HopShown:
    """One station on the way from the client to the application. Hops are a tree by `behind`."""

    id: str
    behind: Annotated[str | None, "id of the hop next towards the client; null: the first"]
    role: Role
    product: str | None
    version: str | None
    address: str | None
    vantage: Annotated[str | None, "the vantage that it was seen from inside; null: only from outside"]
    state: State


@frozen
class FailureShown:
    """What the gateway saw when it spoke to its upstream."""

    id: FailureId
    gateway: str | None
    upstream: str | None
    count: int
    first: datetime | None
    last: datetime | None
    evidence: tuple[str, ...]


@frozen
class Cause:
    """Why it failed. Where no cause is so much as suspected, `id` is that of the failure."""

    id: str
    certainty: Certainty


@frozen
class LinkShown:
    """One link of the chain, from the failure that the client met down to the cause."""

    kind: LinkKind
    id: str
    hop: str | None
    subject: str | None
    certainty: Certainty
    says: str
    evidence: tuple[str, ...]


@frozen
class Alternative:
    """Another cause that was not excluded."""

    id: str
    certainty: Certainty
    says: str


@frozen
class ExcludedShown:
    """A cause that the evidence contradicts."""

    id: str
    says: str
    evidence: tuple[str, ...]


@frozen
class FixShown:
    """What mends it."""

    title: str
    commands: Annotated[tuple[str, ...], "each can be pasted into a shell"]
    diff: Annotated[str | None, "a change of configuration, as a unified diff"]
    risk: Risk
    for_: Annotated[str, "the cause that it mends"]


@frozen
class Incident:
    """One failure with its cause. The record's `cause` is two keys in JSON: `cause` (its id) and `certainty`."""

    failure: FailureShown
    made_at: Annotated[str | None, "hop that made the error"]
    caused_at: Annotated[str | None, "hop where the cause lies"]
    route: str | None
    request: str | None
    cause: Annotated[Cause, "the deepest proven link of the chain; when none is proven, the first suspect"]
    chain: tuple[LinkShown, ...]
    alternatives: tuple[Alternative, ...]
    excluded: tuple[ExcludedShown, ...]
    fixes: tuple[FixShown, ...]


@frozen
class EvidenceShown:
    """What was read or seen, with secrets already replaced."""

    id: str
    kind: EvidenceKind
    source: Annotated[str, "where to look it up: file and line, command, address"]
    at: datetime | None
    text: str


@frozen
class Unexamined:
    """What was not looked at, and what would unlock it."""

    what: str
    why: Why
    unlock: Annotated[str | None, "a command that can be pasted here"]
    causes: Annotated[tuple[str, ...], "causes that could be proven or excluded by it"]


@frozen
class Check:
    """One step of the classical procedure."""

    step: Step
    title: str
    state: CheckState
    says: str
    seconds: float


@frozen
class Contents:
    """All that a report says. `model.Report` adds the ways to write it."""

    tool: Tool
    target: Target
    vantages: tuple[VantageUsed, ...]
    started: datetime
    seconds: Annotated[float, "how long the diagnosis took"]
    verdict: Verdict
    summary: Annotated[str, "one sentence a manager can read"]
    answer: Annotated[Answered | None, "null where no request was sent"]
    hops: tuple[HopShown, ...]
    incidents: Annotated[tuple[Incident, ...], "worst first"]
    evidence: tuple[EvidenceShown, ...]
    unexamined: tuple[Unexamined, ...]
    checks: Annotated[tuple[Check, ...], "the six steps of the classical procedure, every one"]

    def cited(self, ids: tuple[str, ...]) -> tuple[EvidenceShown, ...]:
        """Return the evidence of these ids, in their order; ids that are not there are left out."""
        known = {piece.id: piece for piece in self.evidence}
        return tuple(known[each] for each in ids if each in known)
