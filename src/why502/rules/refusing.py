"""What a server means when it says that a request is invalid.

Sources: uwsgi `proto/uwsgi.c` (the block size of a plain HTTP request is two of its letters), gunicorn
`gunicorn/http/errors.py`, php-src `main/fastcgi.c`.
"""

import re
from enum import Enum

from why502.observations.server import Says, ServerMessage
from why502.observations.verdict import Case
from why502.observations.want import Evidence
from why502.rules.again import tls_probe
from why502.rules.hearing import heard


class Refused(Enum):
    """Why a server would not take what it was sent."""

    REQUEST = "request"
    SOURCE = "source"
    TLS = "tls"
    PROXY_PROTOCOL = "proxy-protocol"
    PROTOCOL = "protocol"


SOURCE = re.compile(r"Connection disallowed: IP address|Forbidden allow_ips")
TLS = re.compile(r"\\x16\\x03|SSL connection")
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


def complaints(case: Case, evidence: Evidence, why: Refused) -> tuple[ServerMessage, ...]:
    """Return the server's complaints of this kind about a failure, without the one about our own ClientHello."""
    found = heard(case, evidence, {Says.INVALID_REQUEST})
    others = [each for each in found if refused_for(each) is not Refused.TLS]
    if found and case.failure.live and len(others) == len(found) and tls_probe(case, evidence) is not None:
        others = others[:-1]  # a server that does not quote what it got: the last complaint may be of our probe
    return tuple(each for each in others if refused_for(each) is why)
