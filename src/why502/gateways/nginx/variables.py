"""Variables of one request as far as files and request tell them; what they do not tell is `Unknown`."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from posixpath import join

from why502.gateways.nginx.grammar import as_bytes_are
from why502.gateways.nginx.hostnames import HostTable
from why502.gateways.nginx.listeners import Chosen, Index
from why502.gateways.nginx.locations import Kind, kind_of
from why502.gateways.nginx.patterns import Found, Unknown, search
from why502.gateways.nginx.scopes import Chain, in_force
from why502.gateways.nginx.tree import Directive
from why502.gateways.nginx.uris import argument, escape_args, read_host
from why502.observations.frozen import frozen

Value = str | Unknown

DEEPEST_VALUE = 20
LONGEST_VALUE = 65_536
_PIECE = re.compile(r"\$(?:([1-9])|\{(\w+)\}|(\w+))|[^$]+|\$", re.ASCII)
_SET = re.compile(r'(?<![\w$-])set[ \t\r\n]++"?\$\{?(\w++)', re.ASCII)
_GROUP = re.compile(r"\(\?P?[<']([A-Za-z_]\w*)[>']", re.ASCII)
_BY_ANSWER = (
    re.compile(r'auth_request_set[ \t\r\n]++"?\$(\w++)', re.ASCII),
    re.compile(r'set_by_lua\w*+[ \t\r\n]++"?\$(\w++)', re.ASCII),
    re.compile(r'js_(?:set|var)[ \t\r\n]++"?\$(\w++)', re.ASCII),
)
_MAKERS = ("geo", "split_clients", "perl_set", "geoip2", "uuid4")


@frozen
class RequestFor:
    """The request to decide for. `address` is the local address of the client's connection, or `unix:/path`.

    `host` is the Host header as sent, `None` for none. `headers` are the others, `None` where they are not known;
    `client` the peer's address.
    """

    address: str
    port: int
    scheme: str
    host: str | None
    path_and_query: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] | None = None
    client: str | None = None


class State:
    """What changes while a request goes through the phases. Text holds one character for each byte."""

    def __init__(self, index: Index, request: RequestFor, chosen: Chosen) -> None:
        """Start where the request line and headers were read."""
        self.index = index
        self.request = request
        self.server = chosen.server
        self.unparsed = as_bytes_are(request.path_and_query)
        self.host = read_host(as_bytes_are(request.host) if request.host is not None else None) or ""
        self.uri = ""
        self.args = ""
        self.quoted = False
        self.method = request.method
        self.chain: Chain = ()
        self.captures: tuple[str, ...] = ()
        self.values: dict[str, Value] = {}
        self.pass_values: dict[str, str] = {}
        self._depth = 0
        self._pattern_alias = False

    def forget(self) -> None:
        """Be where a bad request line leaves nginx: no URI, no headers."""
        self.unparsed = self.host = ""
        self.request = replace(self.request, host=None, headers=())

    def catch(self, found: Found) -> None:
        """Keep what a pattern caught."""
        self.captures = found.groups
        self.values.update({name.lower(): value for name, value in found.named})

    def match(self, pattern: str, text: str, caseless: bool) -> bool | Unknown:
        """Match as the rewrite module does: captures are kept, and lost where nothing matches."""
        found = search(pattern, text, caseless)
        if isinstance(found, Unknown):
            return found
        if found is None:
            self.captures = ()
            return False
        self.catch(found)
        return True

    def expand(self, template: str, escape: bool = False) -> Value:
        """Put values in the place of variables; `escape` captures as in arguments."""
        if "$" not in template:
            return template
        out: list[str] = []
        for found in _PIECE.finditer(template):
            name = found[2] or found[3]
            if found[1] is not None:
                number = int(found[1])
                text = self.captures[number - 1] if number <= len(self.captures) else ""
                out.append(escape_args(text) if escape and self.quoted else text)
            elif name is not None:
                value = self.value(name.lower())
                if isinstance(value, Unknown):
                    return value
                out.append(value)
            else:
                out.append(found[0])
        return "".join(out)[:LONGEST_VALUE]

    def told(self, template: str) -> str:
        """Expand what can be told; what cannot stays as written."""
        value = self.expand(template)
        if isinstance(value, str):
            return value
        return _PIECE.sub(lambda found: self._piece(found[0]), template)

    def value(self, name: str) -> Value:
        """Return the value of one variable, its name in lower case without `$`."""
        if name in self.values:
            return self.values[name]
        if name in self.pass_values:
            return self.pass_values[name]
        if (known := _CORE.get(name)) is not None:
            return known(self)
        for prefix, family in _FAMILIES:
            if name.startswith(prefix) and len(name) > len(prefix):
                return family(self, name[len(prefix) :])
        return self._made(name)

    def assign(self, name: str, value: Value) -> None:
        """Do what `set` does."""
        if name == "args" and isinstance(value, str):
            self.args = value
        else:
            self.values[name] = value

    def header(self, name: str) -> Value:
        """Return a header as `$http_name` has it: `-` written as `_`, several joined (since 1.23.0)."""
        if name == "host":
            return as_bytes_are(self.request.host or "")
        if self.request.headers is None:
            return Unknown(what=f"$http_{name}")
        joint = "; " if name == "cookie" else ", "
        return as_bytes_are(
            joint.join(value for key, value in self.request.headers if key.lower().replace("-", "_") == name)
        )

    def root(self) -> Value:
        """Return the document root in force, without a slash at its end where nginx has none."""
        found = in_force(self.chain, "root", "alias")
        path = self.expand(found.args[0]) if found is not None and found.args else "html"
        return path if isinstance(path, Unknown) else join(self.index.config.prefix, path)

    def file(self) -> Value:
        """Return the path of the file for the URI now."""
        root = self.root()
        if isinstance(root, Unknown):
            return root
        taken = self.alias_length()
        return root + self.uri if taken is None else root + self.uri[taken:]

    def alias_cut(self) -> int:
        """Return how much `try_files` cuts off a name that begins as the location does; 0 for a pattern's alias."""
        taken = self.alias_length()
        return 0 if taken is None or self._pattern_alias else taken

    def alias_length(self) -> int | None:
        """Return how much of the URI an `alias` stands for, `None` under a `root`."""
        found = in_force(self.chain, "root", "alias")
        if found is None or found.name != "alias":
            return None
        for scope in reversed(self.chain):
            if found in scope.named.get("alias", ()) and scope.block is not None:
                kind, name = kind_of(scope.block)
                self._pattern_alias = kind in (Kind.PATTERN, Kind.CASELESS)
                return len(self.uri) if self._pattern_alias else len(name)
        return None

    def _piece(self, written: str) -> str:
        value = self.expand(written) if written != "$" else written
        return value if isinstance(value, str) else written

    def _made(self, name: str) -> Value:
        self._depth += 1
        try:
            if self._depth > DEEPEST_VALUE:
                return Unknown(what=f"${name}")
            for directive in reversed(self.index.http(self.server).named.get("map", ())):
                if directive.args[1:2] and directive.args[1].lstrip("$").lower() == name:
                    return self._map(directive, name)
        finally:
            self._depth -= 1
        if name in self._made_elsewhere:
            return Unknown(what=f"${name}")
        return "" if name in self._settable else Unknown(what=f"${name}")

    @cached_property
    def _settable(self) -> frozenset[str]:
        """Names that some `set` or pattern gives a value; without one they are empty."""
        texts = [source.text for source in self.index.config.sources.values()]
        return frozenset(name.lower() for text in texts for by in (_SET, _GROUP) for name in by.findall(text))

    @cached_property
    def _made_elsewhere(self) -> frozenset[str]:
        """Names whose values come from tables of addresses, other requests or scripts."""
        texts = [source.text for source in self.index.config.sources.values()]
        http = self.index.http(self.server)
        makers = [directive.args[-1] for maker in _MAKERS for directive in http.named.get(maker, ()) if directive.args]
        found = [name for text in texts for by in _BY_ANSWER for name in by.findall(text)]
        return frozenset(name.removeprefix("$").lower() for name in found + makers)

    def _map(self, block: Directive, name: str) -> Value:
        source = self.expand(block.args[0])
        if isinstance(source, Unknown):
            return source
        entries = [directive.words for directive in self.index.config.children(block)]
        words = self._entry(entries, source, ("hostnames",) in entries)
        value = words if isinstance(words, Unknown) else self.expand(words)
        if ("volatile",) not in entries:
            self.values[name] = value
        return value

    def _entry(self, entries: list[tuple[str, ...]], source: str, hostnames: bool) -> Value:
        """Return the template that a map has for a value."""
        default = ""
        table: HostTable[str] = HostTable()
        plain: dict[str, str] = {}
        patterns: list[tuple[str, str]] = []
        for key, template in (words for words in entries if len(words) == len(("key", "value"))):
            if key == "default":
                default = template
            elif key.startswith("~"):
                patterns.append((key[1:], template))
            elif hostnames:
                table.add(key.removeprefix("\\"), template)
            else:
                plain.setdefault(key.removeprefix("\\").lower(), template)
        if hostnames:
            found = table.find(source.lower().removesuffix("."))
            hit = None if found is None else found[0]
        else:
            hit = plain.get(source.lower())
        if hit is not None or not source:
            return default if hit is None else hit
        for pattern, template in patterns:
            caught = search(pattern.removeprefix("*"), source, caseless=pattern.startswith("*"))
            if isinstance(caught, Unknown):
                return caught
            if caught is not None:
                self.catch(caught)
                return template
        return default


def _unknown(name: str) -> Callable[[State], Value]:
    return lambda _: Unknown(what=f"${name}")


def _remote(state: State) -> Value:
    return state.request.client or Unknown(what="$remote_addr")


def _cookie(state: State, name: str) -> Value:
    cookies = state.header("cookie")
    if isinstance(cookies, Unknown):
        return Unknown(what=f"$cookie_{name}")
    for part in cookies.split(";"):
        key, equals, value = part.strip(" ").partition("=")
        if equals and key.lower() == name:
            return value
    return ""


def _script_name(state: State) -> Value:
    if not state.uri.endswith("/"):
        split = _split_path(state)
        return state.uri if split is None else split[0]
    index = in_force(state.chain, "fastcgi_index")
    return state.uri + (index.args[0] if index is not None and index.args else "")


def _path_info(state: State) -> Value:
    split = _split_path(state)
    return "" if split is None else split[1]


def _split_path(state: State) -> tuple[str, str] | None:
    split = in_force(state.chain, "fastcgi_split_path_info")
    if split is None or not split.args:
        return None
    found = search(split.args[0], state.uri)
    if not isinstance(found, Found) or len(found.groups) < len(("script", "path info")):
        return None
    return found.groups[0], found.groups[1]


def _forwarded(state: State) -> Value:
    before = state.header("x_forwarded_for")
    client = _remote(state)
    if isinstance(before, Unknown) or isinstance(client, Unknown):
        return Unknown(what="$proxy_add_x_forwarded_for")
    return f"{before}, {client}" if before else client


_CORE: dict[str, Callable[[State], Value]] = {
    "uri": lambda state: state.uri,
    "document_uri": lambda state: state.uri,
    "request_uri": lambda state: state.unparsed,
    "args": lambda state: state.args,
    "query_string": lambda state: state.args,
    "is_args": lambda state: "?" if state.args else "",
    "host": lambda state: state.host or state.server.name,
    "scheme": lambda state: state.request.scheme,
    "https": lambda state: "on" if state.request.scheme == "https" else "",
    "server_port": lambda state: str(state.request.port),
    "server_addr": lambda state: state.request.address,
    "server_name": lambda state: state.server.name,
    "hostname": lambda state: state.index.hostname or Unknown(what="$hostname"),
    "request_method": lambda state: state.method,
    "document_root": State.root,
    "realpath_root": _unknown("realpath_root"),
    "request_filename": State.file,
    "content_type": lambda state: state.header("content_type"),
    "content_length": lambda state: state.header("content_length"),
    "remote_addr": _remote,
    "proxy_add_x_forwarded_for": _forwarded,
    "fastcgi_script_name": _script_name,
    "fastcgi_path_info": _path_info,
}
_FAMILIES: tuple[tuple[str, Callable[[State, str], Value]], ...] = (
    ("http_", State.header),
    ("cookie_", _cookie),
    ("arg_", lambda state, name: argument(state.args, name)),
)
