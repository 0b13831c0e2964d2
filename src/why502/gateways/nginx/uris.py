"""URIs and hosts as nginx takes them apart: decoded, slashes merged, dots removed; and how it escapes them again."""

import re

from why502.observations.frozen import frozen

_HOST = re.compile(r"(\[[^\]\x00-\x20/\x7f]*\]|[^\[\]:/\x00-\x20\x7f]*)(?::\d*)?\Z")
_HEX = re.compile(r"%([0-9A-Fa-f]{2})?")
_URI_SIGNS = '"#%<>?\\^`{|}'
_ARGS_SIGNS = '"#%&+;<>?\\^`{|}'


@frozen
class Uri:
    """A request's URI: `path` decoded, `args` as sent. `quoted`: something was escaped, or a `+` is in the path."""

    path: str
    args: str
    quoted: bool


def read_uri(text: str, merge_slashes: bool = True) -> Uri | None:
    """Read a path and query; `None` where nginx answers 400.

    >>> read_uri("/a/../b//c%20d?x=1")
    Uri(path='/b/c d', args='x=1', quoted=True)
    """
    if not text.startswith("/"):
        return None
    ends = [at for at in (text.find("?"), text.find("#")) if at >= 0]
    end = min(ends, default=len(text))
    args = text[end + 1 :].partition("#")[0] if text[end : end + 1] == "?" else ""
    signs = _decoded(text[:end])
    if signs is None:
        return None
    path = _without_dots(signs, merge_slashes)
    quoted = "%" in text[:end] or "+" in text[:end]
    return None if path is None else Uri(path=path, args=args, quoted=quoted)


def read_host(header: str | None) -> str | None:
    """Return the host of a Host header in lower case, without port and last dot; `None` where nginx answers 400.

    No header at all (HTTP/1.0) gives the empty name.
    """
    if header is None:
        return ""
    found = _HOST.match(header)
    if found is None or ".." in found[1]:
        return None
    return found[1].lower().removesuffix(".") or None


def escape_uri(text: str) -> str:
    """Escape a decoded path as nginx does when it sends it on."""
    return _escape(text, _URI_SIGNS)


def escape_args(text: str) -> str:
    """Escape a capture as nginx does in arguments and redirects."""
    return _escape(text, _ARGS_SIGNS)


def argument(args: str, name: str) -> str:
    """Return the value of an argument as `$arg_name` has it: the first, not decoded, the name in any case."""
    for part in args.split("&"):
        key, equals, value = part.partition("=")
        if equals and key.lower() == name.lower():
            return value
    return ""


def _escape(text: str, signs: str) -> str:
    return "".join(f"%{ord(sign):02X}" if sign <= " " or sign >= "\x7f" or sign in signs else sign for sign in text)


def _decoded(text: str) -> list[tuple[str, bool]] | None:
    """Return the characters, and for each whether it must stay a letter: an escaped `%`, `#` or `?`."""
    signs: list[tuple[str, bool]] = []
    at = 0
    while at < len(text):
        if text[at] != "%":
            signs.append((text[at], False))
            at += 1
            continue
        found = _HEX.match(text, at)
        if found is None or found[1] is None or found[1] == "00":
            return None
        sign = chr(int(found[1], 16))
        signs.append((sign, sign in "%#?"))
        at = found.end()
    return signs


def _without_dots(signs: list[tuple[str, bool]], merge_slashes: bool) -> str | None:
    out: list[str] = []
    dots = -1  # How many dots stand after a slash; -1 in any other place.
    for sign, letter in [*signs, ("", False)]:
        if sign in ("/", "") and dots == 1:
            out.pop()
        elif sign in ("/", "") and dots == len(".."):
            if not _up(out):
                return None
        elif sign == "/" and not (dots == 0 and merge_slashes):
            out.append(sign)
        if sign == "/":
            dots = 0
        elif sign == "." and 0 <= dots < len("..") and not letter:
            out.append(sign)
            dots += 1
        else:
            out.append(sign)
            dots = -1
    return "".join(out)


def _up(out: list[str]) -> bool:
    """Take `/..` and the part before it away; false above the root."""
    del out[-3:]
    while out and out[-1] != "/":
        out.pop()
    return bool(out)
