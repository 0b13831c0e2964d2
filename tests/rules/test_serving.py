from tests.evidence import (
    Known,
    after,
    app_server,
    endpoint,
    host,
    info,
    listener,
    processes,
    socket_path,
    table,
    unix_listener,
)
from why502.observations.server import AppServer
from why502.rules.serving import event_loop, family, first_holder, named_server, serving

HELD = (table(listener(pids=(20, 21))), processes(info(20), info(21, parent=20, started=after(-5))))


def test_the_holders_and_their_server_are_found() -> None:
    held = serving(endpoint(), Known(*HELD, app_server(20)))
    assert held is not None
    assert [each.pid for each in held.holders] == [20, 21]
    assert held.server == app_server(20)
    assert first_holder(held) == info(20)


def test_an_unknown_program_has_no_server() -> None:
    held = serving(endpoint(), Known(*HELD).none(AppServer, host()))
    assert held is not None
    assert held.server is None
    other = serving(endpoint(), Known(*HELD, app_server(99)))
    assert other is not None
    assert other.server is None


def test_of_the_pools_of_one_master_the_one_that_names_the_address_serves() -> None:
    pools = [socket_path("/run/php/a.sock"), socket_path("/run/php/b.sock")]
    known = Known(
        table(*(unix_listener(each.path, pids=(20,)) for each in pools)),
        processes(info(20, "php-fpm")),
        app_server(20, pools[0], product="php-fpm", capacity=5),
        app_server(20, pools[1], product="php-fpm", capacity=1),
    )
    held = serving(pools[1], known)
    assert held is not None
    assert held.server is not None
    assert held.server.capacity == 1


def test_pools_that_name_nothing_are_not_told_apart() -> None:
    known = Known(*HELD, app_server(20, endpoint(port=1)), app_server(20, endpoint(port=2)))
    held = serving(endpoint(), known)
    assert held is not None
    assert held.server is None


def test_two_sockets_that_share_an_address_have_no_one_server() -> None:
    known = Known(
        table(listener(pids=(20,), inode=1), listener(pids=(30,), inode=2)), processes(info(20), info(30)),
        app_server(20), app_server(30),
    )  # fmt: skip
    held = serving(endpoint(), known)
    assert held is not None
    assert held.server is None


def test_without_a_listener_or_the_processes_nothing_is_known() -> None:
    assert serving(endpoint(), Known(table(), processes(), app_server())) is None
    assert serving(endpoint(), Known(table(listener()), app_server())) is None


def test_without_rights_nobody_holds_it() -> None:
    held = serving(endpoint(), Known(table(listener(), owners=False), processes(info(20)), app_server()))
    assert held is not None
    assert (held.holders, held.server, first_holder(held)) == ((), None, None)


def test_some_servers_take_connections_in_one_loop() -> None:
    loop, pool = (event_loop(endpoint(), Known(*HELD, app_server(20, product=each))) for each in ("node", "gunicorn"))
    assert loop == app_server(20, product="node")
    assert pool is None
    assert event_loop(endpoint(), Known()) is None


def test_without_rights_the_only_server_that_names_the_address_is_a_guess() -> None:
    unseen = (table(listener(), owners=False), processes(info(20), info(21, parent=20), info(22)))
    known = Known(*unseen, app_server(20, product="uvicorn"))
    assert event_loop(endpoint(), known) == named_server(endpoint(), known) == app_server(20, product="uvicorn")
    assert [each.pid for each in family(endpoint(), known)] == [20, 21]
    two = Known(*unseen, app_server(20), app_server(22))
    assert named_server(endpoint(), two) is None
    assert family(endpoint(), two) == ()
