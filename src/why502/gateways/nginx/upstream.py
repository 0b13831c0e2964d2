"""What a pass directive names: a group, or a host and port as written. Names stay names: who looks resolves them."""

import re
from ipaddress import ip_address

from why502.gateways.nginx.scopes import Scope, scope_of
from why502.gateways.nginx.tree import Config, Directive
from why502.gateways.nginx.units import number, seconds
from why502.observations.frozen import frozen
from why502.observations.gateway import Site

MOST_PORT = 65_535
KEEPALIVE_BY_DEFAULT = (1, 29, 7)
METHODS = ("ip_hash", "hash", "least_conn", "random", "least_time", "sticky")
_HOST = re.compile(r"(\[[^\]/]*\]|[^:/?\[\]]+)(?::(\d{1,5}))?(?=[/?]|\Z)")


@frozen
class Target:
    """A host, as an IP literal without brackets or a name to be resolved, and a port."""

    host: str
    port: int


@frozen
class UnixTarget:
    """A unix socket by its path."""

    path: str


@frozen
class GroupServer:
    """One server of a group as written; `resolve`: nginx resolves it again while it runs."""

    written: str
    target: Target | UnixTarget
    site: Site
    weight: int = 1
    backup: bool = False
    down: bool = False
    max_fails: int = 1
    fail_timeout: float = 10.0
    max_conns: int = 0
    resolve: bool = False


@frozen
class UpstreamGroup:
    """The servers a pass directive may use. `literal`: no `upstream` block, but a host and port in the directive.

    `keepalive` is None where connections are not kept, `zone` None where each worker counts for itself.
    """

    name: str
    servers: tuple[GroupServer, ...]
    site: Site
    literal: bool
    keepalive: int | None = None
    keepalive_timeout: float = 60.0
    method: str = "round robin"
    zone: str | None = None


@frozen
class Url:
    """A pass directive's value, taken apart. `host` as written (in brackets if so), `port` None where not written."""

    tls: bool
    host: str
    port: int | None
    default_port: int
    path: str | None
    uri: str

    @property
    def target(self) -> Target | UnixTarget:
        """Return where it points if it is not the name of a group."""
        if self.path is not None:
            return UnixTarget(path=self.path)
        return Target(host=self.host.strip("[]"), port=self.default_port if self.port is None else self.port)

    @property
    def host_header(self) -> str:
        """Return what `$proxy_host` is."""
        if self.path is not None:
            return "localhost"
        return self.host if self.port in (None, self.default_port) else f"{self.host}:{self.port}"


def parse_url(text: str, schemes: dict[str, tuple[bool, int]], bare: bool, uri_part: bool) -> Url | None:
    """Take a URL apart. `schemes` gives TLS and the default port of each, `bare` allows none.

    >>> parse_url("http://app:3000/x", {"http": (False, 80)}, bare=False, uri_part=True).target
    Target(host='app', port=3000)
    >>> parse_url("unix:/run/app.sock", {}, bare=True, uri_part=False).target
    UnixTarget(path='/run/app.sock')
    """
    tls, default, rest = False, 80, text
    for scheme, (with_tls, port) in schemes.items():
        if text[: len(scheme) + 3].lower() == f"{scheme}://":
            tls, default, rest = with_tls, port, text[len(scheme) + 3 :]
            break
    else:
        if not bare:
            return None
    if rest[:5].lower() == "unix:":
        path, _, uri = rest[5:].partition(":") if uri_part else (rest[5:], "", "")
        return Url(tls=tls, host=path, port=None, default_port=default, path=path, uri=uri) if path else None
    found = _HOST.match(rest)
    uri = rest[found.end() :] if found is not None else ""
    if found is None or (uri and not uri_part) or not (found[2] is None or 0 < int(found[2]) <= MOST_PORT):
        return None
    port_written = None if found[2] is None else int(found[2])
    return Url(tls=tls, host=found[1], port=port_written, default_port=default, path=None, uri=uri)


def groups_of(http: Scope) -> dict[str, Directive]:
    """Return the `upstream` blocks of an http block by name in lower case; the first of a name counts."""
    groups: dict[str, Directive] = {}
    for directive in http.named.get("upstream", ()):
        if directive.args and directive.block:
            groups.setdefault(directive.args[0].lower(), directive)
    return groups


def group_for(
    config: Config, groups: dict[str, Directive], url: Url, site: Site, version: tuple[int, ...]
) -> UpstreamGroup:
    """Return the group of that name, or the host and port as a group of their own."""
    block = groups.get(url.host.lower()) if url.port is None else None
    if block is not None:
        return read_group(config, block, version)
    written = f"unix:{url.path}" if url.path is not None else f"{url.host}:{url.port or url.default_port}"
    server = GroupServer(written=written, target=url.target, site=site)
    return UpstreamGroup(
        name=url.host_header if url.path is None else written, servers=(server,), site=site, literal=True
    )


def read_group(config: Config, block: Directive, version: tuple[int, ...]) -> UpstreamGroup:
    """Read an `upstream` block."""
    scope = scope_of(config, block)
    servers = tuple(server for directive in scope.named.get("server", ()) if (server := _server(directive)) is not None)
    keepalive = scope.first("keepalive")
    kept = number(keepalive.args[0]) if keepalive is not None and keepalive.args else None
    if keepalive is None and version >= KEEPALIVE_BY_DEFAULT:
        kept = 32
    timeout = scope.first("keepalive_timeout")
    zone = scope.first("zone")
    return UpstreamGroup(
        name=block.args[0],
        servers=servers,
        site=block.site,
        literal=False,
        keepalive=kept or None,
        keepalive_timeout=(seconds(timeout.args[0]) if timeout is not None and timeout.args else None) or 60.0,
        method=next((name for name in METHODS if name in scope.named), "round robin"),
        zone=zone.args[0] if zone is not None and zone.args else None,
    )


def is_address(host: str) -> bool:
    """Tell whether a host is an IP literal."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _server(directive: Directive) -> GroupServer | None:
    url = parse_url(directive.args[0], {}, bare=True, uri_part=False) if directive.args else None
    if url is None:
        return None
    flags = frozenset(directive.args[1:])
    values = dict(arg.split("=", 1) for arg in directive.args[1:] if "=" in arg)
    max_fails = number(values.get("max_fails", ""))
    fail_timeout = seconds(values.get("fail_timeout", ""), fine=False)
    return GroupServer(
        written=directive.args[0],
        target=url.target,
        site=directive.site,
        weight=number(values.get("weight", "")) or 1,
        backup="backup" in flags,
        down="down" in flags,
        max_fails=1 if max_fails is None else max_fails,
        fail_timeout=10.0 if fail_timeout is None else fail_timeout,
        max_conns=number(values.get("max_conns", "")) or 0,
        resolve="resolve" in flags,
    )
