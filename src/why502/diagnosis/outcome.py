"""What a diagnosis comes to, before anybody renders it."""

from datetime import datetime
from enum import Enum

from why502.diagnosis.chain import SYMPTOMS, Explanation
from why502.observations.answer import Answer, Origin
from why502.observations.fact import Fact
from why502.observations.failure import Failure
from why502.observations.frozen import frozen
from why502.observations.gateway import GatewayProcess, GatewaySetup, RouteTaken
from why502.observations.probes import NameAnswer
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Grade
from why502.observations.want import Gap


class Finding(Enum):
    """The closed set of `verdict` in the report."""

    BAD_GATEWAY = "bad-gateway"
    INTERMITTENT = "intermittent"
    RECOVERED = "recovered"
    HEALTHY = "healthy"
    OTHER_ERROR = "other-error"
    UNREACHABLE = "unreachable"
    INCONCLUSIVE = "inconclusive"


@frozen
class Target:
    """What is to be diagnosed, taken apart. `scheme` is None where the user gave none."""

    written: str
    scheme: str | None
    host: str
    port: int | None
    path: str


@frozen
class Inside:
    """The gateway on this host that serves the target, if one was found, and the route of the request.

    `how` says by what it was found; `assumed` that this rests on likeness alone.
    """

    gateway: GatewayProcess
    setup: GatewaySetup | None
    route: RouteTaken | None
    arrives: Endpoint
    how: str
    assumed: bool


@frozen
class Incident:
    """One failure, explained."""

    failure: Failure
    explanation: Explanation
    route: RouteTaken | None


def severity(incident: Incident) -> tuple[bool, bool, bool, Grade, int]:
    """Order incidents, the worst first: ours before past ones, the better explained one first, then by number."""
    chain, suspects = incident.explanation.chain, incident.explanation.suspects
    symptom = bool(chain) and chain[-1].cause in SYMPTOMS
    grade = Grade.NAMED if chain else min((each.verdict.grade for each in suspects), default=Grade.COMPATIBLE)
    return not incident.failure.live, not chain, symptom, grade, -incident.failure.count


@frozen
class Outcome:
    """All that a report is made of.

    `answers` are of the last of the `redirects`, if there were any, and so is `target`, but for what was written.
    `unfinished` says what ended it before its time, if anything did.
    """

    target: Target
    finding: Finding
    started: datetime
    ended: datetime
    answers: tuple[Answer, ...]
    origin: Origin | None
    names: tuple[NameAnswer, ...]
    inside: Inside | None
    incidents: tuple[Incident, ...]
    noted: tuple[Failure, ...]
    gaps: tuple[Gap, ...]
    facts: tuple[Fact, ...]
    vantage: tuple[str, str, bool]
    outside: bool = False
    redirects: tuple[Answer, ...] = ()
    unfinished: str = ""

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return (self.ended - self.started).total_seconds()
