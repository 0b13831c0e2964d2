"""What nginx would do with a request: the phases from server to upstream, played through on the files alone.

Order and rules are those of nginx's own phases: rewrite directives of the server, location, its rewrite
directives (again from the location when the URI changed, ten times at most), `try_files`, then what answers.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import islice

from why502.gateways.nginx import locations
from why502.gateways.nginx.grammar import as_bytes_are, as_path, readable
from why502.gateways.nginx.listeners import Chosen, Index, ServerBlock
from why502.gateways.nginx.locations import PASSES, Kind, kind_of
from why502.gateways.nginx.logplaces import AccessLog, Defaults, ErrorLog, access_logs, error_logs
from why502.gateways.nginx.patterns import Unknown
from why502.gateways.nginx.scopes import Chain, Scope, all_in_force, in_force, scope_of
from why502.gateways.nginx.settings import read_settings
from why502.gateways.nginx.tree import Directive
from why502.gateways.nginx.units import number
from why502.gateways.nginx.upstream import UpstreamGroup, Url, group_for, groups_of, parse_url
from why502.gateways.nginx.uris import Uri, escape_uri, read_host, read_uri
from why502.gateways.nginx.variables import RequestFor, State, Value
from why502.observations.frozen import frozen
from why502.observations.gateway import Settings, Site
from why502.observations.want import Protocols

MOST_CHANGES = 10
MOST_STEPS = 200
MOST_ASKED = 200
CLOSED = 444
BAD_REQUEST = 400
HANDLERS = ("stub_status", "empty_gif", "api", "mp4", "flv", "content_by_lua_block", "content_by_lua_file", "perl")
STEERING = frozenset(("return", "rewrite", "break", "set", "if", *PASSES))
REDIRECTS = (301, 302, 303, 307, 308)
METHODS = {
    "proxy_pass": (Protocols.HTTP, "proxy", {"http": (False, 80), "https": (True, 443)}, False),
    "grpc_pass": (Protocols.GRPC, "grpc", {"grpc": (False, 80), "grpcs": (True, 443)}, True),
    "uwsgi_pass": (Protocols.UWSGI, "uwsgi", {"uwsgi": (False, 80), "suwsgi": (True, 80)}, True),
    "fastcgi_pass": (Protocols.FASTCGI, "fastcgi", {}, True),
    "scgi_pass": (Protocols.SCGI, "scgi", {}, True),
    "memcached_pass": (Protocols.NOTHING, "memcached", {}, True),
}


class Entry(Enum):
    """What is at a path."""

    FILE = "file"
    DIRECTORY = "directory"
    ABSENT = "absent"


@frozen
class Resolver:
    """The name servers in force for names that nginx resolves while it runs, and its options as written."""

    servers: tuple[str, ...]
    options: tuple[str, ...]
    site: Site


@frozen
class Decision:
    """What nginx would do with one request, and why.

    `group` is None where nothing is passed on or where it cannot be told (`unresolved` names what is missing).
    `returns` is the status where nginx answers itself. `asked` are paths whose kind would settle what was
    assumed: whoever looks at files can decide again with them. `chain` are the blocks in force.
    """

    server: str
    server_site: Site | None
    location: str
    location_site: Site | None
    protocol: Protocols
    written: str
    written_site: Site | None
    group: UpstreamGroup | None
    settings: Settings
    resolver: Resolver | None
    steps: tuple[str, ...]
    unresolved: str | None
    returns: int | None
    redirects: str | None
    asked: tuple[str, ...]
    error_logs: tuple[ErrorLog, ...]
    access_logs: tuple[AccessLog, ...]


@frozen
class Listed:
    """One pass directive of a configuration, for a listing."""

    server: str
    server_site: Site
    location: str
    written: str
    site: Site


def decide(
    index: Index,
    request: RequestFor,
    version: tuple[int, ...],
    defaults: Defaults,
    disk: Mapping[str, Entry] | None = None,
) -> Decision:
    """Decide for one request. Files that are not in `disk` are taken as absent, and asked for."""
    host = read_host(request.host)
    chosen = index.default(request.address, request.port)
    if chosen is not None and host is not None and _uri(index, request, chosen) is not None:
        chosen = index.choose(request.address, request.port, host)
    if chosen is None:
        return _nobody(index, request, defaults)
    return _Walk(index, request, chosen, version, disk or {}).run(defaults)


def _uri(index: Index, request: RequestFor, chosen: Chosen) -> Uri | None:
    """Read the URI; whether slashes are merged is the default server's affair, the Host comes later."""
    chain = (index.main, index.http(chosen.default), scope_of(index.config, chosen.default.block))
    merge = in_force(chain, "merge_slashes")
    return read_uri(as_bytes_are(request.path_and_query), merge is None or merge.args[:1] != ("off",))


def all_routes(index: Index, most: int = 10_000) -> tuple[Listed, ...]:
    """List the pass directives of all servers, in the order of the files."""
    return tuple(islice(_routes(index), most))


def _routes(index: Index) -> Iterator[Listed]:
    for server in index.servers:
        for directive, location in _passes(index, server):
            yield Listed(
                server=readable(server.name),
                server_site=server.block.site,
                location=readable(location),
                written=readable(directive.text),
                site=directive.site,
            )


def _passes(index: Index, server: ServerBlock) -> Iterator[tuple[Directive, str]]:
    left = [(index.config.children(server.block), "")]
    while left:
        statements, location = left[-1]
        for directive in statements:
            if directive.name in PASSES:
                yield directive, location
            elif directive.block and directive.name in ("location", "if", "limit_except"):
                inner = " ".join(directive.args) if directive.name == "location" else location
                left.append((index.config.children(directive), inner))
                break
        else:
            left.pop()


def _nobody(index: Index, request: RequestFor, defaults: Defaults) -> Decision:
    chain: Chain = (index.main, *list(index.https.values())[:1])
    return Decision(
        server="",
        server_site=None,
        location="",
        location_site=None,
        protocol=Protocols.NOTHING,
        written="",
        written_site=None,
        group=None,
        settings=Settings(),
        resolver=None,
        steps=(f"no server listens on {request.address} port {request.port}",),
        unresolved=None,
        returns=None,
        redirects=None,
        asked=(),
        error_logs=error_logs(index.config, chain, defaults),
        access_logs=access_logs(index.config, chain, defaults),
    )


class _Phase(Enum):
    SERVER_REWRITE = 1
    FIND = 2
    REWRITE = 3
    TRY = 4
    CONTENT = 5
    DONE = 6


class _Stop(Enum):
    """The end of a block's rewrite directives."""

    HERE = 1


class _Walk:
    """One request on its way through the phases."""

    def __init__(
        self, index: Index, request: RequestFor, chosen: Chosen, version: tuple[int, ...], disk: Mapping[str, Entry]
    ) -> None:
        self._index = index
        self._config = index.config
        self._chosen = chosen
        self._version = version
        self._disk = disk
        self._state = State(index, request, chosen)
        self._server = scope_of(self._config, chosen.server.block)
        self._bare: Chain = (index.main, index.http(chosen.server), self._server)
        self._state.chain = self._bare
        self._handler: str | None = None
        self._changes = MOST_CHANGES + 1
        self._changed = False
        self._internal = False
        self._as_sent = True
        self._same_location = True
        self._escapes = True
        self._erred = False
        self._steps: list[str] = []
        self._asked: dict[str, None] = {}
        self._doubts: list[str] = []
        self._returns: int | None = None
        self._redirects: str | None = None
        self._pass: Directive | None = None
        self._url: Url | None = None
        self._group: UpstreamGroup | None = None

    def run(self, defaults: Defaults) -> Decision:
        """Go through the phases and say what came of it."""
        phase = self._read()
        while phase is not _Phase.DONE:
            match phase:
                case _Phase.SERVER_REWRITE:
                    phase = self._server_rewrite()
                case _Phase.FIND:
                    phase = self._find()
                case _Phase.REWRITE:
                    phase = self._location_rewrite()
                case _Phase.TRY:
                    phase = self._try_files()
                case _Phase.CONTENT:
                    phase = self._content()
        return self._decision(defaults)

    def _decision(self, defaults: Defaults) -> Decision:
        state = self._state
        location = next((scope.block for scope in reversed(state.chain[3:]) if not scope.noname), None)
        protocol, prefix = Protocols.NOTHING, ""
        settings = Settings()
        if self._pass is not None:
            protocol, prefix, _, _ = METHODS[self._pass.name]
            state.pass_values = self._pass_values()
            settings = read_settings(state, prefix, self._url, self._version)
            if protocol in (Protocols.HTTP, Protocols.GRPC):
                settings = _with_uri(settings, self._request_uri())
        return Decision(
            server=readable(self._chosen.server.name),
            server_site=self._chosen.server.block.site,
            location=readable(" ".join(location.args)) if location is not None else "",
            location_site=location.site if location is not None else None,
            protocol=protocol,
            written=readable(self._pass.text) if self._pass is not None else "",
            written_site=self._pass.site if self._pass is not None else None,
            group=self._group,
            settings=settings,
            resolver=self._resolver(),
            steps=tuple(readable(step) for step in self._steps),
            unresolved="; ".join(dict.fromkeys(self._doubts)) or None,
            returns=self._returns,
            redirects=self._redirects,
            asked=tuple(self._asked),
            error_logs=error_logs(self._config, state.chain, defaults),
            access_logs=access_logs(self._config, state.chain, defaults),
        )

    # The request line and the Host.

    def _read(self) -> _Phase:
        chosen, state = self._chosen, self._state
        self._step(f"server {chosen.server.name or '(without name)'} ({chosen.server.block.site}): {chosen.how}")
        if chosen.doubt is not None:
            self._doubt(chosen.doubt)
        if chosen.caught is not None:
            state.catch(chosen.caught)
        uri = _uri(self._index, state.request, chosen)
        if uri is None or read_host(state.request.host) is None:
            state.forget()
            return self._finish(BAD_REQUEST)
        state.uri, state.args, state.quoted = uri.path, uri.args, uri.quoted
        return _Phase.SERVER_REWRITE

    # Rewrite directives.

    def _server_rewrite(self) -> _Phase:
        self._escapes = True
        outcome = self._codes(self._server, ())
        if isinstance(outcome, int):
            return self._finish(outcome)
        return self._phase_or_done(_Phase.FIND)

    def _location_rewrite(self) -> _Phase:
        scope = self._state.chain[-1]
        if scope is not self._server and not (scope.noname and scope.block is not None):
            self._escapes = True
            outcome = self._codes(scope, self._state.chain)
            if isinstance(outcome, int):
                return self._finish(outcome)
        if self._returns is not None:
            return _Phase.DONE
        if not self._changed:
            return _Phase.TRY
        return self._again(_Phase.FIND)

    def _again(self, phase: _Phase) -> _Phase:
        """Count a change of the URI; nginx gives up after ten."""
        self._changes -= 1
        if self._changes == 0:
            self._step(f"more than {MOST_CHANGES} changes of the URI")
            return self._finish(500)
        self._state.chain = self._bare
        return phase

    def _codes(self, scope: Scope, chain: Chain) -> "int | _Stop | None":
        """Run a block's rewrite directives. `chain` is empty on the level of a server."""
        for directive in scope.statements:
            outcome: int | _Stop | None = None
            match directive.name, directive.args:
                case "set", (name, template):
                    self._state.assign(name.removeprefix("$").lower(), self._expand(template))
                case "break", ():
                    self._same_location = self._same_location and not self._changed
                    self._changed = False
                    outcome = _Stop.HERE
                case "return", (_, *_):
                    outcome = self._return(directive)
                case "rewrite", (_, _, *_):
                    outcome = self._rewrite(directive)
                case "if", (_, *_) if directive.block:
                    outcome = self._if(directive, chain)
            if outcome is not None:
                return outcome
        return None

    def _expand(self, template: str) -> Value:
        return self._state.expand(template, escape=self._escapes)

    def _return(self, directive: Directive) -> "int | _Stop":
        args = directive.args
        status = number(args[0])
        text = args[1] if len(args) > 1 else ""
        if status is None:
            status, text = 302, args[0]
        self._step(f"{directive.text} ({directive.site})")
        if status in REDIRECTS:
            self._redirects = self._state.told(text)
        elif status < BAD_REQUEST or text:
            self._returns = status
            return _Stop.HERE
        return status

    def _rewrite(self, directive: Directive) -> "int | _Stop | None":
        pattern, template, *flags = directive.args
        flag = flags[0] if flags else ""
        keeps = not template.endswith("?")
        template = template if keeps else template[:-1]
        redirect = template.startswith(("http://", "https://", "$scheme")) or flag in ("redirect", "permanent")
        matched = self._state.match(pattern, self._state.uri, False)
        if isinstance(matched, Unknown):
            self._doubt(matched.what)
            return None
        if not matched:
            return None
        self._same_location = self._same_location and flag != "break"
        self._changed = flag != "break"
        self._internal = True
        self._as_sent = False
        self._escapes = False
        if redirect:
            self._redirects = self._state.told(template)
            self._step(f"{directive.text} ({directive.site})")
            return 301 if flag == "permanent" else 302
        if not self._replace(template, keeps):
            return 500
        self._step(f"{directive.text} ({directive.site}): now {self._state.uri}")
        return _Stop.HERE if flag in ("last", "break") else None

    def _replace(self, template: str, keeps: bool) -> bool:
        """Put a rewritten URI in the place of the URI; false where it is empty."""
        state = self._state
        path_template, question, args_template = template.partition("?")
        path = state.expand(path_template)
        args = state.expand(args_template, escape=True)
        for value in (path, args):
            if isinstance(value, Unknown):
                self._doubt(value.what)
        old = state.args
        state.uri = path if isinstance(path, str) else state.told(path_template)
        new = args if isinstance(args, str) else state.told(args_template)
        if question:
            state.args = f"{new}&{old}" if keeps and old else new
        elif not keeps:
            state.args = ""
        return bool(state.uri)

    def _if(self, directive: Directive, chain: Chain) -> "int | _Stop | None":
        holds = self._holds(directive)
        inner = scope_of(self._config, directive)
        if isinstance(holds, Unknown):
            if STEERING & inner.named.keys():
                self._doubt(holds.what)
            self._step(f"{directive.text} ({directive.site}): cannot be told, taken as false")
            return None
        if not holds:
            return None
        self._step(f"{directive.text} ({directive.site}): holds")
        inner_chain = (*chain, inner) if chain else ()
        if inner_chain:
            self._enter(inner_chain)
        return self._codes(inner, inner_chain)

    def _holds(self, directive: Directive) -> bool | Unknown:
        """Decide a condition of `if`."""
        words = list(directive.args)
        words[0] = words[0].removeprefix("(")
        words[-1] = words[-1].removesuffix(")")
        words = [word for position, word in enumerate(words) if word or 0 < position < len(words) - 1]
        match words:
            case [variable] if variable.startswith("$"):
                value = self._variable(variable)
                return value if isinstance(value, Unknown) else value not in ("", "0")
            case [variable, ("=" | "!=") as sign, template] if variable.startswith("$"):
                return self._equal(variable, template, sign == "=")
            case [variable, ("=" | "!=") as sign] if variable.startswith("$"):
                return self._equal(variable, "", sign == "=")
            case [variable, ("~" | "~*" | "!~" | "!~*") as sign, pattern] if variable.startswith("$"):
                value = self._variable(variable)
                matched = value if isinstance(value, Unknown) else self._state.match(pattern, value, sign[-1] == "*")
                return matched if isinstance(matched, Unknown) else matched is not sign.startswith("!")
            case [test, template] if test.removeprefix("!") in ("-f", "-d", "-e", "-x"):
                return self._file_test(test.removeprefix("!"), template, test.startswith("!"))
        return Unknown(what=directive.text)

    def _variable(self, written: str) -> Value:
        return self._state.value(written.removeprefix("$").lower())

    def _equal(self, variable: str, template: str, equal: bool) -> bool | Unknown:
        value = self._variable(variable)
        other = self._expand(template)
        if isinstance(value, Unknown):
            return value
        return other if isinstance(other, Unknown) else (value == other) is equal

    def _file_test(self, test: str, template: str, negated: bool) -> bool | Unknown:
        path = self._expand(template)
        if isinstance(path, Unknown):
            return path
        there = self._look(path)
        if there is None or test == "-x":
            return Unknown(what=f"whether {readable(path)} is there")
        wanted = {"-f": (Entry.FILE,), "-d": (Entry.DIRECTORY,)}.get(test, (Entry.FILE, Entry.DIRECTORY))
        return (there in wanted) is not negated

    def _look(self, path: str) -> Entry | None:
        """Return what is at a path as far as it was told; ask for it otherwise."""
        real = as_path(path)
        if real not in self._disk and len(self._asked) < MOST_ASKED:
            self._asked[real] = None
        return self._disk.get(real)

    # Locations.

    def _find(self) -> _Phase:
        self._handler = None
        self._changed = False
        state = self._state
        hit = locations.find(self._server, state.uri, lambda block: scope_of(self._config, block))
        for doubt in hit.doubts:
            self._doubt(doubt)
        for caught in hit.caught:
            state.catch(caught)
        for step in hit.steps:
            self._step(step)
        chain = (*self._bare, *hit.scopes)
        state.chain = chain
        if not self._internal and in_force(chain, "internal") is not None:
            self._step("the location is internal")
            return self._finish(404)
        self._enter_location(chain)
        if hit.slash:
            self._redirects = kind_of(hit.scopes[-1].block)[1] if hit.scopes[-1].block is not None else None
            return self._finish(301)
        if not hit.scopes:
            self._step(f"no location for {state.uri}")
        return _Phase.REWRITE

    def _enter_location(self, chain: Chain) -> None:
        """Enter a location, or the `limit_except` in it that takes this method."""
        limit = chain[-1].first("limit_except") if len(chain) > len(self._bare) else None
        if limit is not None and limit.block and not _spared(limit.args, self._state.method):
            self._step(f"{limit.text} ({limit.site})")
            inner = scope_of(self._config, limit)
            self._state.chain = (*chain, inner)
            taken = self._taken(self._state.chain)
            self._handler = taken.name if taken is not None else self._handler
            return
        self._enter(chain)

    def _enter(self, chain: Chain) -> None:
        self._state.chain = chain
        own = [directive.name for directive in chain[-1].statements if directive.name in (*PASSES, *HANDLERS)]
        self._handler = own[-1] if own else self._handler

    def _taken(self, chain: Chain) -> Directive | None:
        """Return the pass directive of a block, or of what an `if` or `limit_except` stands in."""
        for scope in reversed(chain):
            for directive in reversed(scope.statements):
                if directive.name in PASSES and self._handler in (None, directive.name):
                    return directive
            if not scope.noname:
                break
        return None

    # Files.

    def _try_files(self) -> _Phase:
        tried = self._state.chain[-1].first("try_files")
        if tried is None or len(tried.args) < len(("file", "last")):
            return _Phase.CONTENT
        state = self._state
        if self._alias_lost():
            return self._finish(500)
        for template in tried.args[:-1]:
            if self._try(template, tried):
                return _Phase.CONTENT
        last = tried.args[-1]
        self._step(f"{tried.text} ({tried.site}): on to {last}")
        if last.startswith("="):
            return self._finish(number(last[1:]) or 500)
        target = state.expand(last)
        if isinstance(target, Unknown):
            self._doubt(target.what)
            return self._end(None)
        # Under an alias nginx cuts the location off the last parameter too, if there are variables in it.
        cut = state.alias_cut()
        if "$" in last and cut and target.startswith(state.uri[:cut]):
            target = target[cut:]
        return self._go(target)

    def _try(self, template: str, tried: Directive) -> bool:
        """Test one file of `try_files`; where it is there, the URI is its name."""
        directory = template.endswith("/")
        state = self._state
        name = state.expand(template.removesuffix("/"))
        root = state.root()
        if isinstance(name, Unknown) or isinstance(root, Unknown):
            self._step(f"{template} of try_files ({tried.site}): cannot be told, taken as absent")
            return False
        cut = state.alias_cut()
        rest = name[cut:] if "$" in template and name.startswith(state.uri[:cut]) else name
        path, uri = root + rest, state.uri[:cut] + rest
        there = self._look(path)
        if there is None:
            self._step(f"{path}: taken as absent ({tried.site})")
        if there is not (Entry.DIRECTORY if directory else Entry.FILE):
            return False
        state.uri = uri
        self._step(f"{path} is there ({tried.site})")
        return True

    def _go(self, target: str) -> _Phase:
        """Redirect within nginx, to a named location or to a URI."""
        if target.startswith("@"):
            return self._go_named(target)
        self._changes -= 1
        if self._changes == 0:
            self._step(f"more than {MOST_CHANGES} changes of the URI")
            return self._finish(500)
        state = self._state
        state.uri, _, state.args = target.partition("?")
        self._enter(self._bare)
        self._internal = True
        self._as_sent = False
        self._same_location = True
        return _Phase.SERVER_REWRITE

    def _go_named(self, name: str) -> _Phase:
        self._changes -= 1
        if self._changes == 0:
            self._step(f"more than {MOST_CHANGES} changes of the URI")
            return self._finish(500)
        if not self._state.uri:
            self._step(f"no URI was read to take to {name}")
            return self._finish(500)
        for block in self._server.named.get("location", ()):
            if block.block and kind_of(block) == (Kind.NAMED, name):
                self._step(f"location {name} ({block.site})")
                self._internal = True
                self._handler = None
                self._changed = False
                self._enter_location((*self._bare, scope_of(self._config, block)))
                return _Phase.REWRITE
        self._step(f"there is no location {name}")
        return self._finish(500)

    # What answers.

    def _content(self) -> _Phase:
        state = self._state
        for asks in all_in_force(state.chain, "auth_request"):
            if asks.args and asks.args[0] != "off":
                self._step(f"{asks.text} ({asks.site}): asks there first")
        if self._handler in PASSES:
            taken = self._taken(state.chain)
            return self._finish(500) if taken is None else self._pass_on(taken)
        if self._handler is not None:
            self._step(f"{self._handler} answers")
            return self._end(None)
        if state.method not in ("GET", "HEAD", "POST"):
            return self._finish(405)
        if self._alias_lost():
            return self._finish(500)
        return self._directory() if state.uri.endswith("/") else self._file()

    def _alias_lost(self) -> bool:
        """Tell whether an `alias` is in force for a URI that was rewritten, which nginx refuses."""
        lost = not self._same_location and self._state.alias_length() is not None
        if lost:
            self._step('"alias" cannot be used where the URI was rewritten')
        return lost

    def _directory(self) -> _Phase:
        state = self._state
        index = all_in_force(state.chain, "index")
        names = [name for directive in index for name in directive.args] or ["index.html"]
        directory = state.file()
        for template in names:
            name = state.expand(template)
            if isinstance(name, Unknown) or isinstance(directory, Unknown):
                continue
            if name.startswith("/"):
                return self._to_index(name)
            if self._look(directory + name) in (Entry.FILE, Entry.DIRECTORY):
                return self._to_index(state.uri + name)
            if self._look(directory) is Entry.ABSENT:
                return self._finish(404)
        there = None if isinstance(directory, Unknown) else self._look(directory)
        if there is Entry.ABSENT:
            return self._finish(404)
        return self._finish(403) if there is Entry.DIRECTORY else self._serve()

    def _to_index(self, uri: str) -> _Phase:
        self._step(f"index: {uri}")
        args = self._state.args
        phase = self._go(uri)
        self._state.args = args
        return phase

    def _file(self) -> _Phase:
        path = self._state.file()
        there = None if isinstance(path, Unknown) else self._look(path)
        if there is None and self._error_page(404) is not None:
            self._step(f"{path if isinstance(path, str) else 'the file'}: taken as absent")
            there = Entry.ABSENT
        if there is Entry.ABSENT:
            return self._finish(404)
        if there is Entry.DIRECTORY:
            self._redirects = f"{self._state.uri}/"
            return self._finish(301)
        return self._finish(405) if there is Entry.FILE and self._state.method == "POST" else self._serve()

    def _serve(self) -> _Phase:
        root = self._state.root()
        self._step(f"serves files from {root if isinstance(root, str) else root.what}")
        return self._end(None)

    def _pass_on(self, directive: Directive) -> _Phase:
        self._pass = directive
        self._step(f"{directive.text} ({directive.site})")
        self._after_failure()
        _, _, schemes, bare = METHODS[directive.name]
        written = directive.args[0] if directive.args else ""
        value = self._state.expand(written)
        if isinstance(value, Unknown):
            self._doubt(value.what)
            return _Phase.DONE
        self._url = parse_url(value, schemes, bare, uri_part=directive.name == "proxy_pass")
        if self._url is None:
            self._step(f'"{value}" is no address nginx takes')
            if "$" in written:
                self._returns = 500
            return _Phase.DONE
        groups = groups_of(self._bare[1])
        self._group = group_for(self._config, groups, self._url, directive.site, self._version)
        return _Phase.DONE

    def _after_failure(self) -> None:
        """Say where nginx goes when the upstream fails."""
        for page in all_in_force(self._state.chain, "error_page"):
            codes = [code for code in page.args[:-1] if code in ("502", "503", "504")]
            if codes:
                self._step(f"on {', '.join(codes)} nginx goes on to {page.args[-1]} ({page.site})")

    def _pass_values(self) -> dict[str, str]:
        if self._url is None:
            return {}
        port = self._url.port or self._url.default_port
        return {"proxy_host": self._url.host_header, "proxy_port": "" if self._url.path is not None else str(port)}

    def _request_uri(self) -> str | None:
        """Return the URI as sent to the upstream."""
        state = self._state
        if self._url is None or self._pass is None:
            return None
        uri = self._url.uri
        if uri and "$" in self._pass.args[0]:
            return uri if uri.startswith("/") else f"/{uri}"
        if not uri and self._as_sent and not self._touched_args():
            return state.unparsed
        location = next((scope.block for scope in reversed(state.chain[3:]) if not scope.noname), None)
        if not self._same_location:
            uri = ""
        taken = len(kind_of(location)[1]) if uri and location is not None else 0
        rest = state.uri[taken:]
        if state.quoted or self._internal:
            rest = escape_uri(rest)
        return f"{uri}{rest}" + (f"?{state.args}" if state.args else "")

    def _touched_args(self) -> bool:
        return self._state.args != self._state.unparsed.partition("?")[2].partition("#")[0]

    def _resolver(self) -> Resolver | None:
        found = in_force(self._state.chain, "resolver")
        if found is None:
            return None
        return Resolver(
            servers=tuple(arg for arg in found.args if "=" not in arg),
            options=tuple(arg for arg in found.args if "=" in arg),
            site=found.site,
        )

    # Answers of nginx itself.

    def _error_page(self, status: int) -> Directive | None:
        if self._erred or self._changes == 0:
            return None
        for page in all_in_force(self._state.chain, "error_page"):
            if str(status) in page.args[:-1]:
                return page
        return None

    def _finish(self, status: int) -> _Phase:
        """Answer with a status, unless an error page leads on."""
        self._returns = status
        page = self._error_page(status) if status != CLOSED else None
        if not self._recursive() and all_in_force(self._state.chain, "error_page"):
            self._erred = True
        if page is None:
            return self._end(status)
        target = self._state.expand(page.args[-1])
        self._step(f"{page.text} ({page.site}), for {status}")
        if isinstance(target, Unknown):
            self._doubt(target.what)
            return self._end(status)
        if not target.startswith(("/", "@")):
            self._redirects = target
            return self._end(302)
        if target.startswith("/") and self._state.method != "HEAD":
            self._state.method = "GET"
        self._returns = None
        self._redirects = None
        return self._go(target)

    def _recursive(self) -> bool:
        found = in_force(self._state.chain, "recursive_error_pages")
        return found is not None and found.args == ("on",)

    def _end(self, status: int | None) -> _Phase:
        self._returns = status
        if status is not None:
            self._step(f"nginx answers {status}" if status != CLOSED else "nginx closes the connection")
        return _Phase.DONE

    def _phase_or_done(self, phase: _Phase) -> _Phase:
        return phase if self._returns is None else _Phase.DONE

    def _step(self, text: str) -> None:
        if len(self._steps) < MOST_STEPS:
            self._steps.append(text[:500])

    def _doubt(self, what: str) -> None:
        self._doubts.append(readable(what))


def _spared(methods: tuple[str, ...], method: str) -> bool:
    """Tell whether `limit_except` leaves a method alone; GET stands for HEAD too."""
    named = {name.upper() for name in methods}
    return method in named or (method == "HEAD" and "GET" in named)


def _with_uri(settings: Settings, uri: str | None) -> Settings:
    names = [name for name in settings.__dataclass_fields__ if name != "request_uri"]
    return Settings(**{name: getattr(settings, name) for name in names}, request_uri=uri)


__all__ = ["Decision", "Entry", "Listed", "RequestFor", "Resolver", "all_routes", "decide"]
