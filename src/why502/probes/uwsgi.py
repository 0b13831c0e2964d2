"""The uwsgi protocol: one packet of variables, answered by an HTTP response as it stands (uWSGI documentation)."""

from why502.probes.cgi import variables
from why502.probes.http1 import Headers

MOST = 65535
"""The size of a packet stands in 16 bits."""


def request(method: str, path: str, host: str, given: Headers) -> bytes:
    """Build a packet without a body: modifier1 0, size (little-endian), modifier2 0, then name-value pairs.

    Variables that would not fit are left out.
    """
    out = bytearray()
    pairs = variables(method, path, host, given)
    if "PATH_INFO" not in dict(pairs):
        pairs.append(("PATH_INFO", path.partition("?")[0]))
    for name, value in pairs:
        piece = _text(name) + _text(value)
        if len(out) + len(piece) <= MOST:
            out += piece
    return bytes((0,)) + len(out).to_bytes(2, "little") + bytes((0,)) + bytes(out)


def _text(text: str) -> bytes:
    data = text.encode("utf-8", "replace")[:MOST]
    return len(data).to_bytes(2, "little") + data
