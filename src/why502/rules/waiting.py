"""Where did our request wait: in the upstream's accept queue, or in a worker that had taken it?

The tables of the upstream's namespace are looked at just before our request and again while it hangs. A
connection that waits in the accept queue has no inode yet (`/proc/net/tcp`, `/proc/net/unix`), one that
was accepted has; one that was accepted while no thread was free has a request that nobody read. What is new in the
second table is ours, and what came in between.
"""

from why502.observations.frozen import frozen
from why502.observations.sockets import Connection, Connections, TcpState
from why502.observations.subjects import Endpoint, SocketPath
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Want
from why502.rules.asking import one
from why502.rules.listening import loopback, same_address

REST = 32
"""Bytes that a served request may leave unread; no request is as short as that."""


@frozen
class Waited:
    """Counts at the upstream's end; `new_queued` and `new_taken` came after the moment before our request."""

    before: Connections
    during: Connections
    queued: int
    taken: int
    new_queued: int
    new_taken: int


def waits_wants(case: Case) -> tuple[Want[Connections], ...]:
    """Return the wants of the two tables, if the request was seen waiting."""
    about = case.failure.about
    return tuple(Want(kind=Connections, about=about, window=moment) for moment in case.failure.moments)


def where_it_waited(case: Case, evidence: Evidence) -> Waited | None:
    """Compare the two tables."""
    wants = waits_wants(case)
    if len(wants) != 2:  # noqa: PLR2004
        return None
    before, during = one(evidence, wants[0]), one(evidence, wants[1])
    if before is None or during is None or not (before.complete and during.complete):
        return None
    known = {_key(each) for each in _ends(before, case)}
    rows = _ends(during, case)
    if isinstance(case.failure.about, SocketPath):
        return _at_socket(before, during, case)
    return Waited(
        before=before,
        during=during,
        queued=sum(not _served(each) for each in rows),
        taken=sum(_served(each) for each in rows),
        new_queued=sum(not _served(each) and _key(each) not in known for each in rows),
        new_taken=sum(_served(each) and _key(each) not in known for each in rows),
    )


def _served(connection: Connection) -> bool:
    """Tell whether somebody took the connection and read its request; a threaded server takes more than it serves.

    A few bytes may stay unread of a request that is served: php-fpm does not read the empty record at its end.
    """
    return bool(connection.inode) and connection.unread <= REST


def _at_socket(before: Connections, during: Connections, case: Case) -> Waited | None:
    """Count at a unix socket, whose connections have no names until they are taken.

    Ours is still open. If none was taken since the moment before it and some wait now, it is among those; if one was
    taken and none waits, it was taken. Where both are so it cannot be told.
    """
    earlier, rows = {each.inode for each in _ends(before, case)}, _ends(during, case)
    queued = sum(not each.inode for each in rows)
    taken = {each.inode for each in rows if each.inode}
    new = taken - earlier
    if bool(queued) == bool(new):
        return None
    return Waited(
        before=before, during=during, queued=queued, taken=len(taken), new_queued=int(not new), new_taken=len(new)
    )


def _ends(table: Connections, case: Case) -> list[Connection]:
    """Return the upstream's ends of open connections."""
    about = case.failure.about
    if not isinstance(about, Endpoint):
        return [each for each in table.connections if each.state is TcpState.ESTABLISHED]
    open_ = {TcpState.ESTABLISHED, TcpState.CLOSE_WAIT}
    return [
        each
        for each in table.connections
        if each.local_port == about.port
        and each.state in open_
        and (same_address(each.local, about.address) or loopback(about.address))
    ]


def _key(connection: Connection) -> tuple[str, int]:
    return connection.remote, connection.remote_port
