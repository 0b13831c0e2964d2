"""Which location takes a URI: exact, the longest prefix, patterns in order, and locations within locations."""

from collections.abc import Callable
from enum import Enum

from why502.gateways.nginx.patterns import Found, Unknown, search
from why502.gateways.nginx.scopes import Scope
from why502.gateways.nginx.tree import Directive
from why502.observations.frozen import frozen

PASSES = ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass")
MODIFIERS = ("=", "^~", "~*", "~")


class Kind(Enum):
    """How a location is compared."""

    PREFIX = ""
    EXACT = "="
    PREFERRED = "^~"
    PATTERN = "~"
    CASELESS = "~*"
    NAMED = "@"


@frozen
class Hit:
    """What was found: the blocks from the outermost location in, and why each.

    `slash`: nginx sends the client to the same URI with a slash. `doubts` are patterns that could not be tried.
    """

    scopes: tuple[Scope, ...] = ()
    steps: tuple[str, ...] = ()
    caught: tuple[Found, ...] = ()
    doubts: tuple[str, ...] = ()
    slash: bool = False
    final: bool = False


def kind_of(location: Directive) -> tuple[Kind, str]:
    """Return how a location is compared, and with what."""
    if len(location.args) > 1:
        modifier, name = location.args[0], location.args[1]
        return (Kind(modifier), name) if modifier in MODIFIERS else (Kind.NAMED, "")
    name = location.args[0] if location.args else ""
    for modifier in MODIFIERS:
        if name.startswith(modifier):
            return Kind(modifier), name[len(modifier) :]
    return (Kind.NAMED if name.startswith("@") else Kind.PREFIX), name


def find(outer: Scope, uri: str, scope_of: Callable[[Directive], Scope]) -> Hit:
    """Find the location in a server, or in a location; no scopes where none matches."""
    locations = [(*kind_of(block), block) for block in outer.named.get("location", ()) if block.block]
    prefixes = [(kind, name, block) for kind, name, block in locations if kind in (Kind.PREFIX, Kind.PREFERRED)]
    for kind, name, block in locations:
        if kind is Kind.EXACT and name == uri:
            return Hit(scopes=(scope_of(block),), steps=(_step(block, "exact"),), final=True)
    taken = [(kind, name, block) for kind, name, block in prefixes if uri.startswith(name)]
    longest = max(taken, key=lambda entry: len(entry[1]), default=None)
    if longest is None or longest[1] != uri:
        slash = _slash(locations, uri, scope_of)
        if slash is not None:
            return slash
    hit = Hit()
    if longest is not None:
        scope = scope_of(longest[2])
        inner = find(scope, uri, scope_of)
        hit = _within(scope, _step(longest[2], "longest prefix"), inner)
        if inner.final or longest[0] is Kind.PREFERRED:
            return hit
    return _patterns(locations, uri, hit, scope_of)


def _slash(
    locations: list[tuple[Kind, str, Directive]], uri: str, scope_of: Callable[[Directive], Scope]
) -> Hit | None:
    """Find a location that passes on and is the URI with a slash: nginx redirects there."""
    plain = (Kind.EXACT, Kind.PREFIX, Kind.PREFERRED)
    found = [(kind, scope_of(block)) for kind, name, block in locations if kind in plain and name == f"{uri}/"]
    if not any(name in scope.named for _, scope in found for name in PASSES):
        return None
    scope = min(found, key=lambda entry: entry[0] is not Kind.EXACT)[1]
    step = _step(scope.block, "slash missing") if scope.block is not None else ""
    return Hit(scopes=(scope,), steps=(step,), slash=True, final=True)


def _patterns(
    locations: list[tuple[Kind, str, Directive]], uri: str, hit: Hit, scope_of: Callable[[Directive], Scope]
) -> Hit:
    doubts = hit.doubts
    for kind, name, block in locations:
        if kind not in (Kind.PATTERN, Kind.CASELESS):
            continue
        caught = search(name, uri, caseless=kind is Kind.CASELESS)
        if isinstance(caught, Unknown):
            doubts = (*doubts, caught.what)
        elif caught is not None:
            scope = scope_of(block)
            inner = find(scope, uri, scope_of)
            found = _within(scope, _step(block, "first pattern that matches"), inner)
            return Hit(
                scopes=found.scopes,
                steps=found.steps,
                caught=(*hit.caught, caught, *inner.caught),
                doubts=doubts + inner.doubts,
                final=True,
            )
    return Hit(scopes=hit.scopes, steps=hit.steps, caught=hit.caught, doubts=doubts, slash=hit.slash, final=hit.final)


def _within(scope: Scope, step: str, inner: Hit) -> Hit:
    return Hit(
        scopes=(scope, *inner.scopes),
        steps=(step, *inner.steps),
        caught=inner.caught,
        doubts=inner.doubts,
        slash=inner.slash,
        final=inner.final,
    )


def _step(location: Directive, how: str) -> str:
    return f"location {' '.join(location.args)} ({location.site}): {how}"
