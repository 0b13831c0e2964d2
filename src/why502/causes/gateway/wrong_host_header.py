"""The upstream needs another Host than the gateway sends.

## What happens
nginx sends the host of `proxy_pass` unless told otherwise, which may be the name of an upstream group. A server that
chooses its site by Host closes, redirects or answers for another site.

## Told apart from
`gateway.other-route-chosen`: the gateway's own choice. `tls.server-name-missing`: the same fault one layer below, in
SNI. `application.request-rejected`: it rejects the request under every Host.

## Remedy
`proxy_set_header Host $host;`, or the name that the upstream expects.
"""

from dataclasses import replace

from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.observations.verdict import Case, Excluded, Fix, Risk, Verdict
from why502.observations.want import As, Evidence, Want
from why502.rules.again import HUNG_UP, again
from why502.rules.asking import one
from why502.rules.cause import cause
from why502.rules.knowing import known
from why502.rules.probing import asked
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import known_route


@cause(
    explains={
        FailureId.CLOSED_BEFORE_RESPONSE,
        "gateway.other-route-chosen",
        "firewall.request-blocked",
        "application.request-rejected",
        FailureId.UPSTREAM_ANSWERED_ERROR,
    },
    common=8,
)
def wrong_host_header(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it where the client's own Host is answered and the one that the gateway sends is hung up on."""
    guess = perhaps("perhaps the upstream needs another Host than the gateway sends")
    request, route, want = case.failure.request, known_route(case, evidence), asked(case, evidence)
    if case.under is not None or request is None or route is None or want is None:
        return guess
    client, ours = request.host, route.settings.host
    attempt = again(case, evidence)
    if not client or not ours or client.lower() == ours.lower() or attempt is None or attempt.reply not in HUNG_UP:
        return guess
    other = Want(kind=want.kind, about=want.about, how=replace(want.how or As(), host=client))
    found = known(evidence, other)
    if found is None:
        return perhaps(guess.says, other)
    if found.reply is Reply.ANSWERED:
        fix = Fix(title="Send the client's Host: proxy_set_header Host $host;", risk=Risk.RELOAD)
        return points(f"the upstream hangs up on Host {ours} and answers for {client}", attempt, found, fixes=(fix,))
    held = one(evidence, other)
    return guess if held is None else Excluded(because=(held,), says=f"it hangs up on Host {client} as well")
