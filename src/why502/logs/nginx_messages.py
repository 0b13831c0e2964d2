"""What nginx's own messages mean: one row a phrase, narrow before broad, matched from the first letter of the message.

Phrases: nginx 1.22.1 to 1.31 (`src/http/ngx_http_upstream.c`, its proxy, fastcgi, uwsgi, scgi, grpc, proxy_v2 modules,
`src/core/ngx_resolver.c`, `src/event/ngx_event_connect.c`), lua-nginx-module and the balancer of ingress-nginx.
A phrase is never searched in the middle of a message: there stands what upstreams and clients wrote.
"""

import re
from enum import Enum
from functools import cache

from why502.logs.nginx_error import Level, NginxErrorLine
from why502.observations.failure import CauseId, FailureId
from why502.observations.frozen import frozen


@frozen
class Spoken:
    """What a line says of an upstream. `named`: the causes that the message itself names, the likeliest first.

    `detail` keys: `errno`, `phase`, `address` (as in `connect() to …`), `alert` (TLS alert number), `reason` and `code`
    (OpenSSL), `verify` (X509 number), `name`, `text` (the upstream's words), `limit`, `zone`, `what`, `error` (HTTP/2).
    """

    id: FailureId
    detail: tuple[tuple[str, str], ...] = ()
    named: tuple[CauseId, ...] = ()

    def told(self, key: str) -> str | None:
        """Return one detail."""
        return dict(self.detail).get(key)


class Tells(Enum):
    """What a line can tell that is no failure of an upstream."""

    EJECTED = "ejected"
    CANNOT_ACCEPT = "cannot-accept"
    CONNECTIONS_SHORT = "connections-short"
    PROXY_PROTOCOL = "proxy-protocol"
    EXTRA_BYTES = "extra-bytes"
    HEADER_IGNORED = "header-ignored"
    CANNOT_SPOOL = "cannot-spool"
    FASTCGI_STDERR = "fastcgi-stderr"
    BAD_ADDRESS = "bad-address"
    WORKER_DIED = "worker-died"


@frozen
class Remark:
    """A line that is evidence without being a failure; `detail` and `named` as in `Spoken`."""

    tells: Tells
    detail: tuple[tuple[str, str], ...] = ()
    named: tuple[CauseId, ...] = ()

    def told(self, key: str) -> str | None:
        """Return one detail."""
        return dict(self.detail).get(key)


class By(Enum):
    """What decides where the phrase alone does not."""

    CONNECT_ERRNO = "connect-errno"
    TIMED_OUT = "timed-out"
    CLOSED = "closed"
    RESET = "reset"
    TLS = "tls"


@frozen
class Row:
    """One phrase. Its named groups become details; `errnos` and `phases` narrow it further."""

    phrase: str
    means: FailureId | Tells | By
    named: tuple[CauseId, ...] = ()
    errnos: frozenset[int] | None = None
    phases: frozenset[str] | None = None
    levels: frozenset[Level] | None = None

    def match(self, text: str) -> re.Match[str] | None:
        """Find the phrase at the beginning of a text."""
        return _compiled(self.phrase).match(text)


@cache
def _compiled(phrase: str) -> re.Pattern[str]:
    """Compile a phrase when it is first asked for: most logs need none."""
    return re.compile(phrase, re.DOTALL)


def _row(
    phrase: str,
    means: FailureId | Tells | By,
    *named: CauseId,
    errnos: tuple[int, ...] | None = None,
    phases: frozenset[str] | None = None,
    levels: frozenset[Level] | None = None,
) -> Row:
    return Row(
        phrase=phrase,
        means=means,
        named=named,
        errnos=None if errnos is None else frozenset(errnos),
        phases=phases,
        levels=levels,
    )


CONNECTING = frozenset({"connecting to upstream"})
HANDSHAKING = frozenset({"SSL handshaking to upstream"})
WAITING = frozenset({"sending request to upstream", "reading response header from upstream"})
BODY = frozenset(
    {
        "reading upstream",
        "sending to client",
        "proxying upgraded connection",
        "proxying connection",
        "proxying and reading from upstream",
        "proxying and sending to upstream",
    }
)
AT_UPSTREAM = CONNECTING | HANDSHAKING | WAITING | BODY
FAULT = frozenset({Level.ERROR, Level.CRIT, Level.ALERT, Level.EMERG})

# Numbers of Linux, BSD and Windows; the words depend on the C library.
_REFUSED = (111, 61, 10061)
_TIMED_OUT = (110, 60, 10060)
_UNREACHABLE = (113, 65, 10065, 101, 51, 10051, 22, 10022)
_DENIED = (13, 1, 10013)
_EXHAUSTED = (11, 35, 10035, 99, 49, 10049, 98, 48, 10048, 24, 10024, 23, 105, 55, 10055)
_RESET = (104, 54, 10054, 103, 53, 10053, 32)

CONNECT_ERRNOS = {
    **dict.fromkeys(_REFUSED, FailureId.CONNECT_REFUSED),
    **dict.fromkeys(_TIMED_OUT, FailureId.CONNECT_TIMEOUT),
    **dict.fromkeys(_UNREACHABLE, FailureId.CONNECT_UNREACHABLE),
    **dict.fromkeys(_DENIED, FailureId.CONNECT_DENIED),
    2: FailureId.CONNECT_NO_SOCKET,
    **dict.fromkeys(_EXHAUSTED, FailureId.CONNECT_EXHAUSTED),
    **dict.fromkeys(_RESET, FailureId.RESET_BEFORE_RESPONSE),
}

_OLD_TLS = (
    "legacy sigalg disallowed or unsupported|unsupported protocol|no protocols available|no ciphers available|"
    "no shared cipher|dh key too small|ee key too small|ca md too weak"
)
_SSL = r"SSL_\w{1,20}\(\) failed \(SSL: (?:[^)]*?)error:(?P<code>[0-9A-F]{8}):"

ROWS: tuple[Row, ...] = (
    # Connecting.
    _row(
        r"connect\(\) to unix:(?P<address>.+) failed\Z",
        By.CONNECT_ERRNO,
        "gateway.socket-missing",
        errnos=(2,),
        phases=CONNECTING,
    ),
    _row(
        r"connect\(\) to unix:(?P<address>.+) failed\Z",
        By.CONNECT_ERRNO,
        "overload.accept-queue-full",
        errnos=(11, 35),
        phases=CONNECTING,
    ),
    _row(
        r"connect\(\) to (?P<address>.+) failed\Z",
        By.CONNECT_ERRNO,
        "overload.ephemeral-ports",
        errnos=(99, 49),
        phases=CONNECTING,
    ),
    _row(
        r"(?:kevent\(\) reported that )?connect\(\)(?: to (?P<address>.+))? failed\Z",
        By.CONNECT_ERRNO,
        phases=CONNECTING,
    ),
    _row(r"bind\((?P<address>[^)]*)\) failed\Z", FailureId.CONNECT_EXHAUSTED, phases=CONNECTING),
    _row(
        r"socket\(\) failed\Z",
        FailureId.CONNECT_EXHAUSTED,
        "overload.file-descriptors",
        errnos=(24, 23),
        phases=CONNECTING,
    ),
    _row(r"accept4?\(\) failed\Z", Tells.CANNOT_ACCEPT, "overload.file-descriptors", errnos=(24, 23)),
    _row(
        r"(?P<limit>\d+) worker_connections are not enough, reusing",
        Tells.CONNECTIONS_SHORT,
        "overload.gateway-connections",
    ),
    _row(
        r"(?P<limit>\d+) worker_connections are not enough\Z",
        FailureId.CONNECT_EXHAUSTED,
        "overload.gateway-connections",
    ),
    _row(r"no live upstreams\Z", FailureId.NO_LIVE_UPSTREAM),
    _row(r"upstream server temporarily disabled\Z", Tells.EJECTED, "gateway.all-servers-ejected"),
    # TLS to the upstream; the same words with another phase are about a client.
    _row(
        r"upstream SSL certificate verify error: \((?P<verify>9|10):(?P<reason>[^)]*)\)",
        FailureId.TLS_FAILED,
        "tls.certificate-expired",
    ),
    _row(
        r"upstream SSL certificate verify error: \((?P<verify>23):(?P<reason>[^)]*)\)",
        FailureId.TLS_FAILED,
        "tls.certificate-revoked",
    ),
    _row(
        r"upstream SSL certificate verify error: \((?P<verify>62|64):(?P<reason>[^)]*)\)",
        FailureId.TLS_FAILED,
        "tls.name-mismatch",
    ),
    _row(
        r"upstream SSL certificate verify error: \((?P<verify>6[678]):(?P<reason>[^)]*)\)",
        FailureId.TLS_FAILED,
        "tls.version-mismatch",
    ),
    _row(
        r"upstream SSL certificate verify error: \((?P<verify>2|20|21):(?P<reason>[^)]*)\)",
        FailureId.TLS_FAILED,
        "tls.chain-incomplete",
        "tls.untrusted-issuer",
    ),
    _row(
        r"upstream SSL certificate verify error: \((?P<verify>7|18|19|24|26|27):(?P<reason>[^)]*)\)",
        FailureId.TLS_FAILED,
        "tls.untrusted-issuer",
    ),
    _row(r"upstream SSL certificate verify error: \((?P<verify>\d+):(?P<reason>[^)]*)\)", FailureId.TLS_FAILED),
    _row(r'upstream SSL certificate does not match "(?P<name>[^"]*)"', FailureId.TLS_FAILED, "tls.name-mismatch"),
    _row(r"peer closed connection in SSL handshake\Z", FailureId.TLS_FAILED, phases=HANDSHAKING),
    _row(_SSL + r"[^)]*?(?P<reason>wrong version number)", By.TLS, "tls.tls-to-plain-port", phases=AT_UPSTREAM),
    _row(_SSL + rf"[^)]*?(?P<reason>{_OLD_TLS})", By.TLS, "tls.version-mismatch", phases=AT_UPSTREAM),
    _row(
        _SSL + r"[^):]*:[^):]*:(?P<reason>[^):]*):SSL alert number (?P<alert>112)\)",
        By.TLS,
        "tls.server-name-missing",
        phases=AT_UPSTREAM,
    ),
    _row(
        _SSL + r"[^):]*:[^):]*:(?P<reason>[^):]*):SSL alert number (?P<alert>70|71)\)",
        By.TLS,
        "tls.version-mismatch",
        phases=AT_UPSTREAM,
    ),
    _row(
        _SSL + r"[^):]*:[^):]*:(?P<reason>[^):]*):SSL alert number (?P<alert>116|4[1-68])\)",
        By.TLS,
        "tls.client-certificate-required",
        phases=AT_UPSTREAM,
    ),
    _row(
        _SSL + r"[^):]*:[^):]*:(?P<reason>[^):]*):SSL alert number (?P<alert>120)\)",
        By.TLS,
        "gateway.wrong-protocol",
        phases=AT_UPSTREAM,
    ),
    _row(_SSL + r"[^):]*:[^):]*:(?P<reason>[^):]*):SSL alert number (?P<alert>\d+)\)", By.TLS, phases=AT_UPSTREAM),
    _row(_SSL + r"[^):]*:[^):]*:(?P<reason>[^):]*)", By.TLS, phases=AT_UPSTREAM),
    _row(r"SSL_\w{1,20}\(\) failed", By.TLS, phases=AT_UPSTREAM),
    # Asked, and how it ended.
    _row(r"upstream timed out\Z", By.TIMED_OUT),
    _row(r"upstream prematurely closed (?P<what>connection|FastCGI stdout|FastCGI request|stream)\Z", By.CLOSED),
    _row(r"kevent\(\) reported that upstream closed connection\Z", By.CLOSED),
    _row(
        r"(?:recv|readv|send|writev|sendfile)\(\) failed\Z", By.RESET, errnos=_RESET, phases=AT_UPSTREAM, levels=FAULT
    ),
    _row(r"upstream rejected request with error (?P<error>\d+)", FailureId.RESET_BEFORE_RESPONSE),
    _row(r"upstream sent goaway with error (?P<error>\d+)", FailureId.RESET_BEFORE_RESPONSE),
    _row(r"upstream sent too big header\Z", FailureId.HEADER_TOO_BIG),
    # What was answered.
    _row(r"upstream sent no valid HTTP/1\.0 header\Z", FailureId.INVALID_RESPONSE),
    _row(r'upstream sent invalid header: "(?P<text>.*)"\Z', FailureId.INVALID_RESPONSE),
    _row(r"upstream sent invalid header", FailureId.INVALID_RESPONSE),
    _row(r'upstream sent invalid status "(?P<text>.*)"\Z', FailureId.INVALID_RESPONSE),
    _row(
        r"upstream sent (?P<what>unsupported FastCGI protocol version|invalid FastCGI record type): (?P<text>\d+)\Z",
        FailureId.INVALID_RESPONSE,
        "gateway.wrong-protocol",
    ),
    _row(
        r"upstream sent (?P<what>too large|unexpected|too short) http2 frame(?:: (?P<frame>\d+))?\Z",
        FailureId.INVALID_RESPONSE,
        "gateway.wrong-protocol",
    ),
    _row(r'upstream sent duplicate header line: "(?P<name>[^":]{1,60}): .*, ignored\Z', Tells.HEADER_IGNORED),
    _row(
        r'upstream sent duplicate header line: "(?P<name>[^":]{1,60}): ',
        FailureId.INVALID_RESPONSE,
        "application.bad-length",
    ),
    _row(
        r'upstream sent "Content-Length" and "Transfer-Encoding" headers',
        FailureId.INVALID_RESPONSE,
        "application.bad-length",
    ),
    _row(
        r'upstream sent (?P<what>invalid "Content-Length" header|unknown "Transfer-Encoding"): "(?P<text>.*)"\Z',
        FailureId.INVALID_RESPONSE,
        "application.bad-length",
    ),
    _row(
        r'upstream sent more data than specified in "Content-Length" header\Z',
        Tells.EXTRA_BYTES,
        "application.bad-length",
    ),
    _row(r"upstream sent data after (?:final chunk|trailers)\Z", Tells.EXTRA_BYTES, "application.bad-length"),
    _row(r"upstream sent too big early hints\Z", Tells.HEADER_IGNORED),
    _row(r"upstream sent invalid chunked response\Z", FailureId.INVALID_RESPONSE),
    _row(r"upstream (?:sent|prematurely sent|violated) (?P<what>.*)\Z", FailureId.INVALID_RESPONSE, levels=FAULT),
    _row(r'FastCGI sent in stderr: "(?P<text>.*)', Tells.FASTCGI_STDERR),
    # Names.
    _row(r"(?P<name>\S+) could not be resolved\Z", FailureId.RESOLVE_FAILED, "dns.name-not-found", errnos=(3,)),
    _row(r"(?P<name>\S+) could not be resolved\Z", FailureId.RESOLVE_FAILED, "dns.server-failure", errnos=(1, 2, 4, 5)),
    _row(
        r"(?P<name>\S+) could not be resolved\Z",
        FailureId.RESOLVE_FAILED,
        "dns.resolver-unreachable",
        errnos=_TIMED_OUT,
    ),
    _row(r"(?P<name>\S+) could not be resolved\Z", FailureId.RESOLVE_FAILED),
    _row(r"no resolver defined to resolve (?P<name>\S+)", FailureId.RESOLVE_FAILED, "dns.no-resolver"),
    _row(
        r"(?:send|recv|connect)\(\) failed\Z",
        FailureId.RESOLVE_FAILED,
        "dns.resolver-unreachable",
        phases=frozenset({"resolving"}),
    ),
    _row(r'host not found in upstream "(?P<name>[^"]+)"', FailureId.RESOLVE_FAILED, "dns.name-not-found"),
    # The gateway's own limits, disk and configuration.
    _row(r'limiting requests, excess: \S+ by zone "(?P<zone>[^"]*)"', FailureId.GATEWAY_LIMIT, levels=FAULT),
    _row(r'limiting connections by zone "(?P<zone>[^"]*)"', FailureId.GATEWAY_LIMIT, levels=FAULT),
    _row(
        r'(?:pwritev?|pwrite|write|writev)\(\) "(?P<file>.+)" (?:failed|has written only \d+ of \d+)\Z',
        Tells.CANNOT_SPOOL,
        "overload.disk-full",
        "gateway.cannot-spool",
        phases=BODY,
    ),
    _row(
        r'(?:open|mkdir)\(\) "(?P<file>.+)" failed\Z',
        Tells.CANNOT_SPOOL,
        "gateway.cannot-spool",
        errnos=(13, 30),
        phases=BODY,
    ),
    _row(
        r'(?:open|mkdir)\(\) "(?P<file>.+)" failed\Z',
        Tells.CANNOT_SPOOL,
        "overload.disk-full",
        errnos=(28,),
        phases=BODY,
    ),
    _row(r'broken header: "', Tells.PROXY_PROTOCOL, "gateway.proxy-protocol-mismatch"),
    _row(
        r'(?P<what>invalid URL prefix|no port|invalid port|invalid host) in (?:upstream )?"(?P<text>.*)"\Z',
        Tells.BAD_ADDRESS,
    ),
    _row(r"(?P<what>zero length URI to proxy)\Z", Tells.BAD_ADDRESS),
    _row(r"(?:worker process|\S+ process) (?P<pid>\d+) exited on signal (?P<signal>\d+)", Tells.WORKER_DIED),
    # Lua: OpenResty and ingress-nginx.
    _row(r"(?P<what>no host allowed|lua balancer: no peer set)\Z", FailureId.NO_LIVE_UPSTREAM, phases=CONNECTING),
    _row(r"failed to run balancer_by_lua\*: (?P<text>.*)", FailureId.NO_LIVE_UPSTREAM),
    _row(r"lua tcp socket connect timed out(?:, when connecting to (?P<address>\S+))?\Z", FailureId.CONNECT_TIMEOUT),
    _row(r"lua tcp socket read timed out\Z", FailureId.RESPONSE_TIMEOUT),
    _row(r"\[lua\] \S+ balance\(\): no peer was returned, balancer: (?P<name>\w+)", FailureId.NO_LIVE_UPSTREAM),
    _row(
        r"\[lua\] \S+ balance\(\): attempted to proxy to self, balancer: (?P<name>\w+), peer: (?P<address>[^,\s]+)",
        FailureId.NO_LIVE_UPSTREAM,
        "gateway.self-loop",
    ),
)

LONGEST_DETAIL = 300
LONGEST_TEXT = 4096


def failure_of(line: NginxErrorLine) -> Spoken | None:
    """Return the failure of an upstream that a line tells, if it tells one."""
    found = _said(line)
    return found if isinstance(found, Spoken) else None


def remark_of(line: NginxErrorLine) -> Remark | None:
    """Return what else of use a line tells."""
    found = _said(line)
    return found if isinstance(found, Remark) else None


def row_of(line: NginxErrorLine) -> int | None:
    """Return the number of the first row that matches a line."""
    text = line.text[:LONGEST_TEXT]
    return next((number for number, row in enumerate(ROWS) if _matches(row, line) and row.match(text)), None)


def _matches(row: Row, line: NginxErrorLine) -> bool:
    return (
        (row.errnos is None or line.errno in row.errnos)
        and (row.phases is None or line.phase in row.phases)
        and (row.levels is None or line.level in row.levels)
    )


def _said(line: NginxErrorLine) -> Spoken | Remark | None:
    number = row_of(line)
    if number is None:
        return None
    row = ROWS[number]
    found = row.match(line.text[:LONGEST_TEXT])
    groups = found.groupdict() if found else {}
    detail = _detail(line, groups)
    match row.means:
        case Tells() as tells:
            return Remark(tells=tells, detail=detail, named=row.named)
        case FailureId() as means:
            return Spoken(id=means, detail=detail, named=row.named)
        case By() as by:
            return Spoken(id=_decided(by, line), detail=detail, named=row.named)


def _detail(line: NginxErrorLine, groups: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
    own = [("errno", None if line.errno is None else str(line.errno)), ("phase", line.phase or None)]
    said = [(key, value) for key, value in [*own, *groups.items()] if value]
    return tuple((key, value.rstrip('"')[:LONGEST_DETAIL]) for key, value in said)


def _decided(by: By, line: NginxErrorLine) -> FailureId:
    match by:
        case By.CONNECT_ERRNO:
            return CONNECT_ERRNOS.get(line.errno or 0, FailureId.UNKNOWN)
        case By.TLS:
            return FailureId.TRUNCATED_RESPONSE if line.phase in BODY else FailureId.TLS_FAILED
        case By.TIMED_OUT:
            return _at(line.phase, FailureId.CONNECT_TIMEOUT, FailureId.RESPONSE_TIMEOUT)
        case By.CLOSED:
            return _at(line.phase, FailureId.CLOSED_BEFORE_RESPONSE, FailureId.CLOSED_BEFORE_RESPONSE)
        case By.RESET:
            return _at(line.phase, FailureId.RESET_BEFORE_RESPONSE, FailureId.RESET_BEFORE_RESPONSE)


def _at(phase: str, connecting: FailureId, waiting: FailureId) -> FailureId:
    """Choose by the phase; a phase that is not known leaves it open."""
    if phase in CONNECTING:
        return connecting
    if phase in HANDSHAKING:
        return FailureId.TLS_FAILED
    if phase in WAITING:
        return waiting
    return FailureId.TRUNCATED_RESPONSE if phase in BODY else FailureId.UNKNOWN


@frozen
class Peer:
    """The server that `upstream:` names: an address and port, a unix socket, or, where none was chosen, a group.

    `scheme` is empty in the stream module. `host` has no brackets. `path` is `None` for a unix socket whose path
    cannot be told from the URI behind it.
    """

    scheme: str
    host: str | None = None
    port: int | None = None
    path: str | None = None
    group: str | None = None


_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.%]{2,60})\]|([^\s/:\[\]?\"]{1,255}))(?::(\d{1,5}))?(?=[/?:]|\Z)", re.ASCII)
_SOCKET_FILE = re.compile(r"(/[^\s?]*?\.sock(?:et)?)(?=[/?]|\Z)", re.ASCII)
_V4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}\Z", re.ASCII)


def peer_of(upstream: str) -> Peer | None:
    """Take the value of `upstream:` apart: `http://127.0.0.1:8000/path`, `fastcgi://unix:/run/x.sock:`, `http://group/uri`."""
    scheme, found, rest = upstream[:LONGEST_TEXT].partition("://")
    if not found or not scheme.isalnum():
        scheme, rest = "", upstream[:LONGEST_TEXT]
    if rest.startswith("unix:"):
        return Peer(scheme=scheme, path=_socket_path(scheme, rest.removeprefix("unix:")))
    address = _ADDRESS.match(rest)
    if address is None:
        return None
    v6, name, digits = address.groups()
    port = int(digits) if digits else None
    if port is not None and port > 65535:  # noqa: PLR2004 - the largest port
        return None
    if v6 or port is not None or _V4.match(name):
        return Peer(scheme=scheme, host=v6 or name, port=port)
    return Peer(scheme=scheme, group=name)


def _socket_path(scheme: str, rest: str) -> str | None:
    """Read `/path:/uri`, `/path:`, or what nginx writes after a time-out: `/path/uri` without anything between."""
    if scheme not in ("http", "https"):
        return rest.removesuffix(":") or None
    path, found, _ = rest.partition(":")
    if found:
        return path or None
    known = _SOCKET_FILE.match(rest)
    return known[1] if known else None
