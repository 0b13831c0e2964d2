"""Node.js: an application written in it decides itself where it listens: by its script, or by `PORT`.

A script tells only where it calls `listen` once and with literals (net.Server.listen of the Node documentation);
what it computes, or leaves to its modules, is not guessed.
"""

import re
from collections.abc import Sequence

from why502.observations.fact import Fact
from why502.observations.server import AppServer, Says
from why502.observations.subjects import Address
from why502.observations.want import Gap, Want
from why502.servers.product import Product, Setting, Text, phrase
from why502.servers.running import running
from why502.servers.words import Where, base, bind, endpoint, under
from why502.vantage.looking import Around, looker

NAME = re.compile(r"node|nodejs")
SCRIPT = re.compile(r"\.(?:js|mjs|cjs)\Z")
LISTEN = re.compile(
    r"\.listen\(\s*(?:(?P<port>\d{1,5})|(?P<quote>['\"])(?P<path>[^'\"\n]{1,200})(?P=quote))"
    r"\s*(?:,\s*['\"](?P<host>[^'\"\n]{1,100})['\"])?\s*[,)]"
)
KEEP = re.compile(r"\.keepAliveTimeout\s*=\s*(\d{1,9})\b")


def arguments(argv: Sequence[str]) -> tuple[str, ...] | None:
    """Return what follows `node`."""
    return tuple(argv[1:]) if argv and NAME.fullmatch(base(argv[0])) else None


def script(given: Sequence[str], where: Where) -> tuple[str, ...]:
    """Return the script that is started: the first word that is no option."""
    words = [word for word in given if not word.startswith("-")]
    return (under(where.cwd, words[0]),) if words and SCRIPT.search(words[0]) else ()


def settings(_given: Sequence[str], where: Where, texts: Sequence[Text]) -> tuple[Setting, ...]:
    """Read what the script and the environment say (Node listens on `::` where no host is given).

    keepAliveTimeout is 5 s before version 26 and 65 s from then on, and the version is not seen here; so it is
    known only where the script sets it.
    """
    text = texts[0] if texts else None
    found = written(text.text, where) if text is not None else None
    keep = KEEP.findall(text.text) if text is not None else []
    keepalive = int(keep[0]) / 1000 if len(keep) == 1 else None
    if found is not None and text is not None:
        return (Setting(binds=(found,), keepalive=keepalive, source=text.path),)
    port = where.variable("PORT")
    address = endpoint(where.place, "::", port) if port else None
    return (
        Setting(binds=() if address is None else (address,), keepalive=keepalive, source="PORT in the environment"),
    )


def written(text: str, where: Where) -> Address | None:
    """Return the address of the only `listen` of a script, if it is written there."""
    if text.count(".listen(") != 1:
        return None
    found = LISTEN.search(text)
    if found is None:
        return None
    if found["path"]:
        return bind(found["path"], where) if found["path"].startswith("/") else None
    return endpoint(where.place, found["host"] or "::", found["port"])


NODE = Product(
    home=__name__,
    name="node",
    arguments=arguments,
    settings=settings,
    files=script,
    prefix=re.compile(r"(?:Uncaught )?"),
    phrases=(
        phrase(Says.ADDRESS_IN_USE, r"Error: listen EADDRINUSE: address already in use (?P<bind>\S+)"),
        phrase(Says.BOOT_FAILED, r"Error: listen E(?:ACCES|ADDRNOTAVAIL): [a-z ]{1,60} (?P<bind>\S+)"),
        phrase(Says.BOOT_FAILED, r"Error: Cannot find module '|Error \[ERR_MODULE_NOT_FOUND\]: "),
        phrase(Says.WORKER_DIED, r"FATAL ERROR: .{0,100}JavaScript heap out of memory"),
    ),
)


@looker(AppServer)
async def node(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Find running Node programs."""
    return await running(NODE, want, around)
