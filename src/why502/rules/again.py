"""The failed request asked once more, on a fresh connection: how did it end?"""

from why502.observations.probes import Handshake, Reply, ResponseAttempt, TlsAttempt
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case
from why502.observations.want import As, Evidence, TlsAs, Want
from why502.rules.asking import route_of
from why502.rules.knowing import known
from why502.rules.probing import BRIEF, SAFE, asked

HUNG_UP = frozenset({Reply.CLOSED, Reply.RESET})


def again(case: Case, evidence: Evidence) -> ResponseAttempt | None:
    """Return the direct attempt, whatever its time."""
    want = asked(case, evidence)
    return known(evidence, want) if want is not None else None


def asked_alike(case: Case) -> bool:
    """Tell whether the failed request may be repeated as it was, so that a probe is its equal."""
    request = case.failure.request
    return request is not None and request.method in SAFE


def tls_probe(case: Case, evidence: Evidence) -> TlsAttempt | None:
    """Return what a ClientHello without a name met at a port to which the gateway speaks in clear text."""
    route = route_of(case, evidence)
    if not isinstance(case.failure.about, Endpoint) or route is None or route.settings.tls:
        return None
    how = As(tls=TlsAs(server_name=None), limit=BRIEF)
    return known(evidence, Want(kind=TlsAttempt, about=case.failure.about, how=how))


def speaks_tls(case: Case, evidence: Evidence) -> bool:
    """Tell whether such a port was seen to complete a TLS handshake."""
    shaken = tls_probe(case, evidence)
    return shaken is not None and shaken.handshake is Handshake.DONE
