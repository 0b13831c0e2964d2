"""php-fpm: a master, pools with workers of their own, `php-fpm.conf` and the files it includes (its manual)."""

import re
from collections.abc import Sequence

from why502.observations.fact import Fact
from why502.observations.server import AppServer, Says
from why502.observations.want import Gap, Want
from why502.servers.product import Product, Setting, Text, phrase
from why502.servers.running import running
from why502.servers.words import Where, base, bind, option, under, whole
from why502.vantage.looking import Around, looker

NAME = re.compile(r"php-fpm([0-9.]{0,5})")
TITLE = re.compile(r"php-fpm: master process \((/[^)]{1,4000})\)")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(\d{1,9})\s*([smhd]?)", re.ASCII)
ADDRESS = r"(?P<bind>[^']+)"


def arguments(argv: Sequence[str]) -> tuple[str, ...] | None:
    """Return the arguments of a master, by command or by its title; the configuration always by `--fpm-config`."""
    if not argv:
        return None
    title = TITLE.match(argv[0])
    if title:
        return ("--fpm-config", title[1])
    name = NAME.fullmatch(base(argv[0]))
    if name is None:
        return None
    # Debian names the program, and keeps its files, by version.
    known = f"/etc/php/{name[1]}/fpm/php-fpm.conf" if name[1] else "/etc/php-fpm.conf"
    given = option(argv[1:], "-y", "--fpm-config")
    return (*argv[1:], "--fpm-config", given or known)


def files(given: Sequence[str], where: Where) -> tuple[str, ...]:
    """Name the main configuration file."""
    name = option(given, "--fpm-config")
    return (under(where.cwd, name),) if name else ()


def lines(text: str) -> list[tuple[str, str, str]]:
    """Read `key = value` lines with their section; quotes are taken off."""
    found: list[tuple[str, str, str]] = []
    section = "global"
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("[") and "]" in line:
            section = line[1 : line.index("]")]
        elif line[:1] not in {";", "#", ""}:
            key, equals, value = line.partition("=")
            if equals:
                written = value.split(" ;")[0].strip().strip("\"'")
                found.append((section, key.strip(), written))
    return found


def included(text: Text) -> tuple[str, ...]:
    """Return the patterns of `include=` lines."""
    return tuple(value for _, key, value in lines(text.text) if key == "include" and value.startswith("/"))


def seconds(text: str | None) -> float | None:
    """Read `30`, `30s`, `2m`; None for 0, which means off."""
    found = DURATION.fullmatch(text or "")
    return float(int(found[1]) * SECONDS[found[2]]) or None if found else None


def settings(_given: Sequence[str], where: Where, texts: Sequence[Text]) -> tuple[Setting, ...]:
    """Read one setting for each pool; FastCGI connections are kept only if the gateway asks (no limit of its own)."""
    pools: dict[str, dict[str, str]] = {}
    places: dict[str, str] = {}
    for text in texts:
        for section, key, value in lines(text.text):
            pools.setdefault(section, {})[key] = value.replace("$pool", section)
            places[section] = text.path
    log = pools.pop("global", {}).get("error_log")
    made = []
    for name, pool in pools.items():
        address = bind(pool.get("listen", ""), where)
        logs = [log, pool.get("slowlog")]
        made.append(
            Setting(
                binds=() if address is None else (address,),
                capacity=whole(pool.get("pm.max_children")),
                timeout=seconds(pool.get("request_terminate_timeout")),
                logs=tuple(each for each in logs if each and each.startswith("/")),
                pool=name,
                source=places[name],
            )
        )
    return tuple(made)


PHP_FPM = Product(
    home=__name__,
    name="php-fpm",
    arguments=arguments,
    settings=settings,
    files=files,
    included=included,
    prefix=re.compile(
        r"(?:\[\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.\d{1,6})?\] )?(?:[A-Z]{4,8}: )?(?:\[pool [^\]]{1,100}\] )?"
    ),
    phrases=(
        phrase(Says.STARTING, r"fpm is running, pid (?P<pid>\d{1,10})"),
        phrase(Says.STOPPING, r"Terminating \.\.\.|exiting, bye-bye!|Finishing \.\.\.|Reloading in progress \.\.\."),
        phrase(
            Says.ADDRESS_IN_USE, rf"unable to bind listening socket for address '{ADDRESS}': Address already in use"
        ),
        phrase(
            Says.ADDRESS_IN_USE,
            r"Another FPM instance seems to already listen on (?P<bind>\S+)",
        ),
        phrase(Says.BOOT_FAILED, rf"unable to bind listening socket for address '{ADDRESS}': "),
        phrase(Says.BOOT_FAILED, r"FPM initialization failed|failed to post process the configuration"),
        phrase(Says.POOL_FULL, r"server reached (?:pm\.)?max_children setting \(\d"),
        phrase(Says.POOL_FULL, r"The maximum number of processes has been reached\."),
        phrase(
            Says.WORKER_TIMEOUT,
            r"child (?P<pid>\d{1,10}), script '[^']*' \(request: \"[^\"]*\"\) execution timed out \([\d.]+ sec\)",
        ),
        phrase(Says.WORKER_KILLED, r"child (?P<pid>\d{1,10}) exited on signal 9 \(SIGKILL\)"),
        phrase(Says.WORKER_DIED, r"child (?P<pid>\d{1,10}) exited on signal (?:4|6|7|8|11) "),
        phrase(Says.WORKER_DIED, r"child (?P<pid>\d{1,10}) exited with code [1-9]"),
        phrase(Says.REQUEST_FAILED, r"child \d{1,10} said into stderr: \".{0,20}PHP Fatal error"),
        phrase(Says.INVALID_REQUEST, r"Connection disallowed: IP address '"),
    ),
)


@looker(AppServer)
async def php_fpm(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Find running php-fpm masters: one server for each pool."""
    return await running(PHP_FPM, want, around)
