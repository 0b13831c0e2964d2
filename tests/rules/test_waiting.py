from tests.evidence import WHEN, Known, after, case, connection, connections, endpoint, socket_path
from why502.observations.failure import FailureId
from why502.observations.place import Window
from why502.observations.sockets import Connection, TcpState
from why502.observations.subjects import Address
from why502.rules.waiting import waits_wants, where_it_waited

FIRST, THEN = Window.instant(after(0)), Window.instant(after(1))
HUNG = case(FailureId.RESPONSE_TIMEOUT, moments=(FIRST, THEN))


def seen_twice(before: tuple[Connection, ...], during: tuple[Connection, ...], about: Address | None = None) -> Known:
    return Known(connections(*before, about=about, at=FIRST), connections(*during, about=about, at=THEN))


def test_our_request_waits_in_the_queue() -> None:
    waited = where_it_waited(HUNG, seen_twice((connection(1, 5),), (connection(1, 5), connection(2, 0))))
    assert waited is not None
    assert (waited.queued, waited.taken, waited.new_queued, waited.new_taken) == (1, 1, 1, 0)


def test_our_request_was_taken_at_once() -> None:
    waited = where_it_waited(HUNG, seen_twice((), (connection(2, 7),)))
    assert waited is not None
    assert (waited.new_queued, waited.new_taken) == (0, 1)


def test_one_that_nobody_read_is_not_served() -> None:
    waited = where_it_waited(HUNG, seen_twice((), (connection(2, 7, unread=80),)))
    assert waited is not None
    assert (waited.new_queued, waited.new_taken) == (1, 0)


def test_only_the_upstreams_ends_count() -> None:
    ours = connection(8000, 7, local="127.0.0.1", local_port=40000)
    gone = connection(3, 0, state=TcpState.TIME_WAIT)
    waited = where_it_waited(HUNG, seen_twice((), (ours, gone)))
    assert waited is not None
    assert (waited.queued, waited.taken) == (0, 0)


def test_a_request_that_was_not_seen_waiting_says_nothing() -> None:
    assert where_it_waited(case(FailureId.RESPONSE_TIMEOUT), seen_twice((), ())) is None
    assert where_it_waited(HUNG, Known(connections(at=FIRST))) is None
    cut = Known(connections(at=FIRST), connections(at=THEN, complete=False))
    assert where_it_waited(HUNG, cut) is None
    assert [want.window for want in waits_wants(HUNG)] == [FIRST, THEN]
    assert WHEN.holds(FIRST)
    assert endpoint() == HUNG.failure.about


def at_socket(before: tuple[int, ...], during: tuple[int, ...]) -> tuple[int, int] | None:
    """Connections of a unix socket by inode, 0 for one that waits."""
    path = socket_path()
    rows = [tuple(connection(0, each, local=path.path, remote="") for each in moment) for moment in (before, during)]
    hung = case(FailureId.RESPONSE_TIMEOUT, path, moments=(FIRST, THEN))
    waited = where_it_waited(hung, seen_twice(rows[0], rows[1], path))
    return None if waited is None else (waited.new_queued, waited.new_taken)


def test_at_a_unix_socket_the_first_come_is_the_first_served() -> None:
    assert at_socket((5, 6), (5, 6, 0)) == (1, 0)
    assert at_socket((5, 6), (5, 6, 7)) == (0, 1)


def test_at_a_unix_socket_one_taken_and_one_waiting_cannot_be_told_apart() -> None:
    assert at_socket((5, 6), (5, 7, 0)) is None, "one ended, another was taken: the number is the same"
    assert at_socket((5,), (5,)) is None
