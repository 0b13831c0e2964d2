"""The table of names and wildcards behind `server_name` and `map … hostnames`: exact, `*.x`, `x.*`."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class HostTable(Generic[T]):
    """Names and what they stand for. The first that takes a name keeps it; `.x` is both `x` and `*.x`."""

    def __init__(self) -> None:
        """Start empty."""
        self._exact: dict[str, T] = {}
        self._head: dict[str, tuple[T, bool]] = {}
        self._tail: dict[str, T] = {}
        self._taken: set[str] = set()

    def add(self, name: str, value: T) -> None:
        """Add a name or wildcard, unless it is taken."""
        name = name.lower()
        if name.startswith(".") and len(name) > 1:
            if name[1:] not in self._taken:
                self._taken.add(name[1:])
                self._head.setdefault(name[1:], (value, True))
        elif name.startswith("*.") and len(name) > len("*."):
            self._head.setdefault(name[2:], (value, False))
        elif name.endswith(".*") and len(name) > len(".*"):
            self._tail.setdefault(name[:-2], value)
        elif name not in self._taken:
            self._taken.add(name)
            self._exact[name] = value

    def find(self, host: str) -> tuple[T, str] | None:
        """Find by a host in lower case; say by which name."""
        if host in self._exact:
            return self._exact[host], f'name "{host}"'
        if not host:
            return None
        for suffix, whole in _suffixes(host):
            if suffix in self._head:
                value, bare = self._head[suffix]
                if bare or not whole:
                    return value, f'name "{"." if bare else "*."}{suffix}"'
        for prefix in _prefixes(host):
            if prefix in self._tail:
                return self._tail[prefix], f'name "{prefix}.*"'
        return None


def _suffixes(host: str) -> Iterator[tuple[str, bool]]:
    """Go from the whole name to its last label; the flag is true for the whole."""
    yield host, True
    at = host.find(".")
    while at >= 0:
        yield host[at + 1 :], False
        at = host.find(".", at + 1)


def _prefixes(host: str) -> Iterator[str]:
    """Go from the longest part before a dot to the first label."""
    at = host.rfind(".")
    while at >= 0:
        yield host[:at]
        at = host.rfind(".", 0, at)
