"""Node.js: an application written in it decides itself where it listens, so only its sockets and `PORT` tell."""

import re
from collections.abc import Sequence

from why502.observations.fact import Fact
from why502.observations.server import AppServer, Says
from why502.observations.want import Gap, Want
from why502.servers.product import Product, Setting, Text, phrase
from why502.servers.running import running
from why502.servers.words import Where, base, endpoint
from why502.vantage.looking import Around, looker

NAME = re.compile(r"node|nodejs")


def arguments(argv: Sequence[str]) -> tuple[str, ...] | None:
    """Return what follows `node`."""
    return tuple(argv[1:]) if argv and NAME.fullmatch(base(argv[0])) else None


def settings(_given: Sequence[str], where: Where, _texts: Sequence[Text]) -> tuple[Setting, ...]:
    """Say that nothing is known but a port of the environment (Node listens on `::`).

    keepAliveTimeout is 5 s before version 26 and 65 s from then on, and the version is not seen here.
    """
    port = where.variable("PORT")
    address = endpoint(where.place, "::", port) if port else None
    return (Setting(binds=() if address is None else (address,), source="PORT in the environment"),)


NODE = Product(
    home=__name__,
    name="node",
    arguments=arguments,
    settings=settings,
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
