"""What a `log_format` of nginx compiles to, and what its values tell of a failure.

A format with connect or header times makes several plans, tried in this order: for requests that one server was asked
for and that connected, for those of one server without a connection, for lists of servers. Only in the first two does
such a time belong to one known attempt, so only there it is a word for the judge. Other formats make one plan.

Lists without quotes are read whole where they end at a blank, at the line's end or at a byte that none of them holds,
and where no client could lengthen one; else a plan is made for each number of servers, and the last server is told.
"""

import re
from collections.abc import Mapping, Sequence

from why502.logs import nginx_access, plan
from why502.logs.format import FAILED_STATUS, Judged, Signs
from why502.logs.nginx_access import Escape, Field, Shape
from why502.logs.plan import MOST_KEYS, Key, Literal, Plan, Quote, Role, Step, Take
from why502.observations.failure import FailureId

MOST_TRIES = 4
"""Servers of one request, where lists without quotes cannot be read whole."""

_IN_LISTS = re.compile(rb"[\w.,:/-]", re.ASCII)

_ROLES = {
    "status": Role.STATUS,
    "time_iso8601": Role.TIME,
    "time_local": Role.TIME,
    "msec": Role.TIME,
    "request": Role.REQUEST,
    "request_method": Role.METHOD,
    "request_uri": Role.PATH,
    "uri": Role.PATH,
    "document_uri": Role.PATH,
    "remote_addr": Role.CLIENT,
    "upstream_addr": Role.UPSTREAM,
    "upstream_status": Role.UPSTREAM_STATUS,
    "request_time": Role.SECONDS,
    "upstream_response_time": Role.UPSTREAM_SECONDS,
    "connection": Role.KEY,
}
CONNECT = "upstream_connect_time"
HEADER = "upstream_header_time"
JSON = plan.Shape.JSON
_CHECKED = (Role.STATUS, Role.TIME)
"""Roles whose value must look like one, or the line is not read."""


def compiled(text: str, name: str, escape: Escape = Escape.DEFAULT) -> tuple[Plan, ...]:
    """Compile the text of a `log_format`; `ValueError` says why lines of it cannot be read with certainty."""
    taken = nginx_access.compile_format(text, escape)
    if taken.problem is not None:
        raise ValueError(taken.problem)
    names = [step.name for step in taken.steps if isinstance(step, Field)]
    if "status" not in names:
        raise ValueError("the format holds no $status")
    if not {"time_iso8601", "time_local", "msec"} & set(names):
        raise ValueError("the format holds no time: $time_local, $time_iso8601 or $msec")
    told = CONNECT in names or HEADER in names
    if not all(_ends_well(taken, number) for number in _bare_lists(taken)):
        return _made(taken, name, told=True, tries=range(2, MOST_TRIES + 1))
    return _made(taken, name, told=told, tries=(ANY,))


ANY = 0
"""Stands for lists of any number of servers."""


def _made(taken: nginx_access.Plan, name: str, *, told: bool, tries: Sequence[int]) -> tuple[Plan, ...]:
    """Make a plan for each number of servers; `told`: also those for one."""
    makers = [_Maker(taken=taken, tries=1, told=True, whole=ANY in tries)] if told else []
    if taken.has(CONNECT):
        makers.insert(0, _Maker(taken=taken, tries=1, told=True, connected=True, whole=ANY in tries))
    makers += [_Maker(taken=taken, tries=each, whole=each == ANY) for each in tries]
    needs = frozenset({Role.TIME, Role.STATUS})
    return tuple(Plan(name=name, steps=each.steps(), needs=needs, attempts=each.tries == ANY) for each in makers)


def _bare_lists(taken: nginx_access.Plan) -> list[int]:
    """Return where lists without quotes stand."""
    return [
        number
        for number, step in enumerate(taken.steps)
        if isinstance(step, Field) and step.shape is Shape.LIST and not _quoted(taken, number)
    ]


def _ends_well(taken: nginx_access.Plan, number: int) -> bool:
    """Tell whether a list ends where it could not go on: with ` : ` it could, which a client's text may begin with."""
    behind = _behind(taken, number)
    if behind == b" " and number + 2 < len(taken.steps):
        after = taken.steps[number + 2]
        return not (isinstance(after, Field) and after.shape is Shape.TEXT)
    return not (_IN_LISTS.match(behind) or behind.startswith(b" :"))


def _behind(taken: nginx_access.Plan, number: int) -> bytes:
    after = taken.steps[number + 1] if number + 1 < len(taken.steps) else None
    return after.text if isinstance(after, nginx_access.Literal) else b""


def keyed(paths: Mapping[str, tuple[str, ...]], name: str) -> tuple[Plan, ...]:
    """Make the plan for objects that hold these variables at these places, in any order."""
    given: set[Role] = {Role.METHOD, Role.PATH} if "request" in paths else set()
    keys: list[Key] = []
    for variable, path in paths.items():
        role = _ROLES.get(variable, Role.NONE)
        if role not in given and role is not Role.NONE and len(keys) < MOST_KEYS:
            given.add(role)
            keys.append(Key(path=path, role=role))
    needs = frozenset({Role.TIME, Role.STATUS})
    return (Plan(name=name, shape=JSON, keys=tuple(keys), needs=needs, attempts=True),) if needs <= given else ()


def _quoted(taken: nginx_access.Plan, number: int) -> bool:
    before = taken.steps[number - 1] if number else None
    opened = isinstance(before, nginx_access.Literal) and before.text.endswith(b'"')
    return opened and _behind(taken, number).startswith(b'"') and taken.escape is not Escape.NONE


def _is_ported(taken: nginx_access.Plan, number: int) -> bool:
    """Tell whether here stand `$remote_addr:$remote_port`: an address of IPv6 holds the colon as well."""
    names = [each.name if isinstance(each, Field) else None for each in taken.steps[number : number + 3]]
    return names == ["remote_addr", None, "remote_port"] and _behind(taken, number) == b":"


class _Maker:
    """Makes the steps of one plan. `tries`: servers that each list names. `whole`: lists end where they seem to."""

    def __init__(
        self, *, taken: nginx_access.Plan, tries: int, whole: bool, told: bool = False, connected: bool = False
    ) -> None:
        self.taken = taken
        self.tries = tries
        self.whole = whole
        self.told = told
        self.connected = connected
        self.given: set[Role] = {Role.METHOD, Role.PATH} if taken.has("request") else set()

    def steps(self) -> tuple[Step, ...]:
        made: list[Step] = []
        loose: list[tuple[int, bytes]] = []
        user = False
        over = 0
        for number, step in enumerate(self.taken.steps):
            if over:
                over -= 1
                continue
            if isinstance(step, nginx_access.Literal):
                # A user's name may hold blanks: it ends at the bracket of the time, and its last blank goes with it.
                made.append(Literal(text=step.text[1:] if user else step.text))
                user = False
                continue
            if _is_ported(self.taken, number):
                over = 2
                stop = _behind(self.taken, number + 2)[:1]
                made.append(Take(role=self._role(step), stop=stop, port=True, bare=stop != b" "))
                continue
            ending = _behind(self.taken, number)
            user = step.name == "remote_user" and ending.startswith(b" [")
            quoted = _quoted(self.taken, number)
            stop = ending[1:2] if user else ending[:1]
            if (step.shape is Shape.TEXT or (step.shape is Shape.LIST and not self.whole)) and not quoted and stop:
                # What is too much of a list begins behind a blank.
                loose.append((len(made), stop if step.shape is Shape.TEXT else b" "))
            made += self._field(step, stop, quoted)
        _assure(made, loose, self.taken.escape)
        return tuple(made)

    def _field(self, field: Field, stop: bytes, quoted: bool) -> list[Step]:
        role = self._role(field)
        match field.shape:
            case Shape.TEXT:
                json = quoted and self.taken.escape is Escape.JSON
                return [Take(role=role, stop=stop, quote=Quote.BACKSLASH if json else Quote.NONE)]
            case Shape.TIME if field.name == "time_local" and stop == b" ":
                # Its own blank ends it; what is left is the zone, which nothing but the time could tell.
                return [Take(role=role, stop=b" "), Literal(text=b" "), Take(role=Role.NONE, stop=b" ")]
            case Shape.TIME:
                return [Take(role=role, stop=stop)]
            case Shape.LIST:
                return self._list(role, stop, Quote.LISTED if self.whole and stop == b" " else Quote.NONE)
            case Shape.NUMBER | Shape.WORD:
                return [Take(role=role, stop=stop, bare=not quoted and stop != b" ")]

    def _list(self, role: Role, stop: bytes, quote: Quote) -> list[Step]:
        if self.tries == ANY:
            return [Take(role=role, stop=stop, quote=quote)]
        earlier: list[Step] = [
            Take(role=Role.NONE, stop=b",", bare=True),
            Literal(text=b", "),
        ] * (self.tries - 1)
        if role is Role.WORD_C and self.connected:
            seconds: list[Step] = [Take(role=role, stop=b".", bare=True), Literal(text=b".")]
            return [*seconds, Take(role=Role.NONE, stop=stop, quote=quote, bare=True)]
        return [*earlier, Take(role=role, stop=stop, quote=quote, present=role is Role.WORD_B, bare=True)]

    def _role(self, field: Field) -> Role:
        role = _ROLES.get(field.name, Role.NONE)
        if self.told and field.name in (CONNECT, HEADER):
            role = Role.WORD_C if field.name == CONNECT else Role.WORD_B
        if role in self.given:
            return Role.NONE
        self.given.add(role)
        return role


def _assure(steps: list[Step], loose: list[tuple[int, bytes]], escape: Escape) -> None:
    """Raise if a value without quotes that ends early could leave its rest to a later one.

    A quote in a literal is a wall: unquoted text of a client never holds a bare one.
    """
    for number, ending in loose:
        for later in steps[number + 1 :]:
            if isinstance(later, Literal) and b'"' in later.text and escape is not Escape.NONE:
                break
            if isinstance(later, Take) and _can_hold(later, ending):
                raise ValueError("a value without quotes can hold what ends it, and another one what follows")


def _can_hold(take: Take, byte: bytes) -> bool:
    if take.role in _CHECKED or (byte == take.stop and take.quote is not Quote.LISTED):
        return False
    return not (take.bare and byte in b' \t"')


_DIRECTIVE = re.compile(r"\s*log_format\s+[^\s;'\"]{1,100}\s+", re.ASCII)
_ESCAPE = re.compile(r"\s*[\"']?escape=(default|json|none)[\"']?\s+", re.ASCII)
_WORD = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*+)'|\"((?:[^\"\\]|\\.)*+)\"|([^\s;'\"][^\s;]*+))", re.DOTALL)
_ESCAPED = re.compile(r"\\([\"'\\trn])")
_CONTROLS = {"t": "\t", "r": "\r", "n": "\n"}


def from_text(text: str, name: str) -> tuple[Plan, ...]:
    """Compile `log_format NAME [escape=…] 'text' …;`, its strings alone, or the bare text."""
    whole = _DIRECTIVE.match(text)
    rest = text[whole.end() :] if whole else text.strip()
    escape = None
    if (found := _ESCAPE.match(rest)) is not None:
        escape, rest = Escape(found[1]), rest[found.end() :]
    if whole or (rest[:1] in ("'", '"') and rest.rstrip("; \n")[-1:] == rest[:1]):
        words = _words(rest)
        rest = rest if words is None and not whole else "".join(words or ())
    if escape is None:
        escape = Escape.JSON if not whole and rest.startswith("{") else Escape.DEFAULT
    return compiled(rest.rstrip("\n"), name, escape)


def _words(text: str) -> list[str] | None:
    """Take the strings of a directive, as the configuration's grammar reads them; `None`: it is not that."""
    made: list[str] = []
    at = 0
    while at < len(text) and text[at:].strip() not in ("", ";"):
        found = _WORD.match(text, at)
        if found is None:
            return None
        made.append(_ESCAPED.sub(lambda each: _CONTROLS.get(each[1], each[1]), next(filter(None, found.groups()), "")))
        at = found.end()
    return made


_OWN = (502, 504)
"""What nginx writes as the upstream's status, and to the client, when no server answered."""


def judge(signs: Signs) -> Judged:
    """Judge a line by its status, the upstream's, and whether it connected (`WORD_C`) and sent a head (`WORD_B`).

    A 502 or 504 that stands as the upstream's status is the upstream's own only if a head came; any other status
    there is its own always (`ngx_http_upstream_next` writes no other). The name of a group as the last server: none of
    its servers could be chosen.
    """
    _, header, connect, _ = signs.words
    told = int(signs.upstream_status) if re.fullmatch(rb"[1-9]\d\d", signs.upstream_status) else 0
    if signs.group and told in _OWN and header != b"+" and (not signs.last or signs.status in FAILED_STATUS):
        return Judged(failed=True, failure=FailureId.NO_LIVE_UPSTREAM)
    if not signs.last:
        if told < 500:  # noqa: PLR2004
            return Judged()
        return Judged(failed=True, failure=FailureId.UNKNOWN if told in _OWN else FailureId.UPSTREAM_ANSWERED_ERROR)
    if signs.status not in FAILED_STATUS:
        return Judged()
    if told >= 500 and (told not in _OWN or header == b"+"):  # noqa: PLR2004
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    if told == 504 and signs.status == 504 and connect:  # noqa: PLR2004
        # The connect time includes the TLS handshake, so that a message may say more.
        waited = FailureId.CONNECT_TIMEOUT if connect == b"-" else FailureId.RESPONSE_TIMEOUT
        return Judged(failed=True, failure=waited, partner=True)
    return Judged(failed=True, failure=FailureId.UNKNOWN, partner=True)
