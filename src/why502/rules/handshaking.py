"""The TLS handshake with the upstream: what failed in it, and what a handshake of ours met."""

from why502.observations.failure import CauseId, FailureId
from why502.observations.gateway import RouteTaken
from why502.observations.probes import Handshake, TlsAttempt
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Irrelevant, Verdict
from why502.observations.want import As, Evidence, TlsAs, Want
from why502.rules.knowing import known
from why502.rules.named import named_another, said
from why502.rules.probing import BRIEF, tls_want
from why502.rules.suspecting import perhaps
from why502.rules.upstreams import host_of, known_route

HANDSHAKE_FAILURE = "40"


def by_tls_message(case: Case, evidence: Evidence, cause: CauseId, says: str) -> Verdict | None:
    """Decide by the gateway's message, or by the shape of the failure; None where neither tells."""
    named = said(case, cause, says)
    if named is not None:
        return named
    if not isinstance(case.failure.about, Endpoint):
        return Irrelevant(says="the upstream is no TCP port")
    route = known_route(case, evidence)
    if route is not None and not route.settings.tls:
        return Irrelevant(says="the gateway speaks no TLS here")
    if case.failure.id is not FailureId.TLS_FAILED and route is None:
        return perhaps(f"perhaps {says}")
    return named_another(case, cause)


def shaken(case: Case, evidence: Evidence) -> TlsAttempt | None:
    """Return a handshake made as the route makes it, whatever its time."""
    route = known_route(case, evidence)
    return known(evidence, tls_want(case, route)) if route is not None and route.settings.tls else None


def failed(attempt: TlsAttempt) -> bool:
    """Tell whether the peer took part in a handshake that came to nothing."""
    return attempt.handshake in {Handshake.ALERT, Handshake.CLOSED, Handshake.RESET, Handshake.OTHER}


def lone(attempt: TlsAttempt) -> bool:
    """Tell whether the peer sends one certificate that does not say where its issuer's own is to be had."""
    return len(attempt.chain) == 1 and not attempt.chain[0].issuer_at


def name_expected(case: Case, route: RouteTaken) -> str | None:
    """Return the name that the upstream is likely to be known by: the one checked, the Host sent, the one written."""
    group = route.group
    written = host_of(group.servers[0].written) if group is not None and group.servers else ""
    for each in (route.settings.server_name, route.settings.host.partition(":")[0], written):
        if each and not _is_address(each) and "." in each:
            return each
    return case.failure.told("name")


def _is_address(text: str) -> bool:
    return ":" in text or text.replace(".", "").isdigit()


def with_name_want(case: Case, name: str) -> Want[TlsAttempt]:
    """Shake hands with a server name, and any version."""
    return Want(kind=TlsAttempt, about=case.failure.about, how=As(tls=TlsAs(server_name=name), limit=BRIEF))


def any_version_want(case: Case, route: RouteTaken) -> Want[TlsAttempt]:
    """Shake hands as the route does, but with any version of the protocol."""
    how = As(tls=TlsAs(server_name=route.settings.server_name), limit=BRIEF)
    return Want(kind=TlsAttempt, about=case.failure.about, how=how)


def fits(pattern: str, name: str) -> bool:
    """Tell whether a certificate's name covers a host (RFC 6125, 6.4): `*` stands for the whole first label only."""
    pattern, wanted = pattern.lower().rstrip("."), name.lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == wanted
    first, _, rest = wanted.partition(".")
    return bool(first) and "." in rest and rest == pattern[2:]
