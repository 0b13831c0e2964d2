"""The upstream's certificate is for other names.

## What happens
The gateway checks the certificate against a name (nginx: `proxy_ssl_name`, else the host of `proxy_pass`, which may be
the name of an upstream group), and the certificate does not bear it.

## Told apart from
`tls.server-name-missing`: asked by SNI, the upstream would show the right certificate. `dns.stale-address`: the address
now belongs to somebody else.

## Remedy
Set `proxy_ssl_name` to a name of the certificate, or have one issued for the name that is used.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Excluded, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.handshaking import by_tls_message, fits, name_expected, shaken
from why502.rules.probing import tls_want
from why502.rules.suspecting import perhaps, points


@cause(explains={FailureId.TLS_FAILED}, common=7)
def name_mismatch(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the gateway's message, or by the names of the certificate."""
    says = "the upstream's certificate is for other names"
    name = case.failure.told("name")
    decided = by_tls_message(case, evidence, "tls.name-mismatch", f"{says}{f' than {name}' if name else ''}")
    if decided is not None:
        return decided
    route = route_of(case, evidence)
    if route is None:
        return perhaps(f"perhaps {says}")
    if not route.settings.tls_verify:
        return Irrelevant(says="the gateway does not check the upstream's certificate")
    want = tls_want(case, route)
    attempt, held = shaken(case, evidence), one(evidence, want)
    expected = route.settings.server_name or name_expected(case, route)
    if attempt is None or not attempt.chain or expected is None:
        return perhaps(f"perhaps {says}", want)
    if not any(fits(each, expected) for each in attempt.chain[0].names):
        return points(f"the certificate is for {', '.join(attempt.chain[0].names[:4])}, not {expected}", attempt)
    return Excluded(because=(held,), says=f"the certificate bears {expected}") if held is not None else perhaps(says)
