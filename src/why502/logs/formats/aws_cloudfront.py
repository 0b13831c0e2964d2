"""CloudFront's standard logs, legacy and v2: W3C extended columns separated by tabs, or JSON with the columns as keys.

The `#Fields:` line is read rather than counted on: v2 lets the customer choose. What a viewer sent is percent-encoded.
`x-edge-detailed-result-type` names the failure; the origin itself is not named in any column. A viewer that left has
the status 000. Custom error pages may turn a failure into any status, so the detailed type goes before the status.
"""

from why502.logs import w3c
from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Plan, Role, Shape
from why502.logs.w3c import Column
from why502.observations.failure import FailureId

NAME = "aws-cloudfront"

COLUMNS = {
    "date": Column(role=Role.DATE),
    "time": Column(role=Role.TIME),
    "c-ip": Column(role=Role.CLIENT),
    "cs-method": Column(role=Role.METHOD),
    "cs-uri-stem": Column(role=Role.PATH),
    "sc-status": Column(role=Role.STATUS),
    "x-edge-result-type": Column(role=Role.WORD_A),
    "x-edge-detailed-result-type": Column(role=Role.WORD_B),
    "x-edge-request-id": Column(role=Role.KEY),
    "time-taken": Column(role=Role.SECONDS),
    "origin-lbl": Column(role=Role.UPSTREAM_SECONDS),
}
WITHOUT_TIME = {"timestamp": Column(role=Role.TIME), "timestamp(ms)": Column(role=Role.TIME)}
"""In the columns of v2 that need no date."""

_LEGACY = (
    "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) "
    "cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken "
    "x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status "
    "fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len "
    "sc-range-start sc-range-end"
)
LEGACY = tuple(_LEGACY.split(" "))
"""The 33 columns of a legacy log, for files whose header is lost."""


def _known(names: tuple[str, ...]) -> w3c.Columns:
    """Return what the columns say; the Unix time only where there is no date."""
    return COLUMNS if {"date", "time"} <= set(names) else COLUMNS | WITHOUT_TIME


def is_ours(names: tuple[str, ...]) -> bool:
    """Tell CloudFront's columns from those of other W3C logs."""
    return any(each.startswith("x-edge-") for each in names)


def _json(when: dict[str, Column], date: bool) -> Plan:
    keys = {name: column for name, column in COLUMNS.items() if name not in ("date", "time")} | when
    needs = {Role.TIME, Role.STATUS, Role.WORD_A} | ({Role.DATE} if date else set())
    return Plan(
        name=NAME,
        shape=Shape.JSON,
        keys=tuple(Key(path=(name,), role=column.role, unit=column.unit) for name, column in keys.items()),
        needs=frozenset(needs),
        naive_utc=True,
    )


JSON = (
    _json({"date": COLUMNS["date"], "time": COLUMNS["time"]}, date=True),
    _json(WITHOUT_TIME, date=False),
)


def _plans(lines: tuple[bytes, ...]) -> tuple[Plan, ...]:
    declared = [each for each in w3c.headers(lines) if is_ours(each)]
    named = [each for each in declared if w3c.tells_requests(each, _known(each))] or [LEGACY]
    if not declared and w3c.headers(lines):
        return ()
    rows = tuple(w3c.row(NAME, each, _known(each), b"\t") for each in named)
    return (*rows, *JSON, w3c.comment(NAME)) if declared else (*rows, *JSON)


_REAL_TIME = frozenset({"cs-host", "cs-user-agent", "cs-referer", "cs-cookie"})
"""What standard logs call `cs(Host)` and so on."""


def directive(text: str) -> tuple[Plan, ...]:
    """Compile a `#Fields:` line, or its columns separated by blanks or commas."""
    names = tuple(text.removeprefix("#Fields:").replace(",", " ").split())
    if not is_ours(names):
        raise ValueError("none of these columns is CloudFront's own")
    if not _REAL_TIME.isdisjoint(names):
        raise ValueError("these are fields of CloudFront's real-time logs")
    return w3c.chosen(NAME, text, _known(names), b"\t"), w3c.comment(NAME)


ORIGIN: dict[bytes, FailureId] = {
    b"OriginDnsError": FailureId.RESOLVE_FAILED,
    b"NonS3OriginDnsError": FailureId.RESOLVE_FAILED,
    b"OriginConnectError": FailureId.CONNECT_REFUSED,
    b"OriginCommError": FailureId.RESPONSE_TIMEOUT,
    b"OriginReadError": FailureId.RESET_BEFORE_RESPONSE,
    b"OriginWriteError": FailureId.RESET_BEFORE_RESPONSE,
    b"OriginZeroSizeObjectError": FailureId.TRUNCATED_RESPONSE,
    b"OriginInvalidResponseError": FailureId.INVALID_RESPONSE,
    b"OriginHeaderTooBigError": FailureId.HEADER_TOO_BIG,
    b"OriginContentRangeLengthError": FailureId.INVALID_RESPONSE,
    b"AbortedOrigin": FailureId.TRUNCATED_RESPONSE,
}
"""Detailed result types that the origin is to blame for, whatever the status."""

CLIENT = frozenset({b"ClientCommError", b"ClientHungUpRequest", b"SlowReaderOriginError"})
LIMITS = frozenset({b"CapacityExceeded", b"LimitExceeded"})


def judge(signs: Signs) -> Judged:
    """Judge by the detailed result type, then by status and result type."""
    result, detailed = signs.words[:2]
    if detailed in ORIGIN:
        return Judged(failed=True, failure=ORIGIN[detailed])
    if signs.status not in FAILED_STATUS or detailed in CLIENT:
        return Judged()
    if detailed == b"OriginError":
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    if result in LIMITS or detailed in LIMITS:
        return Judged(failed=True, failure=FailureId.GATEWAY_LIMIT)
    return Judged(failed=True, failure=FailureId.UNKNOWN)


def _line(at: str, path: str, status: str, agent: str, results: tuple[str, str]) -> bytes:
    return "\t".join(
        f"2026-11-20 {at} FRA56-P4 1045 192.0.2.7 GET d111111abcdef8.cloudfront.net {path} {status} - {agent} - - "
        f"{results[0]} aBcD1234eFgH5678== shop.example.com https 55 0.120 - TLSv1.3 TLS_AES_128_GCM_SHA256 "
        f"{results[0]} HTTP/2.0 - - 41022 0.120 {results[1]} text/html 915 - -".split(" ")
    ).encode()


_HEADER = Example(line=b"#Fields: " + " ".join(LEGACY).encode(), at="1970-01-01T00:00:00Z")

EXAMPLES = (
    Example(line=b"#Version: 1.0", at="1970-01-01T00:00:00Z"),
    _HEADER,
    Example(
        line=_line("14:02:11", "/cart", "200", "curl/8.5.0", ("Miss", "Miss")),
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        client="192.0.2.7",
        seconds=0.12,
    ),
    Example(
        line=_line("14:02:12", "/cart", "502", "curl/8.5.0", ("Error", "OriginConnectError")),
        at="2026-11-20T14:02:12Z",
        status=502,
        route="GET /cart",
        client="192.0.2.7",
        seconds=0.12,
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=_line("14:02:13", "/a%09502%20502%20", "200", "%09502%09-%09OriginConnectError", ("Hit", "Hit")),
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        client="192.0.2.7",
        seconds=0.12,
    ),
    Example(
        line=_line("14:02:14", "/slow", "000", "curl/8.5.0", ("Error", "ClientCommError")),
        at="2026-11-20T14:02:14Z",
        route="GET /slow",
        client="192.0.2.7",
        seconds=0.12,
    ),
    Example(
        line=b'{"date":"2026-11-20","time":"14:02:15","x-edge-location":"FRA56-P4","c-ip":"192.0.2.7",'
        b'"cs-method":"GET",'
        b'"cs-uri-stem":"/slow","sc-status":"504","cs(User-Agent)":"a\\",\\"sc-status\\":\\"200",'
        b'"x-edge-result-type":"Error",'
        b'"x-edge-request-id":"aBcD1234eFgH5678==","time-taken":"30.001",'
        b'"x-edge-detailed-result-type":"OriginCommError"}',
        at="2026-11-20T14:02:15Z",
        status=504,
        route="GET /slow",
        client="192.0.2.7",
        seconds=30.001,
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b'{"timestamp(ms)":"1795183336123","c-ip":"192.0.2.7","cs-method":"GET","cs-uri-stem":"/cart",'
        b'"sc-status":"502",'
        b'"x-edge-result-type":"Error",'
        b'"time-taken":"0.020","x-edge-detailed-result-type":"OriginError",'
        b'"origin-lbl":"0.018"}',
        at="2026-11-20T14:02:16Z",
        status=502,
        route="GET /cart",
        client="192.0.2.7",
        seconds=0.02,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="aws-cloudfront",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="AWS, CloudFront developer guide: Standard logging reference; Configure standard logging (v2)",
    rank=30,
    directive=directive,
)
