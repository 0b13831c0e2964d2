"""SELinux or AppArmor denies the gateway's connect, or the application's bind.

## What happens
The permission bits and the packet filter would let the connection pass, but the policy of the system does not:
`Permission denied` to an address, or to a socket that everybody may open.

## Told apart from
`gateway.socket-permission`: the bits themselves shut the gateway out. `firewall.rejected`: a packet filter says
`Operation not permitted`.

## Remedy
Read the denial (`ausearch -m avc -ts recent`, `journalctl -k -g DENIED`), then allow just that: with SELinux
`setsebool -P httpd_can_network_connect 1` or the right label of the socket, with AppArmor the profile.
"""

from why502.observations.failure import FailureId
from why502.observations.files import PathChain
from why502.observations.subjects import Endpoint, SocketPath
from why502.observations.verdict import Case, Excluded, Fix, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.asking import gateway_of, one
from why502.rules.cause import cause
from why502.rules.named import errno
from why502.rules.permission import denied_at
from why502.rules.suspecting import perhaps, points

DENIED = 13
SEE = Fix(title="Read the policy's denials", commands=("ausearch -m avc -ts recent", "journalctl -k -g DENIED"))


@cause(
    explains={FailureId.CONNECT_DENIED, "application.not-running", "application.crash-loop"},
    common=8,
)
def mandatory_access_control(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by a denial that neither permission bits nor a packet filter explain."""
    address = case.failure.about
    guess = perhaps("perhaps SELinux or AppArmor denies it")
    if case.under is not None or case.failure.id is not FailureId.CONNECT_DENIED:
        return guess
    if isinstance(address, Endpoint):
        if errno(case) != DENIED:
            return guess
        return points(f"the gateway may not connect to {address}: a policy says so", case.failure, fixes=(SEE,))
    if not isinstance(address, SocketPath):
        return guess
    want = Want(kind=PathChain, about=address)
    chain, gateway = one(evidence, want), gateway_of(case, evidence)
    if chain is None or chain.end is None or gateway is None or gateway.assumed:
        return perhaps(guess.says, want)
    stopped = denied_at(chain, gateway.user)
    if stopped is not None:
        return Excluded(because=(chain,), says=f"the permission bits of {stopped.path} deny it already")
    says = f"the permission bits let uid {gateway.user.uid} open {address.path}, yet it was denied"
    return points(says, chain, gateway, fixes=(SEE,))
