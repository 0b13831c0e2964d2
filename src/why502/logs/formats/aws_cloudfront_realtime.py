"""CloudFront's real-time logs: values separated by tabs, without a header, in the order of the log's configuration.

The order is that of the documentation, less what the configuration leaves out; it cannot be seen from the lines. Known
here are all fields, and all fields of earlier years; any other choice is given as `--log-format` (the names, in order).
What the values mean is as in the standard logs.
"""

from datetime import UTC, datetime

from why502.logs import w3c
from why502.logs.format import Example, LogFormat
from why502.logs.formats.aws_cloudfront import judge
from why502.logs.plan import Plan, Role
from why502.logs.w3c import Column
from why502.observations.failure import FailureId

NAME = "aws-cloudfront-realtime"

COLUMNS = {
    "timestamp": Column(role=Role.TIME),
    "c-ip": Column(role=Role.CLIENT),
    "sc-status": Column(role=Role.STATUS),
    "cs-method": Column(role=Role.METHOD),
    "cs-uri-stem": Column(role=Role.PATH),
    "x-edge-request-id": Column(role=Role.KEY),
    "time-taken": Column(role=Role.SECONDS),
    "x-edge-result-type": Column(role=Role.WORD_A),
    "x-edge-detailed-result-type": Column(role=Role.WORD_B),
    "origin-lbl": Column(role=Role.UPSTREAM_SECONDS),
}

_HEAD = "timestamp c-ip"
_BODY = (
    "time-to-first-byte sc-status sc-bytes cs-method cs-protocol cs-host cs-uri-stem cs-bytes x-edge-location "
    "x-edge-request-id x-host-header time-taken cs-protocol-version c-ip-version cs-user-agent cs-referer cs-cookie "
    "cs-uri-query x-edge-response-result-type x-forwarded-for ssl-protocol ssl-cipher x-edge-result-type "
    "fle-encrypted-fields fle-status sc-content-type sc-content-len sc-range-start sc-range-end c-port "
    "x-edge-detailed-result-type c-country cs-accept-encoding cs-accept cache-behavior-path-pattern cs-headers "
    "cs-header-names cs-headers-count"
)
_ORIGIN = "origin-fbl origin-lbl asn"
_MEDIA = (
    "cmcd-encoded-bitrate cmcd-buffer-length cmcd-buffer-starvation cmcd-content-id cmcd-object-duration cmcd-deadline "
    "cmcd-measured-throughput cmcd-next-object-request cmcd-next-range-request cmcd-object-type cmcd-playback-rate "
    "cmcd-requested-maximum-throughput cmcd-streaming-format cmcd-session-id cmcd-stream-type cmcd-startup "
    "cmcd-top-bitrate cmcd-version"
)
_OWNER = "primary-distribution-id primary-distribution-dns-name"

ORDERS = tuple(
    tuple(order.split())
    for order in (
        f"{_HEAD} s-ip {_BODY} {_OWNER} {_ORIGIN} {_MEDIA}",
        f"{_HEAD} s-ip {_BODY} {_OWNER} {_ORIGIN}",
        f"{_HEAD} {_BODY} {_ORIGIN} {_MEDIA}",
        f"{_HEAD} {_BODY} {_ORIGIN}",
        f"{_HEAD} {_BODY}",
    )
)
"""No two have equally many fields, so that a line fits one of them at most."""

PLANS = tuple(w3c.row(NAME, order, COLUMNS, b"\t") for order in ORDERS)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


def directive(text: str) -> tuple[Plan, ...]:
    """Compile the field names of the log's configuration, in their order, separated by blanks or commas."""
    return (w3c.chosen(NAME, text, COLUMNS, b"\t"),)


def _line(order: tuple[str, ...], **values: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in values.items()}
    return "\t".join(named.get(name, "-") for name in order).encode()


def _at(second: int) -> str:
    return f"{int(datetime(2026, 11, 20, 14, 2, second, tzinfo=UTC).timestamp())}.123"


EXAMPLES = (
    Example(
        line=_line(
            ORDERS[0], timestamp=_at(11), c_ip="192.0.2.7", sc_status="200", cs_method="GET", cs_uri_stem="/cart",
            time_taken="0.120", x_edge_result_type="Miss", x_edge_detailed_result_type="Miss", origin_lbl="0.110",
        ),
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        client="192.0.2.7",
        seconds=0.12,
    ),
    Example(
        line=_line(
            ORDERS[1], timestamp=_at(12), c_ip="192.0.2.7", sc_status="502", cs_method="POST", cs_uri_stem="/pay",
            time_taken="0.010", x_edge_result_type="Error", x_edge_detailed_result_type="OriginDnsError",
        ),
        at="2026-11-20T14:02:12Z",
        status=502,
        route="POST /pay",
        client="192.0.2.7",
        seconds=0.01,
        failed=True,
        failure=FailureId.RESOLVE_FAILED,
    ),
    Example(
        line=_line(
            ORDERS[3], timestamp=_at(13), c_ip="192.0.2.7", sc_status="200", cs_method="GET", cs_uri_stem="/%20502%20",
            cs_user_agent="x%09502%09OriginConnectError", time_taken="0.120", x_edge_result_type="Hit",
            x_edge_detailed_result_type="Hit", cs_headers="Host:shop.example.com%0Ax-edge-result-type:502%0A",
        ),
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        client="192.0.2.7",
        seconds=0.12,
    ),
)  # fmt: skip

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="aws-cloudfront",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="AWS, CloudFront developer guide: Use real-time access logs (fields)",
    rank=35,
    directive=directive,
)
