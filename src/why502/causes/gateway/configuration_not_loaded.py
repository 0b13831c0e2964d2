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
from why502.rules.knowing import known
from why502.rules.suspecting import perhaps, points


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
    },
    common=8,
)
def configuration_not_loaded(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by files that are newer than what the process took up."""
    gateway = case.failure.hop.gateway
    if not isinstance(gateway, Process):
        return Irrelevant(says="the gateway's files are not at hand")
    want = Want(kind=GatewaySetup, about=gateway)
    setup, held = known(evidence, want), one(evidence, want)
    if held is not None and not held.newer:
        return Excluded(because=(held,), says="no file is newer than what the gateway took up")
    newer = [each for each in setup.newer if each in setup.files] if setup is not None else []
    if setup is None or not newer:
        return perhaps("perhaps the gateway runs an older configuration than its files say", want)
    fix = Fix(title="Test and load it", commands=("nginx -t && nginx -s reload",), risk=Risk.RELOAD)
    return points(f"{newer[0]} changed after the gateway took its configuration up", setup, fixes=(fix,))
