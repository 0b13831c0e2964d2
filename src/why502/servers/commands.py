"""Which addresses a command would serve: by the products known here, else by patterns that many programs share."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from ipaddress import ip_address

import why502.servers
from why502.discover import shelf
from why502.observations.place import Place
from why502.observations.subjects import Address
from why502.servers.product import Product, Text
from why502.servers.words import (
    ANY,
    PYTHON,
    Where,
    base,
    bind,
    binds,
    endpoint,
    filled,
    option,
    options,
    split,
    whole,
)

ASSIGNMENT = re.compile(r"[A-Za-z_]\w{0,100}=.*", re.ASCII | re.DOTALL)
SHELLS = frozenset({"sh", "bash", "dash", "zsh"})
RUNNERS = {"poetry": "run", "pipenv": "run", "uv": "run", "bundle": "exec", "newrelic-admin": "run-program"}
PREFIXES = frozenset({"exec", "nohup", "env", "setsid"})
PHP = re.compile(r"php[0-9.]{0,5}")
LISTENERS = frozenset(
    """next nuxt vite ng rails puma thin unicorn hypercorn daphne granian waitress-serve streamlit jupyter artisan serve
    http-server json-server strapi""".split()  # noqa: SIM905 - read as words
)
"""Programs that listen on what they are given by `--port`."""

JAVA_PORT = re.compile(r"(?:-D|--)server\.(port|address)=(\S+)")
DEEP = 5


@cache
def products() -> tuple[Product, ...]:
    """Return every product of this room."""
    return tuple(shelf(why502.servers, Product))


def unwrapped(argv: Sequence[str], environment: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Take off what only starts another program: `env A=b`, `sh -c "…"`, `poetry run`; keep what it puts in place."""
    words, known = tuple(argv), dict(environment)
    for _ in range(DEEP):
        while words and (base(words[0]) in PREFIXES or ASSIGNMENT.fullmatch(words[0])):
            if "=" in words[0]:
                name, _, value = words[0].partition("=")
                known[name] = value
            words = words[1:]
        if len(words) > 2 and base(words[0]) in SHELLS and re.fullmatch(r"-[a-z]*c", words[1]):  # noqa: PLR2004
            # systemctl prints the words of a script without their quotes.
            words = split(words[2]) if len(words) == 3 else words[2:]  # noqa: PLR2004
        elif len(words) > 2 and RUNNERS.get(base(words[0])) == words[1]:  # noqa: PLR2004
            words = words[2:]
        else:
            break
    return filled(words, known), known


def named(argv: Sequence[str], environment: Mapping[str, str]) -> tuple[Product, tuple[str, ...]] | None:
    """Return the product that a command starts, and its arguments."""
    words, _ = unwrapped(argv, environment)
    for product in products():
        given = product.arguments(words)
        if given is not None:
            return product, given
    return None


def binds_of_command(
    argv: Sequence[str],
    cwd: str,
    place: Place,
    environment: Mapping[str, str] | None = None,
    texts: Sequence[Text] = (),
) -> tuple[Address, ...]:
    """Return the addresses this command would serve; none where it names none.

    Relative paths are below `cwd`; `texts` are the configuration files of a known product, if they were read.
    """
    words, known = unwrapped(argv, environment or {})
    where = Where(place=place, cwd=cwd, environment=tuple(sorted(known.items())))
    for product in products():
        given = product.arguments(words)
        if given is not None:
            found = (address for setting in product.settings(given, where, texts) for address in setting.binds)
            return tuple(dict.fromkeys(found))
    return next((found for found in patterns(words, where) if found), ())


def may_connect(argv: Sequence[str], environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether a command names an address by `--port` alone, which clients and checks have as well as servers."""
    if named(argv, environment or {}) is not None:
        return False
    words, _ = unwrapped(argv, environment or {})
    where = Where(place=Place(host=""), cwd="/")
    telling = any(found for found in _listening(words, where)) if words else True
    return not telling and bool(_host_and_port(words, where)) and not LISTENERS & {base(word) for word in words[:3]}


def patterns(words: Sequence[str], where: Where) -> Iterator[tuple[Address, ...]]:
    """Try what other programs share, the most telling first."""
    if not words:
        return
    yield from _listening(words, where)
    yield _host_and_port(words, where)
    port = where.variable("PORT")
    yield binds([f"[::]:{port}"], where) if port else ()


def _listening(words: Sequence[str], where: Where) -> Iterator[tuple[Address, ...]]:
    """Try what only a server is told."""
    yield from _python(words, where)
    if PHP.fullmatch(base(words[0])):
        yield binds(options(words, "-S"), where)
    yield from _java(words, where)
    yield binds(options(words, "--bind", "--listen", "--listen-address", "-b"), where)


def _host_and_port(words: Sequence[str], where: Where) -> tuple[Address, ...]:
    port = option(words, "--port")
    host = option(words, "--host", "--hostname", "--address") or "::"
    if port is None:
        return ()
    # A host that is a name may be a server this program calls.
    found = endpoint(where.place, host, port)
    return () if found is None or not _own(found.address) else (found,)


def _own(address: str) -> bool:
    number = ip_address(address)
    return number.is_loopback or number.is_unspecified


def _python(words: Sequence[str], where: Where) -> Iterator[tuple[Address, ...]]:
    program = base(words[0])
    if PYTHON.fullmatch(program):
        rest = [word for word in words[1:] if word not in {"-u", "-O", "-B", "-E", "-I", "-s"}]
        if rest[:2] == ["-m", "http.server"]:
            port = next((word for word in rest[2:] if whole(word)), "8000")
            found = endpoint(where.place, option(rest, "-b", "--bind") or ANY, port)
            yield () if found is None else (found,)
        elif rest[:2] == ["-m", "flask"]:
            yield _flask(rest[2:], where)
        elif rest and base(rest[0]) == "manage.py":
            yield _django(rest[1:], where)
    elif program == "flask":
        yield _flask(words[1:], where)
    elif program == "manage.py":
        yield _django(words[1:], where)


def _flask(words: Sequence[str], where: Where) -> tuple[Address, ...]:
    if "run" not in words:
        return ()
    host = option(words, "-h", "--host") or where.variable("FLASK_RUN_HOST") or "127.0.0.1"
    port = option(words, "-p", "--port") or where.variable("FLASK_RUN_PORT") or "5000"
    found = endpoint(where.place, host, port)
    return () if found is None else (found,)


def _django(words: Sequence[str], where: Where) -> tuple[Address, ...]:
    if words[:1] != ["runserver"] and words[:1] != ("runserver",):
        return ()
    given = next((word for word in words[1:] if not word.startswith("-")), "8000")
    found = bind(f"127.0.0.1:{given}" if whole(given) else given, where)
    return () if found is None else (found,)


def _java(words: Sequence[str], where: Where) -> Iterator[tuple[Address, ...]]:
    found = {match[1]: match[2] for match in map(JAVA_PORT.fullmatch, words) if match}
    if "port" in found:
        made = endpoint(where.place, found.get("address", "::"), found["port"])
        yield () if made is None else (made,)
