"""The upstream needs a server name (SNI) and the gateway sends none, or another.

## What happens
One address serves many names. Without SNI the upstream ends the handshake with an alert, or shows the certificate of
another name. nginx sends none unless told to.

## Told apart from
`tls.version-mismatch`: the handshake fails with the name as well. `tls.name-mismatch`: with the name the upstream still
shows another certificate.

## Remedy
`proxy_ssl_server_name on;`, and `proxy_ssl_name` where the name differs from the host in `proxy_pass`.
"""

from why502.observations.failure import FailureId
from why502.observations.gateway import RouteTaken
from why502.observations.probes import Handshake
from why502.observations.verdict import Case, Fix, Risk, Suspected, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import route_of
from why502.rules.cause import cause
from why502.rules.handshaking import by_tls_message, failed, fits, name_expected, shaken, with_name_want
from why502.rules.knowing import known
from why502.rules.named import names
from why502.rules.probing import tls_want
from why502.rules.suspecting import perhaps, points

THIS = "tls.server-name-missing"
SHOWS_ANOTHER = frozenset({"tls.name-mismatch", "tls.untrusted-issuer", "tls.chain-incomplete"})


@cause(explains={FailureId.TLS_FAILED, "tls.name-mismatch", "tls.untrusted-issuer"}, common=7)
def server_name_missing(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by a handshake that works with the name and fails, or shows another certificate, without it."""
    says = "the upstream needs a server name (SNI)"
    route = route_of(case, evidence)
    if route is not None and route.settings.tls and route.settings.server_name is None:
        found = _by_probing(case, evidence, route)
        if found is not None and THIS not in names(case):
            return found
    decided = by_tls_message(case, evidence, THIS, f"{says}, and the gateway sends none or another")
    if decided is not None and not (SHOWS_ANOTHER & set(names(case)) and route is None):
        return decided
    if route is None or route.settings.server_name is not None:
        return perhaps(f"perhaps {says} that the gateway does not send")
    name = name_expected(case, route)
    more = (with_name_want(case, name),) if name is not None else ()
    return perhaps(f"perhaps {says}, and the gateway sends none", tls_want(case, route), *more)


def _by_probing(case: Case, evidence: Evidence, route: RouteTaken) -> Suspected | None:
    name = name_expected(case, route)
    if name is None:
        return None
    without, with_name = shaken(case, evidence), known(evidence, with_name_want(case, name))
    if without is None or with_name is None or with_name.handshake is not Handshake.DONE:
        return None
    fix = Fix(
        title=f"Set proxy_ssl_server_name on; at {route.site}",
        commands=("nginx -t && nginx -s reload",),
        risk=Risk.RELOAD,
    )
    if failed(without):
        return points(
            f"the handshake fails without a server name and works as {name}", without, with_name, fixes=(fix,)
        )
    bears = with_name.chain and any(fits(each, name) for each in with_name.chain[0].names)
    if bears and without.chain and with_name.chain[0].fingerprint != without.chain[0].fingerprint:
        says = f"asked for {name} the upstream shows the certificate of that name, without a name another"
        return points(says, without, with_name, fixes=(fix,))
    return None
