"""Did the address of a failure itself answer before, by the gateway's log? Then it is not what was written wrongly."""

from dataclasses import replace
from datetime import timedelta

from why502.observations.gateway import PastAnswers
from why502.observations.place import Window
from why502.observations.verdict import Case
from why502.observations.want import Evidence
from why502.rules.asking import every, one, route_of
from why502.rules.keepalive import requests_want
from why502.rules.slowness import served_want
from why502.rules.upstreams import addresses

GOOD = "200"
LATELY = timedelta(days=2)


def answered_here(case: Case, evidence: Evidence) -> bool:
    """Tell whether it answered the failed path, or any other, since the configuration was taken up.

    Under a configuration of before, which may have named another address, only where the log names this one.
    """
    want = served_want(case)
    past = one(evidence, want)
    if past is not None and past.good and some_from(case, evidence, past):
        return True
    start = case.window.start
    newest = one(evidence, replace(want, window=Window(start=start - LATELY, end=start)))
    if newest is not None and str(case.failure.about) in newest.upstreams:
        return True
    requests = every(evidence, requests_want(case)) or ()
    return any((str(case.failure.about), GOOD) == each[:2] for request in requests for each in request.attempts)


def some_from(case: Case, evidence: Evidence, past: PastAnswers) -> bool:
    """Tell whether at least one of the good answers came from the address, whoever gave the others."""
    return str(case.failure.about) in past.upstreams or may_be_from(case, evidence, past)


def may_be_from(case: Case, evidence: Evidence, past: PastAnswers) -> bool:
    """Tell whether good answers came from the address alone, by the log or because the route has no other.

    A log that does not name the upstreams cannot tell the servers of a group apart.
    """
    if past.upstreams:
        return past.upstreams == (str(case.failure.about),)
    route = route_of(case, evidence)
    return route is not None and [str(each) for each in addresses(route)] == [str(case.failure.about)]
