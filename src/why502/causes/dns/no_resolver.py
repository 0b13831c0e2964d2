"""The gateway needs a resolver at run time and has none configured.

## What happens
The address in the configuration is made of a variable, so the name is not resolved when the configuration is read.
nginx then asks the servers of its own `resolver` directive, never those of the host, and there is none.

## Told apart from
Every other failure to resolve has asked somebody. A name that stands literally is resolved once, at the start.

## Remedy
Add `resolver ADDRESS;` (in a Docker network `127.0.0.11`), or write the name without a variable.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Fix, Irrelevant, Risk, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import route_of
from why502.rules.cause import cause
from why502.rules.named import named_another, names
from why502.rules.suspecting import by_message, perhaps

THIS = "dns.no-resolver"


@cause(explains={FailureId.RESOLVE_FAILED, FailureId.NO_LIVE_UPSTREAM}, common=8)
def no_resolver(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the gateway's own message."""
    if THIS in names(case):
        return by_message(case, _says(case), fixes=(_fix(case, evidence),))
    if case.failure.id is FailureId.NO_LIVE_UPSTREAM:
        return Irrelevant(says="nothing tells that a name was to be resolved")
    return named_another(case, THIS) or perhaps("perhaps the gateway has no resolver")


def _says(case: Case) -> str:
    return f"the gateway must resolve {case.failure.told('name') or 'a name'} at run time and has no resolver"


def _fix(case: Case, evidence: Evidence) -> Fix:
    route = route_of(case, evidence)
    where = f" for the location at {route.site}" if route is not None else ""
    return Fix(
        title=f"Add a resolver directive{where}, or write the upstream's name without a variable",
        commands=("nginx -t && nginx -s reload",),
        risk=Risk.RELOAD,
    )
