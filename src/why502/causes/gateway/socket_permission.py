"""The gateway's user may not open the unix socket.

## What happens
The socket exists, but its mode, or that of a directory above it, shuts out the user that the gateway's workers run as.

## Told apart from
`gateway.socket-missing`: there is no socket. `firewall.mandatory-access-control`: the permission bits would let the
gateway in, and SELinux or AppArmor does not.

## Remedy
Give socket and directories to a group that the gateway's user is in (`listen.group`, `SocketGroup=`, `--umask`,
`chmod-socket`), and let the gateway be reloaded or restarted if its groups changed.
"""

from why502.observations.fact import Like
from why502.observations.failure import FailureId
from why502.observations.files import Inode, PathChain
from why502.observations.gateway import GatewayProcess
from why502.observations.probes import Met
from why502.observations.subjects import SocketPath
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
from why502.rules.asking import gateway_of, one
from why502.rules.cause import cause
from why502.rules.permission import denied_at
from why502.rules.probing import connect_want


@cause(explains={FailureId.CONNECT_DENIED}, common=6)
def socket_permission(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by the bits of every component, for the user of the gateway's workers."""
    address = case.failure.about
    if not isinstance(address, SocketPath):
        return Irrelevant(says="the upstream is no unix socket")
    want = Want(kind=PathChain, about=address)
    gateway = gateway_of(case, evidence)
    chain = one(evidence, want)
    if chain is None or gateway is None or gateway.assumed or chain.end is None:
        return Suspected(
            grade=Grade.NAMED,
            says=f"the gateway was denied the socket {address.path}",
            subject=address,
            wants=(want, Want(kind=GatewayProcess, about=case.failure.hop.gateway)),
        )
    return _by_bits(case, evidence, chain, gateway)


def _by_bits(case: Case, evidence: Evidence, chain: PathChain, gateway: GatewayProcess) -> Verdict:
    """Judge by the bits, and by a connection as the gateway's user: access lists stand beside the bits."""
    address, user = case.failure.about, gateway.user
    want = connect_want(case, gateway)
    tried = one(evidence, want)
    stopped = denied_at(chain, user)
    if tried is not None and tried.met is Met.CONNECTED and Like.USER in tried.seen.likeness:
        return Excluded(because=(chain, tried), says=f"uid {user.uid} can open {address}")
    if stopped is None or user.uid == 0:
        says = f"the permission bits let uid {user.uid} open {address}; an access list or a security module may not"
        return Suspected(grade=Grade.COMPATIBLE, says=says, subject=address, because=(chain,), wants=(want,))
    return Proven(
        subject=address,
        because=(chain, gateway) if tried is None else (chain, gateway, tried),
        says=_says(stopped, gateway),
        fixes=(_fix(stopped, gateway),),
    )


def _says(stopped: Inode, gateway: GatewayProcess) -> str:
    right = "search" if stopped.kind == "dir" else "write to"
    return (
        f"the gateway's workers run as uid {gateway.user.uid} and may not {right} {stopped.path}"
        f" (mode {stopped.mode:04o}, uid {stopped.uid}, gid {stopped.gid})"
    )


def _fix(stopped: Inode, gateway: GatewayProcess) -> Fix:
    right = "x" if stopped.kind == "dir" else "rw"
    return Fix(
        title=f"Let the gateway's group into {stopped.path}, and set it so where the socket is made",
        commands=(f"setfacl -m u:{gateway.user.uid}:{right} {stopped.path}",),
        risk=Risk.NONE,
    )
