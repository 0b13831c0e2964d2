"""uWSGI: the same options on the command line and in `.ini` files (its Options page)."""

import re
from collections.abc import Iterable, Mapping, Sequence

from why502.observations.fact import Fact
from why502.observations.server import AppServer, Says
from why502.observations.want import Gap, Want
from why502.servers.product import Product, Setting, Text, phrase
from why502.servers.running import running
from why502.servers.words import Where, arguments_of, binds, option, options, positive, under, whole
from why502.vantage.looking import Around, looker

NAME = re.compile(r"uwsgi(?:-core|[-_]python[0-9.]{0,5})?")
SOCKETS = (
    "socket",
    "uwsgi-socket",
    "http",
    "http-socket",
    "http11-socket",
    "https",
    "fastcgi-socket",
    "scgi-socket",
    "raw-socket",
)
PLACEHOLDER = re.compile(r"%\(([\w-]{1,60})\)|%([ndpsv])", re.ASCII)
VARIABLE = re.compile(r"\$\((\w{1,60})\)", re.ASCII)


def arguments(argv: Sequence[str]) -> tuple[str, ...] | None:
    """Return uWSGI's own arguments."""
    return arguments_of(argv, NAME)


def base_of(given: Sequence[str], where: Where) -> str:
    """Return the directory that relative names of the command line are below."""
    return under(where.cwd, option(given, "--chdir") or ".")


def files(given: Sequence[str], where: Where) -> tuple[str, ...]:
    """Name the `.ini` files: by `--ini`, or as an argument of its own. A section (`x.ini:name`) is left out."""
    named = [*options(given, "--ini", "-i"), *(word for word in given if word.endswith(".ini") and word[0] != "-")]
    return tuple(dict.fromkeys(under(where.cwd, name.split(":")[0]) for name in named))


def fill(value: str, known: Mapping[str, str]) -> str:
    """Put in what `%n` and `%(key)` stand for, as far as it is known."""
    return PLACEHOLDER.sub(lambda at: known.get(at[1] or at[2], at[0])[:4096], value[:4096])


def parse_ini(text: Text) -> dict[str, tuple[str, ...]]:
    """Read the `[uwsgi]` section, with the placeholders for the file's own name and for earlier keys."""
    directory, _, name = text.path.rpartition("/")
    magic = {"n": name.rsplit(".", 1)[0], "d": f"{directory}/", "p": text.path, "s": name}
    found: dict[str, tuple[str, ...]] = {}
    inside = False
    for raw in text.text.splitlines():
        line = raw.strip()
        if line.startswith("["):
            inside = line == "[uwsgi]"
        elif inside and line[:1] not in {"#", ";", ""}:
            key, equals, value = line.partition("=")
            filled = fill(value.strip(), {**magic, **{each: values[-1] for each, values in found.items()}})
            written = key.strip().replace("_", "-")
            found[written] = (*found.get(written, ()), filled[:4096] if equals else "true")[-200:]
    return found


def settings(given: Sequence[str], where: Where, texts: Sequence[Text]) -> tuple[Setting, ...]:
    """Join files and command line: sockets of every kind, `processes` times `threads`, harakiri."""
    config: dict[str, tuple[str, ...]] = {}
    for text in texts:
        for name, values in parse_ini(text).items():
            config[name] = (*config.get(name, ()), *values)

    def every(names: Iterable[str], *short: str) -> list[str]:
        flags = [f"--{name}" for name in names]
        return [*options(given, *flags, *short), *(each for name in names for each in config.get(name, ()))]

    def last(*names: str, short: str = "") -> str | None:
        return next(reversed(every(names, *((short,) if short else ()))), None)

    directory = under(base_of(given, where), last("chdir") or ".")
    inside = Where(place=where.place, cwd=directory, environment=where.environment)
    names = [VARIABLE.sub(lambda at: where.variable(at[1]) or at[0], each) for each in every(SOCKETS, "-s")]
    processes = whole(last("processes", "workers", short="-p")) or 1
    threads = whole(last("threads")) or 1
    logs = [last("logto"), last("logto2"), last("daemonize", short="-d")]
    return (
        Setting(
            binds=binds((each.split(",")[0] for each in names), inside),
            capacity=processes * threads,
            timeout=positive(last("harakiri", short="-t")),
            keepalive=0.0,
            logs=tuple(under(directory, each) for each in logs if each and not re.match(r"\w+:", each)),
            source=texts[0].path if texts else "command line",
        ),
    )


UWSGI = Product(
    home=__name__,
    name="uwsgi",
    arguments=arguments,
    settings=settings,
    files=files,
    prefix=re.compile(r"(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} - )?(?:\*\*\* )?"),
    phrases=(
        phrase(
            Says.LISTENING,
            r"uwsgi socket \d+ (?:bound to (?:TCP|UNIX) address|inherited .{0,20}address) (?P<bind>\S+) ",
        ),
        phrase(Says.LISTENING, r"uWSGI http bound on (?P<bind>\S+) fd \d"),
        phrase(
            Says.ADDRESS_IN_USE,
            r"probably another instance of uWSGI is running on the same address \((?P<bind>[^)]+)\)",
        ),
        phrase(Says.STARTING, r"Starting uWSGI \d"),
        phrase(Says.STOPPING, r"SIG(?:INT/SIGTERM|INT|QUIT|TERM) received\.\.\.killing workers|goodbye to uWSGI\."),
        phrase(Says.WORKER_TIMEOUT, r"HARAKIRI ON WORKER \d+ \(pid: (?P<pid>\d{1,10})"),
        phrase(Says.WORKER_TIMEOUT, r"HARAKIRI (?:\(user\) )?triggered by worker "),
        phrase(
            Says.WORKER_TIMEOUT, r"HARAKIRI: --- uWSGI worker \d+(?: core \d+)? \(pid: (?P<pid>\d{1,10})\) WAS managing"
        ),
        phrase(
            Says.WORKER_KILLED,
            r"DAMN ! worker \d+ \(pid: (?P<pid>\d{1,10})\) (?:died, |MYSTERIOUSLY )killed by signal 9 ",
        ),
        phrase(Says.WORKER_DIED, r"DAMN ! worker \d+ \(pid: (?P<pid>\d{1,10})\) (?:died|MYSTERIOUSLY)"),
        phrase(Says.WORKER_DIED, r"!!! uWSGI process (?P<pid>\d{1,10}) got Segmentation Fault !!!"),
        phrase(Says.POOL_FULL, r"uWSGI listen queue of socket \"(?P<bind>[^\"]+)\" \(fd: \d+\) full !!!"),
        phrase(
            Says.BOOT_FAILED,
            r"no app loaded\. GAME OVER|unable to load app \d|Listen queue size is greater than the system max"
            r"|no request plugin is loaded|bind\(\): Permission denied",
        ),
        phrase(Says.REQUEST_FAILED, r"--- no python application found, check your startup logs"),
        phrase(Says.INVALID_REQUEST, r"invalid request block size: \d"),
    ),
)


@looker(AppServer)
async def uwsgi(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Find running uWSGI masters."""
    return await running(UWSGI, want, around)
