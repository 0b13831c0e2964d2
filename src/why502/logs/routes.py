"""The route of a request: its method and path with variable segments as `*`.

A segment is variable by its own look (numbers, identifiers, hashes), or because its parent has too many different
children. The second rule depends only on the set of all paths, not on the order in which they come: what is collapsed
in a part is collapsed in the whole, so parts can be counted apart and merged (`collapsed` is a closure).
"""

from collections.abc import Iterable, Mapping

METHODS = frozenset(
    b"GET HEAD POST PUT DELETE OPTIONS PATCH CONNECT TRACE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT "
    b"SEARCH PURGE".split()
)
"""Other words for a method are `*`: clients choose them."""

MOST_SEGMENTS = 8
LONGEST_SEGMENT = 40
MOST_AT_TOP = 256
MOST_CHILDREN = 64
MOST_ROUTES = 16384
"""Routes kept before children are collapsed while a scan goes on."""

NO_ROUTE = b"-"
_DIGITS = frozenset(b"0123456789")
_HEX = frozenset(b"0123456789abcdefABCDEF-")
_NEVER = frozenset([*range(0x21), ord('"'), ord("%"), ord("\\"), *range(0x7F, 0x100)])


def split_request(request: bytes) -> tuple[bytes, bytes]:
    """Split `METHOD TARGET PROTOCOL` at its first blank and its last ` HTTP/`; what is none has neither."""
    method, blank, rest = request.partition(b" ")
    target, protocol, _ = rest.rpartition(b" HTTP/")
    return (method, target) if blank and protocol else (b"", b"")


def route(method: bytes, target: bytes, collapsed: frozenset[bytes] = frozenset()) -> bytes:
    """Name the route of a request; `-` for what is no request."""
    if not method:
        return NO_ROUTE
    made = method if method in METHODS else b"*"
    path = _path(target)
    if not path.startswith(b"/"):
        return made + b" *"
    made += b" "
    segments = path[1:].split(b"/", MOST_SEGMENTS)
    for number, segment in enumerate(segments):
        if number == MOST_SEGMENTS:
            return made + b"/**"
        made += b"/" + (b"*" if is_variable(segment) or (segment and made in collapsed) else segment)
    return made


def _path(target: bytes) -> bytes:
    for scheme in (b"http://", b"https://"):
        if target.startswith(scheme):
            at = target.find(b"/", len(scheme))
            target = b"/" if at < 0 else target[at:]
            break
    ends = [at for at in (target.find(b"?"), target.find(b"#")) if at >= 0]
    return target[: min(ends)] if ends else target


def is_variable(segment: bytes) -> bool:
    """Tell by its look whether a segment names one thing of many."""
    size = len(segment)
    if size > LONGEST_SEGMENT or not _NEVER.isdisjoint(segment):
        return True
    digits = sum(each in _DIGITS for each in segment)
    if digits == 0:
        return False
    if digits == size or digits >= 4:  # noqa: PLR2004
        return True
    if segment[:1] == b"v" and digits == size - 1:
        return False
    return (digits >= 2 and digits * 3 >= size) or (size >= 8 and _HEX.issuperset(segment))  # noqa: PLR2004


def prefixes_to_collapse(routes: Iterable[bytes]) -> frozenset[bytes]:
    """Find every `METHOD /prefix` that has too many different children, after those above it are collapsed."""
    found: frozenset[bytes] = frozenset()
    names = set(routes)
    while True:
        children: dict[bytes, set[bytes]] = {}
        for name in names:
            head, _, path = name.partition(b" /")
            if not path or head == name:
                continue
            parent = head + b" "
            for segment in path.split(b"/"):
                if segment not in (b"", b"*", b"**"):
                    children.setdefault(parent, set()).add(segment)
                parent += b"/" + segment
        more = {
            parent
            for parent, each in children.items()
            if len(each) > (MOST_AT_TOP if parent.endswith(b" ") else MOST_CHILDREN)
        }
        if not more:
            return found
        found |= more
        names = {again(name, found) for name in names}


def again(name: bytes, collapsed: frozenset[bytes]) -> bytes:
    """Name a route anew under more collapsed prefixes."""
    head, gap, path = name.partition(b" /")
    if not gap:
        return name
    made = head + b" "
    for segment in path.split(b"/"):
        made += b"/" + (b"*" if segment not in (b"", b"**") and made in collapsed else segment)
    return made


def renamed(routes: Iterable[bytes]) -> Mapping[bytes, bytes]:
    """Give each route the name it has once all that must collapse has collapsed."""
    names = list(routes)
    collapsed = prefixes_to_collapse(names)
    return {name: again(name, collapsed) for name in names}
