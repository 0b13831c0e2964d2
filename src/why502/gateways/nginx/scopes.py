"""Blocks within blocks, and which of several statements is in force: values one by one, lists as a whole."""

from collections.abc import Iterable

from why502.gateways.nginx.tree import Config, Directive

SERVER_LEVEL = 2


class Scope:
    """One block with its statements in order and by name; `block` is `None` outside all blocks.

    `noname` is true for `if` and `limit_except`, which take the pass directive of what they stand in.
    """

    __slots__ = ("block", "named", "noname", "statements")

    def __init__(self, block: Directive | None, statements: Iterable[Directive]) -> None:
        """Sort the statements by name."""
        self.block = block
        self.statements = tuple(statements)
        self.noname = block is not None and block.name in ("if", "limit_except")
        self.named: dict[str, list[Directive]] = {}
        for statement in self.statements:
            self.named.setdefault(statement.name, []).append(statement)

    def first(self, name: str) -> Directive | None:
        """Return the statement of this name in this very block."""
        found = self.named.get(name)
        return found[0] if found else None


Chain = tuple[Scope, ...]


def scope_of(config: Config, block: Directive | None) -> Scope:
    """Read a block's own statements."""
    return Scope(block, config.top() if block is None else config.children(block))


def in_force(chain: Chain, *names: str) -> Directive | None:
    """Return the innermost statement of one of these names."""
    for scope in reversed(chain):
        for name in names:
            if (found := scope.first(name)) is not None:
                return found
    return None


def all_in_force(chain: Chain, name: str) -> tuple[Directive, ...]:
    """Return the statements of the innermost block that has any: a list is replaced as a whole."""
    for scope in reversed(chain):
        if name in scope.named:
            return tuple(scope.named[name])
    return ()
