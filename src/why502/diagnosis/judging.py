"""Judge a failure: ask every cause that explains it, look for what they want, and ask again.

The judges are pure, so asking them again costs little. `judged` makes the tree of one asking; `settle`
repeats it until nothing new is wanted or time is up.
"""

from collections.abc import Callable, Iterable

from why502.diagnosis.catalogue import explaining
from why502.observations.fact import Fact
from why502.observations.failure import CauseId, Failure, FailureId
from why502.observations.frozen import frozen
from why502.observations.verdict import Case, Link, Proven, Verdict
from why502.observations.want import Want
from why502.rules.accepting import accepted
from why502.rules.cause import Cause
from why502.survey.survey import Survey, View

DEPTH = 8
ROUNDS = 12
OPENED = 4


@frozen
class Judgement:
    """What one cause's judge said of one case, and what was said of the causes below it if it was proven."""

    cause: Cause
    verdict: Verdict
    asked: tuple[Want[Fact], ...]
    below: tuple["Judgement", ...] = ()
    opened: tuple["Opened", ...] = ()

    @property
    def proof(self) -> Proven | None:
        """Return the proof, if it is one."""
        return self.verdict if isinstance(self.verdict, Proven) else None


@frozen
class Opened:
    """A failure further on (of the next hop, of an ejected server) that a proof opened, and what was said of it."""

    failure: Failure
    judgements: tuple[Judgement, ...]


def judged(failure: Failure, view: Callable[[], View]) -> tuple[Judgement, ...]:
    """Ask every cause that explains the failure, and below the proven ones those that explain them."""
    if failure.id is FailureId.UNKNOWN:
        effects: list[FailureId | CauseId] = [each for each in FailureId if each in failure.may_be]
    else:
        effects = [failure.id]
    return _below(failure, None, effects, view, frozenset())


def _below(
    failure: Failure,
    under: Link | None,
    effects: Iterable[FailureId | CauseId],
    view: Callable[[], View],
    path: frozenset[CauseId],
) -> tuple[Judgement, ...]:
    found: dict[CauseId, Judgement] = {}
    for cause in (each for effect in effects for each in explaining(effect)):
        if cause.id in path or cause.id in found or len(path) >= DEPTH:
            continue
        evidence = view()
        case = Case(failure=failure, under=under)
        verdict = accepted(case, evidence, cause.judge(case, evidence))
        below: tuple[Judgement, ...] = ()
        opened: tuple[Opened, ...] = ()
        if isinstance(verdict, Proven):
            link = Link(cause=cause.id, proof=verdict)
            below = _below(failure, link, [cause.id], view, path | {cause.id})
            opened = tuple(
                Opened(failure=each, judgements=_below(each, None, [each.id], view, frozenset()))
                for each in verdict.opens[:OPENED]
                if _goes_on(failure, each)
            )
        found[cause.id] = Judgement(
            cause=cause, verdict=verdict, asked=tuple(evidence.asked), below=below, opened=opened
        )
    return tuple(found.values())


def _goes_on(failure: Failure, opened: Failure) -> bool:
    """Descend into an opened failure, unless it is too deep or stands on the way already (a gateway's own loop)."""
    hop, passed = opened.hop.before, 0
    while hop is not None:
        hop, passed = hop.before, passed + 1
    return passed < DEPTH and (opened.id, opened.about) != (failure.id, failure.about)


def open_wants(judgements: Iterable[Judgement], survey: Survey) -> list[Want[Fact]]:
    """Return what was asked and not looked at yet."""
    wants: dict[Want[Fact], None] = {}
    for each in judgements:
        wants.update(dict.fromkeys(want for want in each.asked if want not in survey.seen))
        wants.update(dict.fromkeys(open_wants(each.below, survey)))
        for opened in each.opened:
            wants.update(dict.fromkeys(open_wants(opened.judgements, survey)))
    return list(wants)


async def settle(failure: Failure, survey: Survey) -> tuple[Judgement, ...]:
    """Judge and look in turn until nothing new comes or time is up."""
    judgements = judged(failure, lambda: survey.evidence(failure.seen.at))
    for _ in range(ROUNDS):
        wants = open_wants(judgements, survey)
        if not wants or survey.left() <= 0:
            break
        await survey.meet(wants)
        judgements = judged(failure, lambda: survey.evidence(failure.seen.at))
    return judgements
