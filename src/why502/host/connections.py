"""The TCP connections of a network namespace that involve one endpoint, at either end."""

from why502.host.reading import gap, seen
from why502.host.sockets import listing, way_in
from why502.host.tables import parse_tcp
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.place import Window
from why502.observations.sockets import Connection, Connections, TcpState
from why502.observations.subjects import Endpoint
from why502.observations.want import Gap, Want
from why502.vantage.base import No, Refusal
from why502.vantage.looking import Around, looker


def involves(connection: Connection, address: str, port: int) -> bool:
    """Tell whether the address is one of its two ends; a listening socket is no connection."""
    ends = {(connection.local, connection.local_port), (connection.remote, connection.remote_port)}
    return connection.state is not TcpState.LISTEN and (address, port) in ends


def line(connection: Connection) -> str:
    """Write one connection as a line of the report."""
    return (
        f"{connection.state.name} {connection.local} {connection.local_port} {connection.remote} "
        f"{connection.remote_port} unsent={connection.unsent} unread={connection.unread}"
    )


@looker(Connections)
async def connections(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Read the connections of an Endpoint's own namespace to or from it."""
    if not isinstance(want.about, Endpoint):
        return ()
    vantage, endpoint = around.vantage, want.about
    begun = await vantage.now()
    pid = await way_in(want, around, endpoint.place)
    if isinstance(pid, Gap):
        return pid
    found: list[Connection] = []
    complete = True
    for table in ("tcp", "tcp6"):
        read = await listing(vantage, endpoint.place.machine(), pid, table)
        if isinstance(read, Refusal):
            if table == "tcp6" and read.no is No.MISSING:
                continue
            return gap(want, read, vantage)
        rows = (row.connection for row in parse_tcp(read[0]))
        found += [each for each in rows if involves(each, endpoint.address, endpoint.port)]
        complete = complete and read[1]
    at = Window(start=begun, end=await vantage.now())
    source = f"/proc/{pid}/net/tcp, tcp6"
    return (
        Connections(
            about=endpoint,
            seen=seen(__name__, at, EvidenceKind.SOCKET_TABLE, source, [line(each) for each in found]),
            connections=tuple(found),
            complete=complete,
        ),
    )
