from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import (
    ELSEWHERE,
    Known,
    case,
    endpoint,
    gateway,
    inode,
    path_chain,
    route,
    socket_path,
    table,
    unix_listener,
)
from why502.causes.gateway.socket_missing import socket_missing
from why502.observations.failure import FailureId
from why502.observations.verdict import Proven

GONE = case(FailureId.CONNECT_NO_SOCKET, socket_path())
MISSING = path_chain(socket_path(), inode("/"), inode("/run"), missing="/run/app.sock")


def test_proved_by_the_path_in_the_gateways_own_place() -> None:
    found = proves(socket_missing, GONE, MISSING, route(), by={"PathChain", "RouteTaken"})
    assert "is missing" not in found.says, "that it does not exist is said once"


def test_a_directory_that_is_missing_is_named() -> None:
    found = proves(socket_missing, GONE, path_chain(socket_path(), inode("/"), missing="/run"), by={"PathChain"})
    assert found.says == "/run/app.sock does not exist: /run is missing"


def test_a_link_that_leads_nowhere_is_missing() -> None:
    link = path_chain(socket_path(), inode("/"), inode("/run"), inode("/run/app.sock", "link"), missing="/run/b.sock")
    proves(socket_missing, GONE, link, by={"PathChain"})


def test_a_path_that_exists_contradicts_it() -> None:
    excludes(socket_missing, GONE, path_chain())


def test_a_path_that_could_not_be_followed_is_spared() -> None:
    open_still(socket_missing, GONE, path_chain(socket_path(), inode("/"), unreadable="/run"))


def test_the_same_path_in_other_files_is_spared() -> None:
    elsewhere = path_chain(socket_path(place=ELSEWHERE), inode("/"), missing="/run")
    open_still(socket_missing, GONE, elsewhere)


def test_an_address_is_spared() -> None:
    spares(socket_missing, case(FailureId.CONNECT_REFUSED, endpoint()), MISSING)


def test_a_socket_of_a_like_name_is_offered() -> None:
    asked = case(FailureId.CONNECT_NO_SOCKET, socket_path("/run/php/php7.4-fpm.sock"))
    gone = path_chain(socket_path("/run/php/php7.4-fpm.sock"), inode("/"), missing="/run/php")
    near = table(unix_listener("/run/php/php8.2-fpm.sock"), unix_listener("/run/dbus/socket"))
    verdict = socket_missing.judge(asked, Known(gone, gateway(), near))
    assert isinstance(verdict, Proven)
    assert "php8.2-fpm.sock" in verdict.fixes[0].title


def test_blind() -> None:
    is_blind(socket_missing, GONE, MISSING, route())
    is_blind(socket_missing, GONE, path_chain())
