"""Which server block takes a connection and a Host: listening sockets and server names, as nginx chooses."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from why502.gateways.nginx.grammar import LISTEN, SERVER, SERVER_NAME, Problem
from why502.gateways.nginx.hostnames import HostTable
from why502.gateways.nginx.patterns import Found, Unknown, search
from why502.gateways.nginx.scopes import Scope
from why502.gateways.nginx.tree import Config, Directive
from why502.observations.frozen import frozen
from why502.observations.gateway import Site

ANY4 = "0.0.0.0"  # noqa: S104 - compared with, never bound to
ANY6 = "::"
MOST_PORTS = 65_535
BY_DEFAULT = "default server of the socket"
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?\Z")
_LISTEN = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<host>[^:\[\]/]*?))(?::(?P<ports>\d{1,5}(?:-\d{1,5})?))?\Z")


@frozen
class Listen:
    """One address of a `listen`. `address` is an IP literal, a name as written, or `unix:/path` (port 0)."""

    address: str
    port: int
    last_port: int
    site: Site
    default: bool = False
    ssl: bool = False
    http2: bool = False
    quic: bool = False
    proxy_protocol: bool = False
    both_families: bool = False


@frozen
class ServerBlock:
    """A server of the http block: where it listens, and its names as written."""

    number: int
    http: Directive
    block: Directive
    listens: tuple[Listen, ...]
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the first name as `$server_name` has it."""
        return self.names[0].removeprefix(".") if self.names else ""


@frozen
class Chosen:
    """The server that was chosen, how, and what its pattern caught."""

    server: ServerBlock
    default: ServerBlock
    listen: Listen
    how: str
    caught: Found | None = None
    doubt: str | None = None


class _Socket:
    """The servers of one address and port, in order."""

    def __init__(self, default: ServerBlock, listen: Listen) -> None:
        self.default = default
        self.listen = listen
        self.servers: list[ServerBlock] = []
        self.names: _Names | None = None


class _Names:
    """The names of one socket: those in the table, and patterns in the order of the file."""

    def __init__(self, servers: list[ServerBlock], hostname: str) -> None:
        self.table: HostTable[ServerBlock] = HostTable()
        self.patterns: list[tuple[str, ServerBlock]] = []
        for server in servers:
            for name in server.names or ("",):
                if name.startswith("~"):
                    self.patterns.append((name[1:], server))
                else:
                    self.table.add(hostname if name.lower() == "$hostname" else name, server)


class Index:
    """All servers of a configuration, and the sockets they share."""

    def __init__(self, config: Config, hostname: str = "") -> None:
        """Go through the http blocks once. `hostname` is what `server_name $hostname` stands for."""
        self.config = config
        self.hostname = hostname
        self.main = Scope(None, config.top())
        self.https: dict[tuple[str, int], Scope] = {}
        self.servers: list[ServerBlock] = []
        self.problems: list[Problem] = []
        self._sockets: dict[tuple[str, int], _Socket] = {}
        for block in self.main.named.get("http", ()):
            self.https[block.key] = Scope(block, self._beside_servers(block))
        for server in self.servers:
            for listen in server.listens:
                self._listen(server, listen)

    def http(self, server: ServerBlock) -> Scope:
        """Return the http block around a server."""
        return self.https[server.http.key]

    def choose(self, address: str, port: int, host: str) -> Chosen | None:
        """Choose as nginx does; `address` is the local one of the connection, `host` lower case without port.

        `None` where no server listens there.
        """
        socket = self._socket(normal(address), port)
        if socket is None:
            return None
        if socket.names is None:
            socket.names = _Names(socket.servers, self.hostname)
        return _by_name(socket, socket.names, host)

    def default(self, address: str, port: int) -> Chosen | None:
        """Return the default server of a socket, which answers before a Host was read."""
        socket = self._socket(normal(address), port)
        if socket is None:
            return None
        return Chosen(server=socket.default, default=socket.default, listen=socket.listen, how=BY_DEFAULT)

    def listening(self) -> Iterator[tuple[str, int, ServerBlock]]:
        """Go through the sockets with their default servers."""
        for (address, port), socket in self._sockets.items():
            yield address, port, socket.default

    def _beside_servers(self, http: Directive) -> Iterator[Directive]:
        config = self.config
        for source, index in config.ranges(http.source, http.index + 1, http.source.closes[http.index]):
            directive = Directive(source=source, index=index, words=source.words(index))
            if source.kinds[index] == SERVER and directive.block:
                self._server(http, directive)
            else:
                yield directive

    def _server(self, http: Directive, block: Directive) -> None:
        listens: list[Listen] = []
        names: list[str] = []
        for source, index in self.config.ranges(block.source, block.index + 1, block.source.closes[block.index]):
            kind = source.kinds[index]
            if kind == SERVER_NAME:
                names += source.words(index)[1:]
            elif kind == LISTEN:
                site = Site(path=source.path, line=source.line(source.starts[index]))
                read = parse_listen(source.words(index)[1:], site)
                if isinstance(read, Problem):
                    self.problems.append(read)
                else:
                    listens += read
        if not listens:
            listens = [Listen(address=ANY4, port=80, last_port=80, site=block.site)]
        self.servers.append(
            ServerBlock(number=len(self.servers), http=http, block=block, listens=tuple(listens), names=tuple(names))
        )

    def _listen(self, server: ServerBlock, listen: Listen) -> None:
        if listen.quic:
            return
        addresses = ("127.0.0.1", "::1") if listen.address.lower() == "localhost" else (listen.address,)
        for address in addresses:
            for port in range(listen.port, listen.last_port + 1):
                socket = self._sockets.setdefault((address, port), _Socket(server, listen))
                if not socket.servers or socket.servers[-1] is not server:
                    socket.servers.append(server)
                if listen.default:
                    socket.default = server
                if listen.both_families:
                    socket.listen = listen

    def _socket(self, address: str, port: int) -> _Socket | None:
        if address.startswith("unix:"):
            return self._sockets.get((address, 0))
        own = self._sockets.get((address, port))
        if own is not None or ":" in address:
            return own or self._sockets.get((ANY6, port))
        wild = self._sockets.get((ANY4, port))
        if wild is None:
            both = self._sockets.get((ANY6, port))
            wild = both if both is not None and both.listen.both_families else None
        return wild


def normal(address: str) -> str:
    """Return an IP literal in its usual form, anything else as it is."""
    read = _ip(address.strip("[]"))
    return address if read is None else str(read)


def _ip(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def parse_listen(args: tuple[str, ...], site: Site) -> tuple[Listen, ...] | Problem:
    """Read the parameters of `listen`."""
    where = args[0] if args else ""
    options = frozenset(args[1:])
    if where[:5].lower() == "unix:" and len(where) > len("unix:"):
        address, first, last = "unix:" + where[5:], 0, 0
    elif (found := _PORTS.match(where)) is not None:
        address, first, last = ANY4, int(found[1]), int(found[2] or found[1])
    elif (found := _LISTEN.match(where)) is not None:
        begin, _, end = (found["ports"] or "80").partition("-")
        address, first, last = _address(found), int(begin), int(end or begin)
    else:
        address, first, last = "", 1, 0
    unix = address.startswith("unix:")
    if not address or (not unix and not 0 < first <= last <= MOST_PORTS):
        return Problem(site=site, says=f'invalid "listen {where}"')
    return (
        Listen(
            address=address,
            port=first,
            last_port=last,
            site=site,
            default="default_server" in options or "default" in options,
            ssl="ssl" in options,
            http2="http2" in options,
            quic="quic" in options,
            proxy_protocol="proxy_protocol" in options,
            both_families="ipv6only=off" in options,
        ),
    )


def _address(found: re.Match[str]) -> str:
    if found["six"] is not None:
        six = _ip(found["six"])
        return str(six) if isinstance(six, IPv6Address) else ""
    return ANY4 if found["host"] == "*" else normal(found["host"])


def _by_name(socket: _Socket, known: _Names, host: str) -> Chosen:
    doubt = None
    caught = None
    found = known.table.find(host)
    if found is None and host:
        for pattern, server in known.patterns:
            tried = search(pattern, host, caseless=any("A" <= sign <= "Z" for sign in pattern))
            if isinstance(tried, Unknown):
                doubt = doubt or tried.what
            elif tried is not None:
                found, caught = (server, f'name "~{pattern}"'), tried
                break
    server, how = found or (socket.default, BY_DEFAULT)
    return Chosen(server=server, default=socket.default, listen=socket.listen, how=how, caught=caught, doubt=doubt)
