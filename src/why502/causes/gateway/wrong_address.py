"""The configuration names an address or port that the application does not use.

## What happens
The gateway connects where nothing listens, while the application runs and listens on another port or address.

## Told apart from
`application.not-running`: something names exactly this address and does not run. `gateway.own-localhost`: the
application listens in another namespace. That some application runs elsewhere proves nothing: it must be shown to be
this route's own (it knows the very path or host that is asked for and not others, or the log names it).

## Remedy
Write the address that the application listens on into the gateway's configuration, or let the application use the one
that is written there.
"""

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.subjects import Endpoint
from why502.observations.verdict import (
    Case,
    Excluded,
    Fix,
    Grade,
    Irrelevant,
    Proven,
    Risk,
    Suspected,
    Verdict,
)
from why502.observations.want import Evidence
from why502.rules.answering import answered_here
from why502.rules.asking import route_of
from why502.rules.candidates import MOST, Candidate, candidates, tie, tie_by_log, tie_by_move
from why502.rules.cause import cause
from why502.rules.listening import Listens, Nobody, who_listens
from why502.rules.owning import is_own
from why502.rules.publishing import who_should


@cause(
    explains={
        FailureId.CONNECT_REFUSED,
        "network.nothing-listening",
        FailureId.CONNECT_TIMEOUT,
        "network.host-down",
        "gateway.wrong-protocol",
        FailureId.INVALID_RESPONSE,
        FailureId.CONNECT_UNREACHABLE,
        "dns.name-not-found",
    },
    common=3,
)
def wrong_address(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by an application elsewhere that is shown to be this route's own."""
    address = case.failure.about
    guess = Suspected(grade=Grade.COMPATIBLE, says="perhaps the configuration names the wrong address")
    if not isinstance(address, Endpoint) or case.failure.id is not FailureId.CONNECT_REFUSED:
        return guess if isinstance(address, Endpoint) else Irrelevant(says="a unix path: gateway.socket-missing")
    here = who_listens(address, evidence)
    if isinstance(here, Listens) and here.sure and is_own(address, evidence):
        return Excluded(because=(here.table,), says=f"a socket listens on {address}")
    if not isinstance(here, Nobody) or not is_own(address, evidence):
        return guess
    should = who_should(address, evidence)
    ours: tuple[Fact, ...] = tuple(each.names for each in should or () if each.here and each.names.sure)
    if ours:
        return Excluded(because=ours, says=f"{ours[0].about} should listen on {address}")
    if should:
        return guess
    found = candidates(case, evidence, here.table)
    if not found:
        return guess
    by = tie if len(found) <= MOST else tie_by_log
    if answered_here(case, evidence):
        by = tie_by_move  # what served this route was not written wrongly: another copy of it proves nothing
    tied = [(each, known) for each in found if (known := by(case, evidence, each)) is not None]
    if len({each.server.about for each, _ in tied}) != 1 or should is None:
        says = f"perhaps {found[0]} is the application that {address} was meant for"
        return Suspected(grade=Grade.SPECIFIC if len(found) == 1 else Grade.COMPATIBLE, says=says)
    return _proof(case, evidence, *tied[0])


def _proof(case: Case, evidence: Evidence, found: Candidate, known: tuple[str, tuple[Fact, ...]]) -> Proven:
    route = route_of(case, evidence)
    written = f" ({route.written} at {route.site})" if route is not None else ""
    says, because = known
    return Proven(
        subject=case.failure.about,
        because=(found.server, *because) if route is None else (found.server, *because, route),
        says=f"the application listens on {found}, not on {case.failure.about}{written}: {says}",
        fixes=(
            Fix(
                title=f"Write {found} in place of {case.failure.about}" + (f" at {route.site}" if route else ""),
                commands=("nginx -t && nginx -s reload",),
                risk=Risk.RELOAD,
            ),
        ),
    )
