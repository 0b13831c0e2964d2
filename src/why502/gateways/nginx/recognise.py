"""Whether nginx made an answer itself or passed it on, told by the answer alone (`ngx_http_special_response.c`)."""

import re
from collections.abc import Mapping, Sequence

from why502.observations.answer import Maker, Origin
from why502.observations.failure import FailureId
from why502.observations.frozen import frozen

Headers = Sequence[tuple[str, str]]

_SERVER = re.compile(
    r"(nginx|openresty|angie|tengine|freenginx)(?:/([0-9][0-9A-Za-z.+-]{0,30}))?(?: \([^)]{1,60}\))?\Z", re.IGNORECASE
)
_PRODUCTS = {
    "nginx": "nginx",
    "openresty": "openresty",
    "angie": "Angie",
    "tengine": "tengine",
    "freenginx": "freenginx",
}
_REASONS = {
    400: ("Bad Request",),
    403: ("Forbidden",),
    404: ("Not Found",),
    413: ("Request Entity Too Large",),
    414: ("Request-URI Too Large",),
    429: ("Too Many Requests",),
    500: ("Internal Server Error",),
    501: ("Not Implemented",),
    502: ("Bad Gateway",),
    503: ("Service Temporarily Unavailable", "Service Unavailable"),
    504: ("Gateway Time-out", "Gateway Timeout"),
    505: ("HTTP Version Not Supported",),
    507: ("Insufficient Storage",),
}
_PADDING = "<!-- a padding to disable MSIE and Chrome friendly error page -->"
_TAIL = re.compile(r"<hr><center>([A-Za-z]{3,10}(?:/[0-9][0-9A-Za-z.+-]{0,30})?)(?: \([^)]{1,60}\))?</center>\Z")
_TENGINE_TAIL = re.compile(r"<hr/>Powered by Tengine(?:/([0-9.]{1,20}))?<hr><center>[Tt]engine</center>\Z")
_SAMPLE = (
    "<h1>An error occurred.</h1>",
    "Sorry, the page you are looking for is currently unavailable.",
)
_SAMPLE_END = re.compile(r"<em>Faithfully yours, (nginx|Angie)\.</em>")


@frozen
class _Named:
    product: str
    version: str | None


def recognise(status: int, reason: str, headers: Headers, body: str) -> Origin | None:
    """Tell whether an nginx made this answer; `None` if nothing in it speaks of nginx or its relatives.

    Only an error (400 and above) can be known as made; `reason` is the phrase of the status line, empty in HTTP/2.
    """
    fields = _fields(headers)
    server = _server(fields.get("server", ""))
    page = _own_page(status, body)
    if page is not None:
        return _own(status, reason, fields, server, page)
    if server is None:
        return None
    maker, says = _other(status, reason, fields, body)
    return Origin(product=server.product, version=server.version, maker=maker, says=says)


def _fields(headers: Headers) -> Mapping[str, str]:
    """Keep the first header of each name, names in lower case."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.lower(), value.strip())
    return found


def _server(value: str) -> _Named | None:
    found = _SERVER.match(value[:200])
    return _Named(product=_PRODUCTS[found[1].lower()], version=found[2]) if found else None


def _own_page(status: int, body: str) -> _Named | None:
    """Recognise nginx's own page, byte for byte: CRLF after each line, the product in the last centre line."""
    lines = body[:8192].split("\r\n")
    while len(lines) > 6 and lines[-2] == _PADDING:  # noqa: PLR2004 - the page without padding has six ends of line
        del lines[-2]
    titles = {f"{status} {one}" for one in _REASONS.get(status, ())}
    heads = {
        ("<html>", f"<head><title>{title}</title></head>", "<body>", f"<center><h1>{title}</h1></center>")
        for title in titles
    }
    heads |= {(*head[:2], '<body bgcolor="white">', head[3]) for head in heads}
    if tuple(lines[:4]) not in heads or lines[5:] != ["</body>", "</html>", ""]:
        return None
    return _tail(lines[4])


def _tail(line: str) -> _Named | None:
    if (tengine := _TENGINE_TAIL.match(line)) is not None:
        return _Named(product="tengine", version=tengine[1])
    found = _TAIL.match(line)
    return _server(found[1]) if found else None


def _own(status: int, reason: str, fields: Mapping[str, str], server: _Named | None, page: _Named) -> Origin:
    """Judge an answer whose body is nginx's own page: of this nginx, or of one further in?"""
    version = (server.version if server else None) or page.version
    if server is None:
        says = f"its body is the page of {page.product}, but Server is {fields.get('server') or 'absent'}"
        return Origin(product=page.product, version=version, maker=Maker.UNSURE, says=says)
    doubt = _doubt(status, reason, fields)
    if (server.product, server.version) != (page.product, page.version):
        inner = f"{page.product}/{page.version}" if page.version else page.product
        says = f"the page is of {inner}, which is not what Server says"
        return Origin(product=server.product, version=version, maker=Maker.PASSED, says=says)
    if doubt:
        return Origin(product=server.product, version=version, maker=Maker.UNSURE, says=f"its own page, but {doubt}")
    says = f"the body is {page.product}'s own page for {status}, and the head has nothing else in it"
    return Origin(product=server.product, version=version, maker=Maker.MADE, says=says)


_OWN_HEADERS = frozenset(
    {"server", "date", "content-type", "content-length", "connection", "keep-alive", "transfer-encoding"}
)
_ADDED = re.compile(
    r"strict-transport-security|x-request-id|alt-svc|content-encoding|vary|retry-after|access-control-|x-frame-|"
    r"x-content-type-|referrer-policy|content-security-policy|permissions-policy|x-xss-|cache-control|expires|via\Z|age\Z"
)


def _doubt(status: int, reason: str, fields: Mapping[str, str]) -> str:
    """Name what nginx does not put on a page of its own; headers of `add_header … always` are no doubt."""
    if "etag" in fields or "last-modified" in fields:
        return "it has an ETag or a date of change, so it was a file or came from an upstream"
    if not fields.get("content-type", "text/html").startswith("text/html"):
        return "its Content-Type is not text/html"
    if reason and reason not in (*_REASONS.get(status, ()), "Service Unavailable"):
        return f"the reason phrase is {reason[:60]!r}"
    strange = sorted(name for name in fields if name not in _OWN_HEADERS and not _ADDED.match(name))
    return f"it has the header {strange[0][:60]!r}" if strange else ""


def _other(status: int, reason: str, fields: Mapping[str, str], body: str) -> tuple[Maker, str]:
    """Judge an answer with nginx's Server header and another body; nginx replaces the upstream's Server."""
    if status < 400:  # noqa: PLR2004 - errors begin here
        return Maker.UNSURE, "Server names it, as on every answer it passes on"
    sample = all(words in body for words in _SAMPLE) and _SAMPLE_END.search(body[:8192]) is not None
    if sample and "etag" in fields:
        return Maker.MADE, "the body is the 50x.html of its sample configuration, with the ETag of a file"
    if sample:
        return Maker.UNSURE, "the body is the 50x.html of its sample configuration, without the ETag of a file"
    if reason and status in _REASONS and reason not in _REASONS[status]:
        return Maker.PASSED, f"nginx does not write the reason {reason[:60]!r}"
    if "etag" in fields and "transfer-encoding" not in fields and status >= 500:  # noqa: PLR2004 - server errors
        return Maker.UNSURE, "an ETag on an error: the file of an error_page, or the upstream's"
    if fields.get("content-type", "").startswith("text/plain") and set(fields) <= _OWN_HEADERS:
        return Maker.UNSURE, "plain text and no other header: `return` with a text, or the upstream's"
    return Maker.UNSURE, "Server names it, but the body is not its own"


_CONNECTING = frozenset(
    {
        FailureId.CONNECT_REFUSED,
        FailureId.CONNECT_UNREACHABLE,
        FailureId.CONNECT_DENIED,
        FailureId.CONNECT_NO_SOCKET,
        FailureId.CONNECT_EXHAUSTED,
    }
)
_BAD_GATEWAY = _CONNECTING | {
    FailureId.RESOLVE_FAILED,
    FailureId.TLS_FAILED,
    FailureId.CLOSED_BEFORE_RESPONSE,
    FailureId.RESET_BEFORE_RESPONSE,
    FailureId.INVALID_RESPONSE,
    FailureId.HEADER_TOO_BIG,
    FailureId.NO_LIVE_UPSTREAM,
}
_TIMED_OUT = frozenset({FailureId.CONNECT_TIMEOUT, FailureId.RESPONSE_TIMEOUT, FailureId.TLS_FAILED})

SHORTEST_TIMEOUT = 0.001
"""Seconds: the shortest time-out that nginx can be given."""


def possible(status: int, seconds: float) -> frozenset[FailureId]:
    """Return the failures that an error page of nginx leaves possible, if no log line tells.

    `seconds` is the time from asking to the answer. A slow answer excludes nothing: an earlier attempt may have taken
    the time. The page of an nginx of the same version further in looks the same, so `upstream-answered-error` stays.
    503 of open source nginx is `limit_req`, `limit_conn` or `return`, never a failure of its own upstream; 500 while
    proxying is a dead `auth_request` service, or want of descriptors or connections.
    """
    passed_on = frozenset({FailureId.UPSTREAM_ANSWERED_ERROR})
    match status:
        case 502:
            return _BAD_GATEWAY | passed_on
        case 504:
            return passed_on if seconds < SHORTEST_TIMEOUT else _TIMED_OUT | passed_on
        case 503:
            return frozenset({FailureId.GATEWAY_LIMIT}) | passed_on
        case 500:
            return _BAD_GATEWAY | _TIMED_OUT | passed_on
        case _:
            return frozenset()
