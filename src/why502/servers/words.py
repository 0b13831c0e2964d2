"""Command lines: which program they start, with which options, and which address an option names."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import PurePosixPath

from why502.observations.frozen import frozen
from why502.observations.place import Place
from why502.observations.subjects import Address, Endpoint, SocketPath

PYTHON = re.compile(r"(?:python|pypy)[0-9.]{0,6}", re.ASCII)
WITH_VALUE = frozenset({"-X", "-W", "--check-hash-based-pycs"})
ANY = "0.0.0.0"  # noqa: S104 - read, never bound
LOCAL = {"localhost": "127.0.0.1", "*": ANY, "": ANY}
VARIABLE = re.compile(r"\$(?:\{(\w{1,100})\}|(\w{1,100}))", re.ASCII)
MOST_WORDS = 4096


@frozen
class Where:
    """The place and directory a command runs in, and what is known of its environment."""

    place: Place
    cwd: str = "/"
    environment: tuple[tuple[str, str], ...] = ()

    def variable(self, name: str) -> str | None:
        """Return a variable of the environment."""
        return dict(self.environment).get(name)


def split(text: str) -> tuple[str, ...]:
    """Split as a shell would; a line with unbalanced quotes is split at blanks."""
    try:
        return tuple(shlex.split(text)[:MOST_WORDS])
    except ValueError:
        return tuple(text.split()[:MOST_WORDS])


def filled(words: Iterable[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Put known variables into words, as systemd does with `$NAME` and `${NAME}`."""
    return tuple(
        VARIABLE.sub(lambda found: environment.get(found[1] or found[2], found[0]), word) if "$" in word else word
        for word in words
    )


def base(path: str) -> str:
    """Return the last component of a path."""
    return path.rsplit("/", 1)[-1]


def arguments_of(argv: Sequence[str], names: re.Pattern[str]) -> tuple[str, ...] | None:
    """Return what follows the program if it is one of these: started itself, as a script or by `python -m`."""
    if not argv:
        return None
    if names.fullmatch(base(argv[0])):
        return tuple(argv[1:])
    if not PYTHON.fullmatch(base(argv[0])):
        return None
    at = 1
    while at < len(argv) and argv[at].startswith("-") and argv[at] not in {"-m", "-c", "-"}:
        at += 2 if argv[at] in WITH_VALUE else 1
    if at < len(argv) and argv[at] == "-m":
        return tuple(argv[at + 2 :]) if at + 1 < len(argv) and names.fullmatch(argv[at + 1].split(".")[0]) else None
    return tuple(argv[at + 1 :]) if at < len(argv) and names.fullmatch(base(argv[at])) else None


def options(argv: Sequence[str], *names: str) -> tuple[str, ...]:
    """Return the values of an option in order: `--bind x`, `--bind=x`, `-b x`, `-bx`."""
    found: list[str] = []
    for at, word in enumerate(argv):
        if word in names:
            found += argv[at + 1 : at + 2]
            continue
        for name in names:
            if name.startswith("--") and word.startswith(f"{name}="):
                found.append(word[len(name) + 1 :])
            elif len(name) == 2 and word.startswith(name) and not word.startswith("--"):  # noqa: PLR2004
                found.append(word[2:].removeprefix("="))
    return tuple(found)


def option(argv: Sequence[str], *names: str) -> str | None:
    """Return the last value of an option, which is the one that counts."""
    return next(reversed(options(argv, *names)), None)


def whole(text: str | None) -> int | None:
    """Read a decimal number of at most nine digits."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def positive(text: str | None) -> float | None:
    """Read seconds; None where there are none, or where 0 means no limit."""
    number = whole(text)
    return float(number) if number else None


def under(cwd: str, path: str) -> str:
    """Put a relative path below the working directory."""
    return str(PurePosixPath(cwd) / path)


def endpoint(place: Place, host: str, port: str | int) -> Endpoint | None:
    """Make an endpoint of a host and a port; a name other than `localhost` is no address."""
    number = port if isinstance(port, int) else whole(port.strip())
    bare = host.strip().removeprefix("[").removesuffix("]")
    try:
        address = str(ip_address(LOCAL.get(bare, bare)))
    except ValueError:
        return None
    if number is None or not 0 < number < 65_536:  # noqa: PLR2004
        return None
    return Endpoint(place=place.network(), address=address, port=number)


def bind(text: str, where: Where, port: str | None = None) -> Address | None:
    """Read one address as servers write it: `host:port`, `:port`, `[::1]:port`, `unix:path`, `/path`, a port alone.

    `port` stands for one that is not written. A descriptor (`fd://3`) and a name name no address.
    """
    text = re.sub(r"^(?:tcp|https?)://", "", text.strip().strip("\"'")).split("/?")[0]
    if text.startswith("unix:"):
        text = "/" + text[7:].lstrip("/") if text.startswith("unix://") else under(where.cwd, text[5:])
    if text.startswith(("/", "./", "../")):
        return SocketPath(place=where.place.files(), path=under(where.cwd, text)) if "\0" not in text else None
    if whole(text) is not None:
        return endpoint(where.place, ANY, text)
    host, colon, number = text.rpartition(":")
    if colon and (not host or host.count(":") == 0 or host.startswith("[")):
        return endpoint(where.place, host, number.rstrip("/"))
    return endpoint(where.place, text, port) if port else None


def binds(texts: Iterable[str], where: Where, port: str | None = None) -> tuple[Address, ...]:
    """Read several addresses; what is none is left out."""
    found = (bind(text, where, port) for text in texts)
    return tuple(dict.fromkeys(each for each in found if each is not None))
