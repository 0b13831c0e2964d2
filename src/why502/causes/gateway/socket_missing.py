"""The unix socket that the configuration names does not exist.

## What happens
The gateway connects to a path at which nothing stands: the application makes its socket elsewhere (another version, a
private `/tmp`), or does not run and took its socket with it.

## Told apart from
`gateway.socket-permission`: the socket is there, but may not be opened. A socket file without a process behind it
refuses the connection instead.

## Remedy
Give the gateway the path that the application really uses, or start the application.
"""

from why502.observations.failure import FailureId
from why502.observations.files import PathChain
from why502.observations.sockets import SocketTable, UnixListener
from why502.observations.subjects import Machine, SocketPath
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
from why502.observations.want import Evidence, Want
from why502.rules.asking import gateway_of, one, route_of
from why502.rules.cause import cause


@cause(explains={FailureId.CONNECT_NO_SOCKET}, common=6)
def socket_missing(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by looking at the path in the gateway's own place."""
    address = case.failure.about
    if not isinstance(address, SocketPath):
        return Irrelevant(says="the upstream is no unix socket")
    want = Want(kind=PathChain, about=address)
    chain = one(evidence, want)
    if chain is None or chain.unreadable is not None:
        return Suspected(
            grade=Grade.NAMED,
            says=f"the gateway found no socket at {address.path}",
            subject=address,
            wants=(want,),
        )
    if chain.missing is None:
        return Excluded(because=(chain,), says=f"{address.path} exists")
    route = route_of(case, evidence)
    written = f" (named at {route.site})" if route is not None else ""
    above = f": {chain.missing} is missing" if chain.missing != address.path else ""
    return Proven(
        subject=address,
        because=(chain,) if route is None else (chain, route),
        says=f"{address.path} does not exist{written}{above}",
        fixes=_fixes(case, evidence, address),
    )


def _fixes(case: Case, evidence: Evidence, address: SocketPath) -> tuple[Fix, ...]:
    gateway = gateway_of(case, evidence)
    if gateway is None:
        return ()
    table = one(evidence, Want(kind=SocketTable, about=Machine(place=gateway.place.network())))
    near = [each for each in table.unix if _alike(each, address)] if table is not None else []
    if len(near) != 1:
        return (Fix(title="See which sockets exist", commands=("ss -lxp",)),)
    return (
        Fix(
            title=f"If {near[0].path} is the application's socket, name it in the gateway's configuration",
            commands=("nginx -t && nginx -s reload",),
            risk=Risk.RELOAD,
        ),
    )


def _alike(listener: UnixListener, address: SocketPath) -> bool:
    """Offer only a socket of the same kind of name: `php8.2-fpm.sock` for `php7.4-fpm.sock`."""
    ours = "".join(each for each in address.path.rsplit("/", 1)[-1] if each.isalpha())
    theirs = "".join(each for each in listener.path.rsplit("/", 1)[-1] if each.isalpha())
    return bool(ours) and ours == theirs
