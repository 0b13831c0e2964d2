"""The sentences of a report: what failed, and the one that a manager can read."""

from why502.diagnosis.catalogue import catalogue
from why502.diagnosis.outcome import Finding, Incident, Outcome
from why502.observations.failure import Failure, FailureId
from why502.observations.gateway import RouteTaken
from why502.observations.subjects import Name
from why502.report.words import WORDS

UNVERIFIED = "its certificate"
"""How the reason begins where the target's own certificate is not good (`probes.contact`)."""
GOOD_TRIES = {1: 95, 2: 78, 3: 63, 4: 53, 5: 45}


def failure_words(failure: Failure, route: RouteTaken | None) -> str:
    """Say what the gateway saw."""
    who = failure.hop.product or "the gateway"
    known = not (isinstance(failure.about, Name) and failure.about.name.startswith("("))
    upstream = str(failure.about) if known else "its upstream"
    says = f"{who} {WORDS[failure.id].format(upstream=upstream)}"
    if failure.told("to-come") is not None and route is not None:
        limit = route.settings.connect_timeout
        if failure.id is FailureId.RESPONSE_TIMEOUT:
            limit = route.settings.read_timeout
        return f"{says} so far; it waits {limit:g} s"
    if failure.told("from") == "probe":
        return f"{says} (seen by asking it as the gateway does; no log line of it could be read)"
    return says


def summary_of(outcome: Outcome) -> str:
    """Say in one sentence what came out, and in another if it is not all."""
    early = f" Not everything was looked at: {outcome.unfinished}." if outcome.unfinished else ""
    return _said(outcome) + early


def _said(outcome: Outcome) -> str:
    site = outcome.target.host
    match outcome.finding:
        case Finding.BAD_GATEWAY | Finding.INTERMITTENT | Finding.RECOVERED:
            return _broken(site, outcome)
        case Finding.HEALTHY:
            return _healthy(site, outcome)
        case Finding.OTHER_ERROR:
            status = next((each.status for each in outcome.answers if each.status is not None), None)
            after = f" after {len(outcome.redirects)} redirects" if outcome.redirects else ""
            return f"{site} answers {status}{after}, which is no failure of a gateway."
        case Finding.UNREACHABLE:
            unnamed = (
                f"its name does not resolve ({outcome.names[0].code})" if outcome.names else "no address of it is known"
            )
            reasons = (each.error or "no answer" for each in outcome.answers)
            reason = next(reasons, unnamed)
            insecure = "; --insecure takes it" if reason.startswith(UNVERIFIED) else ""
            return f"{site} cannot be reached: {reason}{insecure}."
        case Finding.INCONCLUSIVE:
            return _inconclusive(site, outcome)


def _broken(site: str, outcome: Outcome) -> str:
    status = next((each.status for each in reversed(outcome.answers) if each.status and each.status >= 500), None)  # noqa: PLR2004
    if outcome.finding is Finding.RECOVERED:
        state = f"{site} answers now, but failed before"
    elif outcome.finding is Finding.INTERMITTENT:
        state = f"{site} fails now and then"
    else:
        state = f"{site} answers {status}" if status is not None else f"{site} does not answer"
    lead = outcome.incidents[0] if outcome.incidents else None
    return f"{state}: {_why(lead)}." if lead is not None else f"{state}."


def _why(incident: Incident) -> str:
    told = incident.explanation
    if told.chain:
        return told.chain[-1].proof.says.rstrip(".")
    failure = failure_words(incident.failure, incident.route)
    if told.suspects:
        cause = catalogue().get(told.suspects[0].cause)
        title = (cause.title if cause is not None else told.suspects[0].cause).rstrip(".")
        return f"{failure}; suspected, not proven: {title[:1].lower()}{title[1:]}"
    return f"{failure}; its cause is not known"


def _healthy(site: str, outcome: Outcome) -> str:
    tries = len(outcome.answers)
    bound = GOOD_TRIES.get(tries) or round(100 * (1 - 0.05 ** (1 / tries)))
    logs = ", and the gateway's log tells of no failure on this route" if outcome.inside is not None else ""
    good = f"{tries} of {tries} tries" if tries > 1 else "the one try"
    return f"{site} is healthy: {good} answered well{logs} (a failure rate of up to {bound} % would go unseen)."


def _inconclusive(site: str, outcome: Outcome) -> str:
    if outcome.unfinished and outcome.answers:
        return f"{site} had not answered after {outcome.answers[-1].seconds:.1f} s."
    if outcome.unfinished:
        return f"Nothing could be told of {site}."
    if outcome.inside is None:
        return f"Nothing could be told of {site}: no request was sent and no gateway here serves it."
    return f"Nothing failed for {site} in the logs of {outcome.inside.gateway.product}, and no request was sent."
