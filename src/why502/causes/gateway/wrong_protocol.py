"""The gateway speaks another protocol than the upstream.

## What happens
`proxy_pass` to a php-fpm or uWSGI socket, `fastcgi_pass` to a web server, plain HTTP/1 to a server that speaks HTTP/2
alone, or the port of a database. The upstream closes, waits for more, or answers in its own tongue.

## Told apart from
`application.malformed-response`: the right protocol, badly spoken. `tls.plain-to-tls-port` and
`tls.tls-to-plain-port`: the same protocol, with TLS on one side only.

## Remedy
Use the directive of the upstream's protocol (`fastcgi_pass`, `uwsgi_pass`, `grpc_pass`), or the port that speaks HTTP.
"""

from why502.observations.failure import FailureId
from why502.observations.gateway import RouteTaken
from why502.observations.probes import Reply, ResponseAttempt
from why502.observations.verdict import Case, Fix, Risk, Suspected, Verdict
from why502.observations.want import Evidence, Protocols
from why502.rules.again import again
from why502.rules.cause import cause
from why502.rules.hearing import hearing_wants, servers_at
from why502.rules.holding import address_of
from why502.rules.named import named_another, said
from why502.rules.refusing import Refused, complaints
from why502.rules.speech import speech
from why502.rules.suspecting import perhaps, points, told
from why502.rules.upstreams import known_route

SPEAKS = {"php-fpm": Protocols.FASTCGI, "gunicorn": Protocols.HTTP, "uvicorn": Protocols.HTTP, "node": Protocols.HTTP}
OURS = {Protocols.HTTP: "HTTP", Protocols.FASTCGI: "FastCGI", Protocols.GRPC: "HTTP/2"}
APART = frozenset({"TLS", "the PROXY protocol"})
"""These have causes of their own."""


@cause(
    explains={
        FailureId.INVALID_RESPONSE,
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.RESPONSE_TIMEOUT,
        FailureId.TLS_FAILED,
        "application.malformed-response",
    },
    common=8,
)
def wrong_protocol(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the upstream's own tongue, or by the server that was found there."""
    this = "gateway.wrong-protocol"
    decided = said(case, this, "the gateway's message tells of another protocol") or named_another(case, this)
    if decided is not None:
        return decided
    refused = complaints(case, evidence, Refused.PROTOCOL)
    if refused:
        return told(f"{refused[-1].product} got a request of another protocol", refused[-1], fixes=(_fix(),))
    route = known_route(case, evidence)
    found = _found(case, evidence, route) if route is not None else None
    return found or perhaps("perhaps the upstream speaks another protocol", *hearing_wants(case))


def _found(case: Case, evidence: Evidence, route: RouteTaken) -> Suspected | None:
    ours = OURS.get(route.protocol, route.protocol.value)
    attempt = again(case, evidence)
    theirs = _tongue(attempt)
    if attempt is not None and theirs is not None and theirs != ours and theirs not in APART:
        return points(f"the upstream speaks {theirs}, the gateway {ours} ({route.written})", attempt, fixes=(_fix(),))
    address = address_of(case)
    for server in servers_at(address, evidence) if address is not None else ():
        spoken = SPEAKS.get(server.product, route.protocol)
        if spoken is not route.protocol and (attempt is None or attempt.reply is not Reply.ANSWERED):
            says = f"{server.product} listens there and speaks {OURS[spoken]}, the gateway {ours} ({route.written})"
            return points(says, server, fixes=(_fix(),))
    return None


def _tongue(attempt: ResponseAttempt | None) -> str | None:
    if attempt is None or attempt.reply is Reply.ANSWERED:
        return None
    return speech(attempt.first)


def _fix() -> Fix:
    title = "Use the pass directive of the upstream's protocol"
    return Fix(title=title, commands=("nginx -t && nginx -s reload",), risk=Risk.RELOAD)
