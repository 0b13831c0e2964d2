"""From judgements to one chain: which proven link is *the* cause (the rules of `docs/chain.md`). Pure."""

from collections.abc import Iterable, Mapping, Sequence

from why502.diagnosis.catalogue import rank
from why502.diagnosis.judging import Judgement
from why502.observations.failure import CauseId, Failure
from why502.observations.frozen import frozen
from why502.observations.verdict import Excluded, Grade, Link, Suspected, Unexamined
from why502.rules.cause import Cause

SYMPTOMS = frozenset(
    {
        "network.nothing-listening",
        "gateway.socket-missing",
        "gateway.upstream-missing",
        "gateway.all-servers-ejected",
        "overload.accept-queue-full",
        "overload.gateway-connections",
        "overload.circuit-open",
        "application.crashes-on-request",
    }
)
"""Causes that as a rule something else brought about; a chain that ends at one is told after one that does not."""


@frozen
class Suspect:
    """A cause that is not contradicted."""

    cause: CauseId
    verdict: Suspected
    common: int


@frozen
class Reason:
    """A cause that is contradicted, and by what."""

    cause: CauseId
    verdict: Excluded


@frozen
class Explanation:
    """The chain of proven links (empty where nothing is proven), and what else was said.

    `suspects` would explain the last link (or the failure); `rivals` are proven as well, and stand beside.
    `opened` is a failure further on that the last link opened and that no proven cause explains.
    """

    chain: tuple[Link, ...]
    suspects: tuple[Suspect, ...]
    rivals: tuple[Link, ...]
    excluded: tuple[Reason, ...]
    opened: Failure | None = None


def explanation(judgements: tuple[Judgement, ...]) -> Explanation:
    """Choose the chain: the longest way down, at each fork the child that rules 1 to 3 prefer."""
    chain: list[Link] = []
    rivals: list[Link] = []
    passed = list(judgements)
    level = judgements
    opened: Failure | None = None
    while True:
        proven = children(level)
        if not proven:
            break
        lead, *others = proven
        if lead.proof is None:
            break
        chain.append(Link(cause=lead.cause.id, proof=lead.proof, of=opened))
        rivals += [Link(cause=each.cause.id, proof=each.proof) for each in others if each.proof is not None]
        level, opened = _next(lead)
        passed += level
    told = {link.cause for link in (*chain, *rivals)}
    return Explanation(
        chain=tuple(chain),
        suspects=_suspects(level, told),
        rivals=tuple(rivals),
        excluded=_excluded(passed, told),
        opened=opened,
    )


def _next(lead: Judgement) -> tuple[tuple[Judgement, ...], Failure | None]:
    """Go on with the causes of a link, or with those of the failure that it opened."""
    if not lead.opened or children(lead.below):
        return lead.below, None
    best = max(lead.opened, key=lambda each: max((_depth(one) for one in children(each.judgements)), default=0))
    return best.judgements, best.failure


def children(level: Iterable[Judgement]) -> list[Judgement]:
    """Return the proven of one level, the one that leads first.

    Rule 1: a cause that is proven again below another one of this level stands there, not here.
    Rule 3: one that explains nothing further gives way to one that was explained.
    """
    proven = [each for each in level if each.proof is not None]
    deeper = {id_ for each in proven for id_ in _ids(each.below)}
    direct = [each for each in proven if each.cause.id not in deeper]
    return sorted(direct or proven, key=lambda each: (-_depth(each), rank(each.cause)))


def _ids(level: Iterable[Judgement]) -> set[CauseId]:
    return {id_ for each in level if each.proof is not None for id_ in ({each.cause.id} | _ids(each.below))}


def _depth(judgement: Judgement) -> int:
    below = [*judgement.below, *(each for opened in judgement.opened for each in opened.judgements)]
    return 1 + max((_depth(each) for each in below if each.proof is not None), default=0)


def _suspects(level: Iterable[Judgement], told: set[CauseId]) -> tuple[Suspect, ...]:
    found = []
    for each in level:
        match each.verdict:
            case Suspected() as verdict if each.cause.id not in told:
                found.append(Suspect(cause=each.cause.id, verdict=verdict, common=each.cause.common))
            case Unexamined(wants=wants) if each.cause.id not in told:
                verdict = Suspected(grade=Grade.COMPATIBLE, says=each.cause.title, wants=wants)
                found.append(Suspect(cause=each.cause.id, verdict=verdict, common=each.cause.common))
            case _:
                pass
    causes = {each.cause.id: each.cause for each in level}
    return tuple(
        sorted(found, key=lambda each: (each.verdict.grade, _symptom(each, found, causes), rank(causes[each.cause])))
    )


def _symptom(suspect: Suspect, others: Sequence[Suspect], causes: Mapping[CauseId, Cause]) -> bool:
    """Tell whether another suspect that fits as well would bring this one about (rule 3); mere guesses do not."""
    return any(
        other.verdict.grade <= suspect.verdict.grade < Grade.COMPATIBLE
        and suspect.cause in causes[other.cause].explains
        for other in others
    )


def _excluded(level: Iterable[Judgement], told: set[CauseId]) -> tuple[Reason, ...]:
    found: dict[CauseId, Reason] = {}
    for each in level:
        if isinstance(each.verdict, Excluded) and each.cause.id not in told:
            found.setdefault(each.cause.id, Reason(cause=each.cause.id, verdict=each.verdict))
    return tuple(found.values())
