"""Take a target apart: a URL, a host, or host:port."""

import re
from base64 import b64encode
from ipaddress import ip_address
from urllib.parse import quote, unquote_to_bytes, urlsplit

from why502.diagnosis.options import TargetError
from why502.diagnosis.outcome import Target

USER = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*:)?//|)[^/?#]*@")
LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
PORTS = range(1, 65536)
MOST = 8192
SAFE = "/%:;@!$&'()*+,=~-._?[]#<>"
"""What is sent as it was written, as curl does; `<` and `>` stand around what is redacted in a bundle."""


def parse_target(written: str) -> Target:
    """Return the parts; raise TargetError with what is wrong."""
    if not written or len(written) > MOST or any(each in written for each in "\r\n\t \0"):
        raise TargetError(f"{_shown(_without_password(written))}: not a URL, a host or host:port")
    has_scheme = "://" in written.split("?", 1)[0]
    try:
        parts = urlsplit(written if has_scheme else f"//{written}")
        port = parts.port
    except ValueError as error:
        raise TargetError(f"{_shown(_without_password(written))}: {error}") from None
    scheme = parts.scheme.lower() if has_scheme else None
    if scheme not in {None, "http", "https"}:
        raise TargetError(
            f"{_shown(_without_password(written))}: the scheme {_shown(parts.scheme)} is not http or https"
        )
    if port is not None and port not in PORTS:
        raise TargetError(f"{_shown(_without_password(written))}: port {port} is not between 1 and 65535")
    host = _host(parts.hostname or "", written)
    path = quote(parts.path or "/", safe=SAFE.replace("?", ""))
    if parts.query:
        path += "?" + quote(parts.query, safe=SAFE)
    return Target(written=_without_password(written), scheme=scheme, host=host, port=port, path=path)


def authorization(written: str) -> tuple[tuple[str, str], ...]:
    """Return the header that a user and a password in a target stand for, as curl sends it; nothing where none is.

    Call it with what `parse_target` takes. The target itself never keeps them.
    """
    has_scheme = "://" in written.split("?", 1)[0]
    given = urlsplit(written if has_scheme else f"//{written}").netloc.rpartition("@")[0]
    if not given:
        return ()
    user, _, password = (unquote_to_bytes(each.encode("utf-8", "surrogateescape")) for each in given.partition(":"))
    return (("Authorization", f"Basic {b64encode(user + b':' + password).decode()}"),)


def _host(host: str, written: str) -> str:
    if is_address(host):
        return host
    try:
        ascii_ = host.encode("idna").decode("ascii") if host else ""
    except UnicodeError:
        raise TargetError(f"{_shown(_without_password(written))}: {_shown(host)} is not a host name") from None
    labels = ascii_.removesuffix(".").split(".")
    if not all(LABEL.fullmatch(label) for label in labels) or len(ascii_) > 253:  # noqa: PLR2004 - RFC 1035
        raise TargetError(f"{_shown(_without_password(written))}: {_shown(host) or 'nothing'} is not a host name")
    if labels[-1].isdigit():
        raise TargetError(f"{_shown(_without_password(written))}: {_shown(host)} is neither an address nor a host name")
    return ascii_.lower()


def is_address(host: str) -> bool:
    """Tell an IP literal from a name."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _without_password(written: str) -> str:
    return USER.sub(r"\1", written)


def _shown(text: str) -> str:
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text[:200])


def netloc(host: str, port: int | None, scheme: str) -> str:
    """Write the Host header of a request."""
    name = f"[{host}]" if ":" in host else host
    default = 443 if scheme == "https" else 80
    return name if port in {None, default} else f"{name}:{port}"
