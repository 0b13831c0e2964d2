"""The gateway speaks TLS to a port that speaks plain HTTP.

## What happens
The gateway's ClientHello meets a plain server, which answers with clear text, closes, or waits for a request that never
comes; the handshake fails or times out.

## Told apart from
Every other failed handshake has a peer that speaks TLS. Here the peer's first bytes are no TLS record and a plain
request is answered.

## Remedy
Write `http://` (`grpc://`) in the pass directive, or give the TLS port.
"""

from why502.observations.failure import FailureId
from why502.observations.probes import Handshake, Met, Reply, ResponseAttempt, TlsAttempt
from why502.observations.subjects import Endpoint
from why502.observations.verdict import (
    Case,
    Excluded,
    Fix,
    Grade,
    Irrelevant,
    Proven,
    Risk,
    Suspected,
    Verdict,
)
from why502.observations.want import Evidence
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.probing import plain_want, tls_want

SPEAKS_TLS = frozenset({Handshake.DONE, Handshake.ALERT})


@cause(
    explains={FailureId.TLS_FAILED, FailureId.RESPONSE_TIMEOUT, FailureId.CONNECT_TIMEOUT},
    common=5,
)
def tls_to_plain_port(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by a plain request that is answered where the handshake fails."""
    address = case.failure.about
    route = route_of(case, evidence)
    named = "wrong version number" in (case.failure.told("reason") or case.failure.seen.raw)
    says = f"{address} seems to speak no TLS"
    if not isinstance(address, Endpoint):
        return Irrelevant(says="the upstream is no TCP port")
    if route is None:
        grade = Grade.NAMED if named else Grade.COMPATIBLE
        return Suspected(grade=grade, says=says) if case.failure.id is FailureId.TLS_FAILED else Irrelevant()
    if not route.settings.tls and route.loaded:
        return Irrelevant(says="the gateway speaks no TLS here")
    wants = (tls_want(case, route), plain_want(case, route))
    shaken, plain = one(evidence, wants[0]), one(evidence, wants[1])
    if shaken is None or plain is None:
        return Suspected(grade=Grade.NAMED if named else Grade.COMPATIBLE, says=says, wants=wants)
    if shaken.handshake in SPEAKS_TLS:
        return Excluded(because=(shaken,), says=f"{address} answers in TLS")
    if not _plain(shaken, plain) or not route.loaded or not route.settings.tls:
        return Suspected(grade=Grade.NAMED if named else Grade.COMPATIBLE, says=says, because=(shaken, plain))
    return Proven(
        subject=address,
        because=(shaken, plain, route),
        says=f"{address} answers plain HTTP ({plain.status}) and no TLS, and the gateway speaks TLS ({route.written})",
        fixes=(
            Fix(
                title=f"Write http:// instead of https:// at {route.site}, or name the TLS port",
                commands=("nginx -t && nginx -s reload",),
                risk=Risk.RELOAD,
            ),
        ),
    )


def _plain(shaken: TlsAttempt, plain: ResponseAttempt) -> bool:
    """Tell whether the port is shown to be plain: clear text in answer to a handshake, or a good answer without one.

    A port of TLS may say 400 to a plain request, or send it to https://, and close on a handshake it does not like.
    """
    if shaken.met is not Met.CONNECTED or plain.reply is not Reply.ANSWERED:
        return False
    good = plain.status is not None and plain.status in range(200, 300)
    return shaken.handshake is Handshake.NOT_TLS or good
