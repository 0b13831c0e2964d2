"""What a server means when it says that a request is invalid.

Sources: uwsgi `proto/uwsgi.c` (the block size of a plain HTTP request is two of its letters), gunicorn
`gunicorn/http/errors.py`, php-src `main/fastcgi.c`.
"""

import re
from enum import Enum

from why502.observations.server import ServerMessage


class Refused(Enum):
    """Why a server would not take what it was sent."""

    REQUEST = "request"
    SOURCE = "source"
    TLS = "tls"
    PROXY_PROTOCOL = "proxy-protocol"
    PROTOCOL = "protocol"


SOURCE = re.compile(r"Connection disallowed: IP address|Forbidden allow_ips")
TLS = re.compile(r"Invalid HTTP method: ['\"]\\x16\\x03")
PROXY = re.compile(r"PROXY (?:TCP|UNKNOWN)|[Pp]roxy ?protocol|\\r\\n\\r\\n\\x00\\r\\nQUIT")
LETTERS = re.compile(r"invalid request block size: (?:21573|21327|16709|21589|19525|21584|21569|18770) ", re.ASCII)


def refused_for(message: ServerMessage) -> Refused:
    """Tell which of these a message means."""
    text = message.seen.raw
    for pattern, means in (
        (SOURCE, Refused.SOURCE),
        (TLS, Refused.TLS),
        (PROXY, Refused.PROXY_PROTOCOL),
        (LETTERS, Refused.PROTOCOL),
    ):
        if pattern.search(text) is not None:
            return means
    return Refused.REQUEST
