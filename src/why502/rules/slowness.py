"""Does the application answer, and when, against what the gateway waits?"""

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.gateway import PastAnswers, RouteTaken
from why502.observations.probes import Reply, ResponseAttempt
from why502.observations.verdict import Case
from why502.observations.want import As, Evidence, Want
from why502.rules.asking import one, route_of
from why502.rules.probing import alike, asked
from why502.rules.waiting import waits_wants, where_it_waited

DEFAULT = 60.0
"""The read time-out that nginx waits unless told otherwise (seconds; ngx_http_proxy_module)."""

USUAL = 3
"""So many good answers before the failure show that a route used to answer in time."""


@frozen
class Slow:
    """A direct answer, and what it is measured against. `late`: after the gateway would have given up.

    `queued`: our request waited behind others, so its time is not its own. `changed`: the same path was
    answered in time before; None where that is not known, or too little to tell.
    """

    route: RouteTaken
    attempt: ResponseAttempt
    past: PastAnswers | None
    timeout: float
    late: bool
    queued: bool
    changed: bool | None


def past_want(case: Case) -> Want[PastAnswers]:
    """Return the want of how this path ended before: on this very route, of this Host, by this method."""
    request = case.failure.request
    about = case.failure.hop.route or case.failure.hop.gateway
    path = request.path.partition("?")[0] if request is not None else "/"
    host, method = (request.host, request.method) if request is not None else (None, "GET")
    return Want(kind=PastAnswers, about=about, how=As(path=path, host=host, method=method))


def served_want(case: Case) -> Want[PastAnswers]:
    """Return the want of how this path ended before on any of the gateway's servers."""
    path = case.failure.request.path.partition("?")[0] if case.failure.request is not None else "/"
    return Want(kind=PastAnswers, about=case.failure.hop.gateway, how=As(path=path))


def slow_wants(case: Case, evidence: Evidence) -> tuple[Want[Fact], ...]:
    """Return what would decide it."""
    want = asked(case, evidence)
    return (past_want(case), *waits_wants(case), *(() if want is None else (want,)))


def measured(case: Case, evidence: Evidence) -> Slow | None:
    """Return the measured answer, or None where none came, nothing was asked, or another request than the failed."""
    route = route_of(case, evidence)
    want = asked(case, evidence)
    if route is None or want is None or not route.loaded or not alike(case):
        return None
    waited = where_it_waited(case, evidence)
    past = one(evidence, past_want(case))
    if case.failure.moments and (waited is None or waited.new_queued > 0):
        # it waits behind others: asking it for more would only make the queue longer
        return None
    attempt = one(evidence, want)
    if attempt is None or attempt.reply is not Reply.ANSWERED:
        return None
    timeout = route.settings.read_timeout
    return Slow(
        route=route,
        attempt=attempt,
        past=past,
        timeout=timeout,
        late=attempt.seconds > timeout,
        queued=waited is None or waited.new_queued > 0,
        changed=_changed(past),
    )


def _changed(past: PastAnswers | None) -> bool | None:
    if past is None or 0 < past.good < USUAL or (past.good == 0 and past.unsure):
        return None
    return past.good >= USUAL
