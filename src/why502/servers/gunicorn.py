"""gunicorn: options of the command line over `GUNICORN_CMD_ARGS` over the configuration file (its settings page)."""

import re
from collections.abc import Sequence

from why502.observations.fact import Fact
from why502.observations.server import AppServer, Says
from why502.observations.want import Gap, Want
from why502.servers.product import Product, Setting, Text, phrase
from why502.servers.running import running
from why502.servers.words import Where, arguments_of, bind, binds, option, options, positive, split, under, whole
from why502.vantage.looking import Around, looker

NAME = re.compile(r"gunicorn(?:3|_paster)?")
ASSIGNED = re.compile(r"^(\w{1,40})[ \t]*=[ \t]*([^\n#]{1,2000})", re.MULTILINE | re.ASCII)
LITERAL = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\[[^\[\]\n]*\]|\([^()\n]*\)")
QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
DEFAULT_FILE = "gunicorn.conf.py"
EVENTED = frozenset({"gevent", "eventlet", "tornado", "asgi"})


def arguments(argv: Sequence[str]) -> tuple[str, ...] | None:
    """Return gunicorn's own arguments."""
    return arguments_of(argv, NAME)


def base_of(given: Sequence[str], where: Where) -> str:
    """Return the directory that `--chdir` goes to."""
    return under(where.cwd, option(given, "--chdir") or ".")


def files(given: Sequence[str], where: Where) -> tuple[str, ...]:
    """Name the configuration file; one that is a module (`python:…`) is not read."""
    name = option(given, "-c", "--config") or DEFAULT_FILE
    if name.startswith("python:"):
        return ()
    return (under(base_of(given, where), name.removeprefix("file:")),)


def parse_config(text: str) -> dict[str, tuple[str, ...]]:
    """Read plain assignments of strings and numbers (lists of strings too); nothing is evaluated."""
    found: dict[str, tuple[str, ...]] = {}
    for assigned in ASSIGNED.finditer(text):
        value = assigned[2].strip()
        quoted = tuple(one or other for one, other in QUOTED.findall(value))
        if LITERAL.fullmatch(value) and quoted:
            found[assigned[1]] = quoted
        elif value.isascii() and value.isdigit():
            found[assigned[1]] = (value,)
        else:
            # An expression: what it gives is not known, and the default does not hold.
            found[assigned[1]] = ()
    return found


def settings(argv: Sequence[str], where: Where, texts: Sequence[Text]) -> tuple[Setting, ...]:
    """Join command line, environment and file; the default bind is `127.0.0.1:8000`, or `$PORT` on all addresses."""
    given = (*split(where.variable("GUNICORN_CMD_ARGS") or ""), *argv)
    config = {name: values for text in texts for name, values in parse_config(text.text).items()}
    inside = Where(place=where.place, cwd=base_of(given, where), environment=where.environment)

    def one(name: str, *flags: str) -> str | None:
        return option(given, *flags) or next(iter(config.get(name, ())), None)

    names = [each for text in options(given, "-b", "--bind") for each in text.split(",")]
    names = names or [each for text in config.get("bind", ()) for each in text.split(",")]
    port = where.variable("PORT")
    written = binds(names, inside, "8000")
    default = bind(f"0.0.0.0:{port}" if port else "127.0.0.1:8000", inside)
    unknown = "bind" in config or bool(names)
    workers = whole(one("workers", "-w", "--workers") or where.variable("WEB_CONCURRENCY"))
    threads = whole(one("threads", "--threads")) or 1
    kind = (one("worker_class", "-k", "--worker-class") or "sync").rpartition(".")[2].lower()
    if "workers" not in config and workers is None:
        workers = 1
    evented = kind in EVENTED or "uvicorn" in kind
    sync = kind == "sync" and threads == 1
    idle = whole(one("keepalive", "--keep-alive"))
    logs = [one("errorlog", "--error-logfile", "--log-file"), one("accesslog", "--access-logfile")]
    return (
        Setting(
            binds=written or (() if unknown or default is None else (default,)),
            given=bool(written),
            capacity=None if evented or workers is None else workers * threads,
            timeout=positive(one("timeout", "-t", "--timeout") or "30"),
            keepalive=0.0 if sync else float(2 if idle is None else idle),
            logs=tuple(under(inside.cwd, each) for each in logs if each and each != "-"),
            source=texts[0].path if texts and not options(given, "-b", "--bind") and names else "command line",
        ),
    )


GUNICORN = Product(
    home=__name__,
    name="gunicorn",
    arguments=arguments,
    settings=settings,
    files=files,
    prefix=re.compile(r"(?:\[[0-9-]{10} [0-9:,.]{8,15}(?: [+-]\d{4})?\] )?(?:\[\d{1,10}\] )?(?:\[[A-Z]{1,10}\] )?"),
    phrases=(
        phrase(Says.LISTENING, r"Listening at: (?P<bind>[^\s,]+)\S* \((?P<pid>\d{1,10})\)"),
        phrase(Says.ADDRESS_IN_USE, r"Connection in use: (?P<bind>.+)"),
        phrase(Says.STARTING, r"Starting gunicorn \d"),
        phrase(Says.STOPPING, r"Shutting down: |Handling signal: (?:term|int|quit)\b"),
        phrase(Says.BOOT_FAILED, r"(?:Reason: )?(?:Worker failed to boot|App failed to load)\."),
        phrase(Says.BOOT_FAILED, r"Exception in worker process"),
        phrase(Says.BOOT_FAILED, r"(?:Invalid address: |Can't connect to )(?P<bind>.+)"),
        phrase(Says.WORKER_TIMEOUT, r"WORKER TIMEOUT \(pid:(?P<pid>\d{1,10})\)"),
        phrase(Says.WORKER_KILLED, r"Worker \(pid:(?P<pid>\d{1,10})\) was sent SIGKILL!"),
        phrase(Says.WORKER_KILLED, r"Worker with pid (?P<pid>\d{1,10}) was terminated due to signal 9\b"),
        phrase(
            Says.WORKER_DIED, r"Worker \(pid:(?P<pid>\d{1,10})\) was sent (?:SIG(?:SEGV|BUS|ILL|FPE|ABRT)|code 139)!"
        ),
        phrase(Says.WORKER_DIED, r"Worker with pid (?P<pid>\d{1,10}) was terminated due to signal (?!9\b|15\b)\d"),
        phrase(Says.WORKER_DIED, r"Worker \(pid:(?P<pid>\d{1,10})\) exited with code [1-9]"),
        phrase(Says.REQUEST_FAILED, r"Error handling request "),
        phrase(Says.INVALID_REQUEST, r"Invalid request from ip="),
    ),
)


@looker(AppServer)
async def gunicorn(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Find running gunicorn masters."""
    return await running(GUNICORN, want, around)
