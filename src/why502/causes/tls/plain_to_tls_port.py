"""The gateway speaks plain HTTP to a port that speaks TLS.

## What happens
The upstream waits for a TLS ClientHello and gets a request line. It closes or resets the connection, sends a TLS
alert, or answers 400 in clear text.

## Told apart from
`application.crashes-on-request` hangs up on a sound request; here the same port completes a TLS handshake.

## Remedy
Write `https://` (`grpcs://`) in the pass directive, or give the plain port.
"""

from why502.observations.failure import FailureId
from why502.observations.gateway import RouteTaken
from why502.observations.probes import Handshake, Reply, ResponseAttempt, TlsAttempt
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
from why502.observations.want import As, Evidence, TlsAs, Want
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.probing import BRIEF, asked

SPEAKS_TLS = frozenset({Handshake.DONE, Handshake.ALERT})
"""An alert is an answer in TLS, to a missing server name or a version for example."""

BAD_REQUEST = 400


@cause(
    explains={
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.INVALID_RESPONSE,
        FailureId.UPSTREAM_ANSWERED_ERROR,
    },
    common=5,
)
def plain_to_tls_port(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by a handshake that succeeds where the plain request fails."""
    address = case.failure.about
    route = route_of(case, evidence)
    if not isinstance(address, Endpoint):
        return Irrelevant(says="the upstream is no TCP port")
    if route is None:
        return Suspected(grade=Grade.COMPATIBLE, says="perhaps the port speaks TLS")
    if route.settings.tls and route.loaded:
        return Irrelevant(says="the gateway speaks TLS here")
    return _by_asking(case, evidence, address, route)


def _by_asking(case: Case, evidence: Evidence, address: Endpoint, route: RouteTaken) -> Verdict:
    want = Want(kind=TlsAttempt, about=address, how=As(tls=TlsAs(server_name=None), limit=BRIEF))
    plain_want = asked(case, evidence)
    shaken = one(evidence, want)
    plain = one(evidence, plain_want) if plain_want is not None else None
    if shaken is None or plain is None:
        wants = (want,) if plain_want is None else (want, plain_want)
        return Suspected(grade=Grade.COMPATIBLE, says=f"perhaps {address} speaks TLS", wants=wants)
    if shaken.handshake is Handshake.NOT_TLS:
        return Excluded(because=(shaken,), says=f"{address} answers a TLS handshake in clear text")
    if _answers_plain(plain):
        return Excluded(because=(plain,), says=f"{address} answers plain HTTP")
    if shaken.handshake not in SPEAKS_TLS or not _plain_fails(plain) or not route.loaded or route.settings.tls:
        return Suspected(grade=Grade.COMPATIBLE, says=f"perhaps {address} speaks TLS", because=(shaken, plain))
    return Proven(
        subject=address,
        because=(shaken, plain, route),
        says=f"{address} speaks TLS ({shaken.version or shaken.error}),"
        f" and the gateway sends it plain HTTP ({route.written})",
        fixes=(
            Fix(
                title=f"Write https:// instead of http:// at {route.site}, or name the plain port",
                commands=("nginx -t && nginx -s reload",),
                risk=Risk.RELOAD,
            ),
        ),
    )


def _plain_fails(plain: ResponseAttempt) -> bool:
    """Tell whether the plain request fails as the gateway's did; a server of TLS may also say 400 in clear text."""
    return plain.reply in {Reply.CLOSED, Reply.RESET, Reply.INVALID} or plain.status == BAD_REQUEST


def _answers_plain(plain: ResponseAttempt) -> bool:
    return plain.reply is Reply.ANSWERED and plain.status != BAD_REQUEST
