"""The files say one thing, and the process still runs another.

## What happens
The configuration was changed and not loaded: no reload, a reload that was refused for a fault elsewhere, or a file that
nothing includes. The gateway goes on with what it took up before.

## Told apart from
The cause that the old configuration has by itself: this one stands behind it where the newer files would have mended
the request.

## Remedy
`nginx -t`, then `nginx -s reload`, and read the error log for `[emerg]`: a refused reload is told only there.
"""

from why502.observations.failure import FailureId
from why502.observations.gateway import GatewaySetup
from why502.observations.subjects import Process
from why502.observations.verdict import Case, Excluded, Fix, Irrelevant, Risk, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.asking import one
from why502.rules.cause import cause
from why502.rules.holding import address_of
from why502.rules.knowing import known
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import fixed, known_route, stands_for

FIX = Fix(title="Test and load it", commands=("nginx -t && nginx -s reload",), risk=Risk.RELOAD)
DOUBT = (
    "changed after the gateway was started, and perhaps was not loaded since: the oldest worker is younger, but may"
    " have taken the place of another, with what was read before"
)


@cause(
    explains={
        "gateway.wrong-address",
        "gateway.stale-endpoints",
        "gateway.socket-missing",
        "gateway.upstream-missing",
        "gateway.timeout-too-short",
        "gateway.buffer-too-small",
        "gateway.other-route-chosen",
        "tls.certificate-expired",
        FailureId.CONNECT_REFUSED,
        "dns.stale-address",
        "network.nothing-listening",
        FailureId.CONNECT_TIMEOUT,
        FailureId.CONNECT_NO_SOCKET,
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESPONSE_TIMEOUT,
        FailureId.INVALID_RESPONSE,
        FailureId.HEADER_TOO_BIG,
        FailureId.TLS_FAILED,
    },
    common=8,
)
def configuration_not_loaded(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by files that are newer than what the process took up, or by another upstream in the log."""
    gateway = case.failure.hop.gateway
    if not isinstance(gateway, Process):
        return Irrelevant(says="the gateway's files are not at hand")
    want = Want(kind=GatewaySetup, about=gateway)
    setup, held = known(evidence, want), one(evidence, want)
    route, tried = known_route(case, evidence), address_of(case)
    leads = route is not None and tried is not None and fixed(route) and stands_for(route, tried)
    if route is not None and tried is not None and fixed(route) and not leads and not route.loaded:
        says = f"the gateway's own log names {tried}, and its files say {route.written} ({route.site})"
        return points(says, case.failure, route, fixes=(FIX,))
    if held is not None and not held.newer and not held.doubtful:
        return Excluded(because=(held,), says="no file is newer than what the gateway took up")
    changed = _changed(setup) if setup is not None else None
    if setup is None or changed is None:
        return perhaps("perhaps the gateway runs an older configuration than its files say", want)
    if leads or case.failure.id not in {FailureId.CONNECT_REFUSED, FailureId.UNKNOWN}:
        # what it tried is what the files say, or tells nothing of an address
        return perhaps(f"perhaps the gateway runs another configuration: {changed}")
    return points(changed, setup, fixes=(FIX,))


def _changed(setup: GatewaySetup) -> str | None:
    """Name a changed file; a directory is left out, as what came or went there need not have been included."""
    newer = [each for each in setup.newer if each in setup.files]
    doubtful = [each for each in setup.doubtful if each in setup.files]
    if newer:
        return f"{newer[0]} changed after the gateway took its configuration up"
    return f"{doubtful[0]} {DOUBT}" if doubtful else None
