"""The limits and headers in force where a request is passed on: from http to server to location, as nginx inherits."""

from collections.abc import Callable
from typing import TypeVar

from why502.gateways.nginx.scopes import Chain, all_in_force, in_force
from why502.gateways.nginx.tree import Directive
from why502.gateways.nginx.units import seconds, size
from why502.gateways.nginx.upstream import Url, is_address
from why502.gateways.nginx.variables import State
from why502.observations.gateway import Settings, Site

HTTP11_BY_DEFAULT = (1, 29, 7)
TLS13_BY_DEFAULT = (1, 23, 4)
DEFAULT_NEXT = ("error", "timeout")
VERSIONS = ("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1", "SSLv3", "SSLv2")
LISTS = {
    "proxy": "proxy_set_header",
    "grpc": "grpc_set_header",
    "fastcgi": "fastcgi_param",
    "uwsgi": "uwsgi_param",
    "scgi": "scgi_param",
}

T = TypeVar("T")


class _Reader:
    """Reads one setting after the other and keeps where each was written."""

    def __init__(self, chain: Chain, prefix: str) -> None:
        self._chain = chain
        self._prefix = prefix
        self.sites: list[tuple[str, Site]] = []

    def one(self, name: str, field: str, read: Callable[[str], T | None], default: T) -> T:
        """Return a value of one word; the default where it is not written or cannot be read."""
        found = in_force(self._chain, f"{self._prefix}_{name}")
        value = read(found.args[0]) if found is not None and found.args else None
        if found is None or value is None:
            return default
        self.sites.append((field, found.site))
        return value

    def words(self, name: str, field: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return a value of several words."""
        found = in_force(self._chain, f"{self._prefix}_{name}")
        if found is None or not found.args:
            return default
        self.sites.append((field, found.site))
        return found.args

    def pairs(self, name: str, field: str) -> tuple[Directive, ...]:
        """Return a list, which a block has as a whole."""
        found = tuple(directive for directive in all_in_force(self._chain, name) if len(directive.args) > 1)
        if found:
            self.sites.append((field, found[0].site))
        return found


def read_settings(state: State, prefix: str, url: Url | None, version: tuple[int, ...]) -> Settings:
    """Read what is in force for a protocol: `proxy`, `grpc`, `fastcgi`, `uwsgi`, `scgi` or `memcached`."""
    reader = _Reader(state.chain, prefix)
    tls = url is not None and url.tls
    headers = _headers(reader, prefix)
    http_version = reader.one("http_version", "http_version", str, _http_version(prefix, version))
    settings = Settings(
        connect_timeout=reader.one("connect_timeout", "connect_timeout", seconds, 60.0),
        send_timeout=reader.one("send_timeout", "send_timeout", seconds, 60.0),
        read_timeout=reader.one("read_timeout", "read_timeout", seconds, 60.0),
        buffer_size=reader.one("buffer_size", "buffer_size", size, 4096),
        http_version=http_version,
        next_upstream=reader.words("next_upstream", "next_upstream", DEFAULT_NEXT),
        request_buffering=reader.one("request_buffering", "request_buffering", _flag, True),
        body_limit=_body_limit(state.chain, reader),
        tls=tls,
        server_name=_server_name(reader, state, url) if tls else None,
        tls_verify=reader.one("ssl_verify", "tls_verify", _flag, False),
        tls_newest=_newest(reader, version) if tls else None,
        host=_host(state, headers, url) if prefix in ("proxy", "grpc") else "",
        headers=tuple(
            (name, told) for name, value in _sent(headers, prefix, http_version, version) if (told := state.told(value))
        ),
        script=tuple(_script(reader, state, prefix)),
    )
    return _with_sites(settings, reader.sites)


def _with_sites(settings: Settings, sites: list[tuple[str, Site]]) -> Settings:
    names = [name for name in settings.__dataclass_fields__ if name != "sites"]
    return Settings(**{name: getattr(settings, name) for name in names}, sites=tuple(sites))


def _http_version(prefix: str, version: tuple[int, ...]) -> str:
    if prefix == "grpc":
        return "2"
    if prefix != "proxy":
        return ""
    return "1.1" if version >= HTTP11_BY_DEFAULT else "1.0"


def _body_limit(chain: Chain, reader: _Reader) -> int:
    found = in_force(chain, "client_max_body_size")
    value = size(found.args[0], giga=True) if found is not None and found.args else None
    if found is None or value is None:
        return 1 << 20
    reader.sites.append(("body_limit", found.site))
    return value


def _flag(text: str) -> bool | None:
    return {"on": True, "off": False}.get(text.lower())


def _headers(reader: _Reader, prefix: str) -> list[tuple[str, str]]:
    if prefix not in ("proxy", "grpc"):
        return []
    found = reader.pairs(LISTS[prefix], "headers")
    for directive in found:
        if directive.args[0].lower() == "host":
            reader.sites.append(("host", directive.site))
    return [(directive.args[0], directive.args[1]) for directive in found]


def _sent(
    headers: list[tuple[str, str]], prefix: str, http_version: str, version: tuple[int, ...]
) -> list[tuple[str, str]]:
    """Return the headers that are set, without Host; `Connection: close` is what nginx adds by itself."""
    sent = [(name, value) for name, value in headers if name.lower() != "host"]
    named = {name.lower() for name, _ in sent}
    old = version < HTTP11_BY_DEFAULT or http_version == "1.0"
    if prefix == "proxy" and old and "connection" not in named:
        sent.append(("Connection", "close"))
    return sent


def _host(state: State, headers: list[tuple[str, str]], url: Url | None) -> str:
    default = url.host_header if url is not None else ""
    written = next((value for name, value in headers if name.lower() == "host"), None)
    return default if written is None else state.told(written)


def _server_name(reader: _Reader, state: State, url: Url | None) -> str | None:
    if not reader.one("ssl_server_name", "server_name", _flag, False):
        return None
    name = state.told(reader.one("ssl_name", "server_name", str, url.host if url is not None else ""))
    name = name if name.startswith("[") else name.partition(":")[0]
    return None if not name or is_address(name) else name


def _newest(reader: _Reader, version: tuple[int, ...]) -> str:
    default = ("TLSv1.2", "TLSv1.3") if version >= TLS13_BY_DEFAULT else ("TLSv1", "TLSv1.1", "TLSv1.2")
    allowed = reader.words("ssl_protocols", "tls_newest", default)
    return next((name for name in VERSIONS if name in allowed), "")


def _script(reader: _Reader, state: State, prefix: str) -> list[tuple[str, str]]:
    if prefix not in ("fastcgi", "uwsgi", "scgi"):
        return []
    return [(directive.args[0], state.told(directive.args[1])) for directive in reader.pairs(LISTS[prefix], "script")]
