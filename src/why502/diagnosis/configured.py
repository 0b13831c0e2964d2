"""Log formats out of a configuration that lies among the logs: each directive that defines one. Pure."""

import re

from why502.logs.format import LogFormat
from why502.logs.recognition import Chosen, from_directive

MOST = 50
"""Directives that are taken from one file."""

_VALUE = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s;'"{}]+)"""
_NGINX = re.compile(rf"^[ \t]*(log_format[ \t]+[^\s;'\"]+(?:\s+{_VALUE}){{1,200}}\s*;)", re.MULTILINE)
_LINES = re.compile(
    r"""^[ \t]*(LogFormat[ \t]+".{1,4000}"|(?:error-)?log-format(?:-sd)?[ \t]+\S.{0,4000}|"""
    r"""logformat[ \t]+\S+[ \t]+\S.{0,4000}|accesslog\.format[ \t]*\+?=.{1,4000})""",
    re.MULTILINE,
)


def configured(text: bytes, among: tuple[LogFormat, ...]) -> tuple[Chosen, ...]:
    """Compile the formats that a configuration of nginx, Apache, HAProxy, Squid or lighttpd defines.

    A directive that cannot be read is left out: the log it is for is still recognised by its lines, or not.
    """
    written = text.decode("utf-8", "replace")
    found: list[Chosen] = []
    for directive in [*_NGINX.findall(written), *_LINES.findall(written)][:MOST]:
        try:
            found.append(from_directive(directive, among))
        except ValueError:
            continue
    return tuple(found)
