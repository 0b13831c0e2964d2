"""uvicorn: options, or variables `UVICORN_…`; one event loop in each worker."""

import re
from collections.abc import Sequence

from why502.observations.fact import Fact
from why502.observations.server import AppServer, Says
from why502.observations.want import Gap, Want
from why502.servers.product import Product, Setting, Text, phrase
from why502.servers.running import running
from why502.servers.words import Where, arguments_of, bind, option, whole
from why502.vantage.looking import Around, looker

NAME = re.compile(r"uvicorn")
PORT = "8000"


def arguments(argv: Sequence[str]) -> tuple[str, ...] | None:
    """Return uvicorn's own arguments."""
    return arguments_of(argv, NAME)


def settings(given: Sequence[str], where: Where, _texts: Sequence[Text]) -> tuple[Setting, ...]:
    """Read where it listens: a unix socket, an inherited descriptor, or host and port (`127.0.0.1:8000`)."""
    path = option(given, "--uds") or where.variable("UVICORN_UDS")
    host, port = option(given, "--host"), option(given, "--port")
    address = None
    if path:
        address = bind(f"unix:{path}", where)
    elif option(given, "--fd") is None:
        name = host or where.variable("UVICORN_HOST") or "127.0.0.1"
        number = port or where.variable("UVICORN_PORT") or PORT
        address = bind(f"[{name}]:{number}" if ":" in name else f"{name}:{number}", where)
    idle = whole(option(given, "--timeout-keep-alive"))
    most = whole(option(given, "--limit-concurrency"))
    workers = whole(option(given, "--workers") or where.variable("WEB_CONCURRENCY")) or 1
    return (
        Setting(
            binds=() if address is None else (address,),
            given=bool(path or host or port),
            capacity=None if most is None else most * workers,
            keepalive=float(5 if idle is None else idle),
        ),
    )


UVICORN = Product(
    home=__name__,
    name="uvicorn",
    arguments=arguments,
    settings=settings,
    prefix=re.compile(r"(?:[A-Z]{4,8}: {1,8})?"),
    phrases=(
        phrase(
            Says.LISTENING,
            r"Uvicorn running on (?:unix socket (?P<path>\S+)|(?P<bind>https?://\S+))",
        ),
        phrase(
            Says.ADDRESS_IN_USE,
            r"\[Errno (?:98|48)\] error while attempting to bind on address (?P<bind>\(.+\)): address already in use",
        ),
        phrase(Says.ADDRESS_IN_USE, r"\[Errno (?:98|48)\] Address already in use"),
        phrase(
            Says.BOOT_FAILED,
            r"\[Errno \d{1,3}\] error while attempting to bind on address (?P<bind>\(.+\)): (?!address already)",
        ),
        phrase(Says.BOOT_FAILED, r"Application startup failed\. Exiting\.|Error loading ASGI app"),
        phrase(Says.STARTING, r"Started (?:server|parent) process \[(?P<pid>\d{1,10})\]"),
        phrase(
            Says.STOPPING, r"Shutting down$|Stopping parent process|Finished server process|Maximum request limit of "
        ),
        phrase(Says.WORKER_DIED, r"Child process \[(?P<pid>\d{1,10})\] died"),
        phrase(Says.POOL_FULL, r"Exceeded concurrency limit\."),
        phrase(Says.REQUEST_FAILED, r"Exception in ASGI application|ASGI callable returned without "),
        phrase(Says.INVALID_REQUEST, r"Invalid HTTP request received\."),
    ),
)


@looker(AppServer)
async def uvicorn(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Find running uvicorn masters."""
    return await running(UVICORN, want, around)
