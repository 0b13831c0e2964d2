from dataclasses import replace

from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import case, connect, endpoint, gateway, inode, path_chain, seen, socket_path
from why502.causes.gateway.socket_permission import socket_permission
from why502.observations.fact import Like
from why502.observations.failure import FailureId
from why502.observations.probes import Met
from why502.observations.want import User

DENIED = case(FailureId.CONNECT_DENIED, socket_path())
SHUT = path_chain(socket_path(), inode("/"), inode("/run"), inode("/run/app.sock", "socket", 0o660, uid=50, gid=50))
CONNECTS = connect(about=socket_path(), seen=replace(seen(), likeness=frozenset({Like.USER})))


def test_proved_by_the_bits_for_the_gateways_user() -> None:
    verdict = proves(socket_permission, DENIED, SHUT, gateway(), by={"PathChain", "GatewayProcess"})
    assert "0660" in verdict.says
    folder = path_chain(socket_path(), inode("/"), inode("/run", mode=0o700), inode("/run/app.sock", "socket", 0o777))
    proves(socket_permission, DENIED, folder, gateway(), by={"PathChain"})


def test_an_access_list_that_lets_the_user_in_contradicts_it() -> None:
    excludes(socket_permission, DENIED, SHUT, gateway(), CONNECTS)


def test_a_connection_as_another_user_does_not() -> None:
    proves(socket_permission, DENIED, SHUT, gateway(), connect(about=socket_path()), by={"PathChain"})


def test_open_bits_are_spared() -> None:
    """An access list, SELinux or AppArmor may deny what the bits allow."""
    open_still(socket_permission, DENIED, path_chain(), gateway())
    open_still(socket_permission, DENIED, path_chain(), gateway(), connect(Met.DENIED, about=socket_path()))


def test_root_is_spared() -> None:
    """Without its capabilities root is stopped as well, which the bits do not tell."""
    open_still(socket_permission, DENIED, SHUT, gateway(user=User(uid=0, gid=0)))


def test_an_assumed_gateway_and_a_path_that_was_not_followed_are_spared() -> None:
    open_still(socket_permission, DENIED, SHUT, gateway(assumed=True))
    open_still(socket_permission, DENIED, path_chain(socket_path(), inode("/"), unreadable="/run"), gateway())
    spares(socket_permission, case(FailureId.CONNECT_DENIED, endpoint()), SHUT, gateway())


def test_blind() -> None:
    is_blind(socket_permission, DENIED, SHUT, gateway(), CONNECTS)
