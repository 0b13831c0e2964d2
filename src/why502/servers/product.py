"""What each application server is described by: its command line, its configuration, its words."""

import re
from collections.abc import Callable, Sequence

from why502.observations.frozen import frozen
from why502.observations.server import Says
from why502.observations.subjects import Address
from why502.observations.want import User
from why502.servers.words import Where
from why502.vantage.base import Raw, Vantage

CONFIG = 1 << 18


@frozen
class Text:
    """A configuration file as it was read."""

    path: str
    text: str


@frozen
class Setting:
    """What a server is told to do. Seconds; `None` = no limit or not known, keep-alive 0 = closes after each answer.

    `given` tells whether the binds were written somewhere, or are the product's default. `pool` names a part of a
    server that has its own workers. `logs` are files it writes, as absolute paths.
    """

    binds: tuple[Address, ...] = ()
    given: bool = True
    capacity: int | None = None
    timeout: float | None = None
    keepalive: float | None = None
    logs: tuple[str, ...] = ()
    pool: str | None = None
    source: str = "command line"


@frozen
class Phrase:
    """One message of a server; `pid`, `bind` and `path` are groups of the pattern where it has them."""

    says: Says
    pattern: re.Pattern[str]


@frozen
class Product:
    """An application server. `arguments` gives those of a command that starts it, None for other commands.

    `files` names the configuration for these arguments (a pattern for many files at once may stand in a name);
    `settings` reads arguments and files together: one for each pool. `prefix` is what stands before a message.
    """

    home: str
    name: str
    arguments: Callable[[Sequence[str]], tuple[str, ...] | None]
    settings: Callable[[Sequence[str], Where, Sequence[Text]], tuple[Setting, ...]]
    files: Callable[[Sequence[str], Where], tuple[str, ...]] = lambda _arguments, _where: ()
    included: Callable[[Text], tuple[str, ...]] = lambda _text: ()
    prefix: re.Pattern[str] = re.compile("")
    phrases: tuple[Phrase, ...] = ()


def phrase(says: Says, pattern: str) -> Phrase:
    """Compile one message."""
    return Phrase(says=says, pattern=re.compile(pattern))


async def matching(vantage: Vantage, where: Where, pattern: str) -> tuple[str, ...]:
    """Return the files a pattern stands for, sorted; wildcards in the last component only."""
    directory, _, name = pattern.rpartition("/")
    if not re.search(r"[*?\[]", name):
        return (pattern,)
    from fnmatch import fnmatchcase

    names = await vantage.list(where.place, directory or "/")
    return tuple(f"{directory}/{each}" for each in names if fnmatchcase(each, name)) if isinstance(names, tuple) else ()


async def configuration(
    product: Product, arguments: Sequence[str], where: Where, vantage: Vantage, reader: User | None
) -> tuple[Text, ...]:
    """Read the files a server was pointed to and those they include, 200 at most; unreadable ones are left out."""
    found: list[Text] = []
    todo = list(product.files(arguments, where))
    seen: set[str] = set()
    while todo and len(seen) < 200:  # noqa: PLR2004
        for path in await matching(vantage, where, todo.pop(0)):
            if path in seen or len(seen) >= 200:  # noqa: PLR2004
                continue
            seen.add(path)
            raw = await vantage.read(where.place, path, CONFIG, reader=reader)
            if isinstance(raw, Raw):
                text = Text(path=path, text=raw.data.decode("utf-8", "replace"))
                found.append(text)
                todo += product.included(text)
    return tuple(found)
