"""What Envoy's log lines share: the text format compiled to plans, response flags and response code details.

Envoy escapes nothing in text formats: a header or path may hold blanks and quotes (seen with 1.40.0: a User-Agent, a
path, `x-envoy-original-path`). A format is read as far as a surplus delimiter could only make a line unreadable.
Sources: Envoy documentation, "Access logging", "Response code details"; source/common/stream_info/utility.h.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from why502.logs.client_text import settled
from why502.logs.format import FAILED_STATUS, Judged, Signs
from why502.logs.plan import Literal, Plan, Role, Step, Take, Unit
from why502.logs.prefixes import prefixes
from why502.observations.failure import FailureId
from why502.observations.frozen import frozen

_LOOKS = rb"\[\d{4}-\d\d-\d\dT[0-9:.]{8,18}Z\] \""


def behind(first: Sequence[bytes], plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """Put before each plan what stands before Envoy's lines among a file's first ones; empty if there are none."""
    return tuple(prefix.around(plan) for prefix in prefixes(first, _LOOKS) for plan in plans)


# ---- the text format ----

_OPERATOR = re.compile(r"%%|%([A-Z][A-Z_0-9]*)(?:\((.*?)\))?(?::(\d{1,9}))?%", re.DOTALL)
_ROLES = {
    "START_TIME": Role.TIME,
    "RESPONSE_CODE": Role.STATUS,
    "RESPONSE_FLAGS": Role.WORD_A,
    "RESPONSE_FLAGS_LONG": Role.WORD_A,
    "RESPONSE_CODE_DETAILS": Role.WORD_B,
    "UPSTREAM_TRANSPORT_FAILURE_REASON": Role.WORD_C,
    "CONNECTION_TERMINATION_DETAILS": Role.WORD_D,
    "DURATION": Role.SECONDS,
    "UPSTREAM_HOST": Role.UPSTREAM,
    "UPSTREAM_REMOTE_ADDRESS": Role.UPSTREAM,
    "DOWNSTREAM_REMOTE_ADDRESS": Role.CLIENT,
    "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT": Role.CLIENT,
    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS": Role.CLIENT,
    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT": Role.CLIENT,
}
_HEADERS = {
    ":METHOD": Role.METHOD,
    ":PATH": Role.PATH,
    "X-ENVOY-ORIGINAL-PATH?:PATH": Role.PATH,
    "X-ENVOY-UPSTREAM-SERVICE-TIME": Role.UPSTREAM_SECONDS,
    "X-REQUEST-ID": Role.KEY,
    "X-FORWARDED-FOR": Role.CLIENT,
}
_LAST_RESORT = ("X-FORWARDED-FOR", "UPSTREAM_REMOTE_ADDRESS")
_PORTED = ("DOWNSTREAM_REMOTE_ADDRESS", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS")
_OWN = re.compile(
    r"START_TIME\w*|EMIT_TIME\w*|PROTOCOL|RESPONSE_\w+|REQUEST_DURATION|REQUEST_TX_DURATION|BYTES_\w+|\w*DURATION|"
    r"UPSTREAM_(?!PEER|TRANSPORT|FILTER|METADATA)\w+|DOWNSTREAM_\w*ADDRESS\w*|DOWNSTREAM_\w*PORT|DOWNSTREAM_TLS_\w+|"
    r"CONNECTION_ID|CONNECTION_TERMINATION_DETAILS|STREAM_ID|ROUTE_NAME|VIRTUAL_CLUSTER_NAME|FILTER_CHAIN_NAME|"
    r"GRPC_STATUS\w*|HOSTNAME|\w+_WIRE_BYTES_\w+|\w+_HEADER_BYTES_\w+|UNIQUE_ID|REQUESTED_SERVER_NAME"
)
"""Operators whose values have neither blanks nor quotes; all others may hold what a client likes.

A name asked for by TLS could have them: such a line is unreadable."""


@frozen
class _Operator:
    """An operator with its argument; or `text`."""

    text: str = ""
    name: str = ""
    argument: str = ""

    @property
    def role(self) -> Role:
        if self.name in ("REQ", "REQUEST_HEADER", "RESP", "RESPONSE_HEADER"):
            return _HEADERS.get(self.argument.upper(), Role.NONE)
        if self.name == "PATH":
            return Role.PATH
        return _ROLES.get(self.name, Role.NONE)

    @property
    def own(self) -> bool:
        return _OWN.fullmatch(self.name) is not None or self.role in (Role.METHOD, Role.UPSTREAM_SECONDS)

    @property
    def blankless(self) -> bool:
        """The path as it came: with quotes perhaps, but a blank ends it (in HTTP/1) or is refused (in HTTP/2)."""
        return self.name in ("REQ", "REQUEST_HEADER") and self.argument.upper() == ":PATH"

    @property
    def fallback(self) -> bool:
        return self.argument.upper() in _LAST_RESORT or self.name in _LAST_RESORT


def compiled(name: str, directive: str) -> tuple[Plan, ...]:
    """Compile a text format; ValueError says what cannot be read."""
    parts = _parts(directive)
    steps: list[Step] = []
    raw: list[int] = []
    for number, part in enumerate(parts):
        if part.text:
            steps.append(Literal(text=part.text.encode("utf-8", "replace")))
            continue
        after = parts[number + 1] if number + 1 < len(parts) else None
        if after is not None and not after.text:
            raise ValueError(f"nothing stands between %{part.name}% and %{after.name}%")
        stop = after.text.encode("utf-8", "replace")[:1] if after is not None else b""
        if not (part.own or (part.blankless and stop == b" ")):
            raw.append(len(steps))
        steps += _taken(part, _has_role(parts, number), stop)
    return (_whole(name, settled(steps, raw)),)


def _parts(directive: str) -> list[_Operator]:
    text = directive.strip("\r\n").removesuffix("\\n")
    parts: list[_Operator] = []
    at, before = 0, ""
    for match in _OPERATOR.finditer(text):
        before += text[at : match.start()]
        at = match.end()
        if match[1] is None:
            before += "%"
            continue
        if before:
            parts.append(_Operator(text=before))
            before = ""
        parts.append(_Operator(name=match[1], argument=match[2] or ""))
    before += text[at:]
    return [*parts, _Operator(text=before)] if before else parts


def _has_role(parts: list[_Operator], number: int) -> Role:
    """Give an operator its role, unless another is better for it or has it already."""
    role = parts[number].role
    rivals = [each for each, part in enumerate(parts) if part.role is role]
    best = min(rivals, key=lambda each: (parts[each].fallback, each))
    return role if best == number else Role.NONE


def _taken(part: _Operator, role: Role, stop: bytes) -> list[Step]:
    timed = role in (Role.SECONDS, Role.UPSTREAM_SECONDS)
    take = Take(
        role=role,
        stop=stop,
        unit=Unit.MILLISECONDS if timed else Unit.SECONDS,
        bare=part.own and not part.name.startswith("START_TIME"),
    )
    return [replace(take, port=True) if role is Role.CLIENT and part.name in _PORTED else take]


def _whole(name: str, steps: list[Step]) -> Plan:
    roles = {step.role for step in steps if isinstance(step, Take)}
    if Role.TIME not in roles:
        raise ValueError("no %START_TIME% stands before what a client could end early")
    if not {Role.STATUS, Role.WORD_A} & roles:
        raise ValueError("neither %RESPONSE_CODE% nor %RESPONSE_FLAGS% stands before what a client could end early")
    return Plan(name=name, steps=tuple(steps), needs=frozenset(roles & {Role.TIME, Role.STATUS, Role.WORD_A}))


# ---- flags and details ----

_FLAGS = {
    b"UH": FailureId.NO_LIVE_UPSTREAM,
    b"NC": FailureId.NO_LIVE_UPSTREAM,
    b"DF": FailureId.RESOLVE_FAILED,
    b"UO": FailureId.GATEWAY_LIMIT,
    b"OM": FailureId.GATEWAY_LIMIT,
    b"DO": FailureId.GATEWAY_LIMIT,
    b"UF": FailureId.CONNECT_REFUSED,
    b"UT": FailureId.RESPONSE_TIMEOUT,
    b"UMSDR": FailureId.RESPONSE_TIMEOUT,
    b"UR": FailureId.RESET_BEFORE_RESPONSE,
    b"UC": FailureId.CLOSED_BEFORE_RESPONSE,
    b"UPE": FailureId.INVALID_RESPONSE,
    b"SI": FailureId.RESPONSE_TIMEOUT,
}
_AFTER_HEAD = frozenset([b"UT", b"UMSDR", b"UR", b"UC", b"UPE", b"SI"])
"""Flags that, with an answer of 1xx to 3xx, mean that its body was cut."""

_LONG = {
    b"NoHealthyUpstream": b"UH",
    b"NoClusterFound": b"NC",
    b"DnsResolutionFailed": b"DF",
    b"UpstreamOverflow": b"UO",
    b"OverloadManagerTerminated": b"OM",
    b"OverloadManager": b"OM",
    b"DropOverLoad": b"DO",
    b"DropOverload": b"DO",
    b"UpstreamConnectionFailure": b"UF",
    b"UpstreamRequestTimeout": b"UT",
    b"UpstreamMaxStreamDurationReached": b"UMSDR",
    b"UpstreamRemoteReset": b"UR",
    b"UpstreamConnectionTermination": b"UC",
    b"UpstreamProtocolError": b"UPE",
    b"StreamIdleTimeout": b"SI",
    b"FaultInjected": b"FI",
    b"DelayInjected": b"DI",
    b"DownstreamConnectionTermination": b"DC",
    b"UpstreamRetryLimitExceeded": b"URX",
}
_TEXTS = (
    (b"TLS_error", FailureId.TLS_FAILED),
    (b"TLS error", FailureId.TLS_FAILED),
    (b"Connection_refused", FailureId.CONNECT_REFUSED),
    (b"connect_error:_111", FailureId.CONNECT_REFUSED),
    (b"No_route_to_host", FailureId.CONNECT_UNREACHABLE),
    (b"connect_error:_113", FailureId.CONNECT_UNREACHABLE),
    (b"Network_is_unreachable", FailureId.CONNECT_UNREACHABLE),
    (b"connect_error:_101", FailureId.CONNECT_UNREACHABLE),
    (b"Invalid_argument", FailureId.CONNECT_UNREACHABLE),
    (b"Permission_denied", FailureId.CONNECT_DENIED),
    (b"Operation_not_permitted", FailureId.CONNECT_DENIED),
    (b"No_such_file_or_directory", FailureId.CONNECT_NO_SOCKET),
    (b"Resource_temporarily_unavailable", FailureId.CONNECT_EXHAUSTED),
    (b"Cannot_assign_requested_address", FailureId.CONNECT_EXHAUSTED),
    (b"connect_error:_99", FailureId.CONNECT_EXHAUSTED),
    (b"socket_creation_failure", FailureId.CONNECT_EXHAUSTED),
    (b"local_connection_failure", FailureId.CONNECT_EXHAUSTED),
    (b"Connection_timed_out", FailureId.CONNECT_TIMEOUT),
    (b"connect_error:_110", FailureId.CONNECT_TIMEOUT),
    (b"connection_timeout", FailureId.CONNECT_TIMEOUT),
    (b"connection_termination", FailureId.CLOSED_BEFORE_RESPONSE),
    (b"protocol_error", FailureId.INVALID_RESPONSE),
    (b"http_1.1_required", FailureId.INVALID_RESPONSE),
    (b"overflow", FailureId.GATEWAY_LIMIT),
    (b"remote_reset", FailureId.RESET_BEFORE_RESPONSE),
    (b"remote_refused_stream_reset", FailureId.RESET_BEFORE_RESPONSE),
    (b"connection_failure", FailureId.CONNECT_REFUSED),
)
_BEFORE = b"upstream_reset_before_response_started"
_AFTER = b"upstream_reset_after_response_started"
_DETAILS = (
    (b"no_healthy_upstream", FailureId.NO_LIVE_UPSTREAM),
    (b"cluster_not_found", FailureId.NO_LIVE_UPSTREAM),
    (b"maintenance_mode", FailureId.GATEWAY_LIMIT),
    (b"dns_resolution_failure", FailureId.RESOLVE_FAILED),
    (b"response_timeout", FailureId.RESPONSE_TIMEOUT),
    (b"upstream_response_timeout", FailureId.RESPONSE_TIMEOUT),
    (b"upstream_per_try", FailureId.RESPONSE_TIMEOUT),
    (b"request_overall_timeout", FailureId.RESPONSE_TIMEOUT),
    (b"upstream_max_stream_duration_reached", FailureId.RESPONSE_TIMEOUT),
    (b"response_payload_too_large", FailureId.INVALID_RESPONSE),
    (_AFTER, FailureId.TRUNCATED_RESPONSE),
)
_NOT_UPSTREAM = (b"direct_response", b"fault_filter_abort", b"ext_authz", b"rbac_access_denied", b"local_rate_limited")
_GOOD = 400
_NOTHING = (b"", b"-", b"null")


def judge(signs: Signs) -> Judged:
    """Judge by flags (word A), details (B) and the transport's reason (C); the details say more where they are logged.

    Where only a flag is told, its most frequent failure is: `UF` is `connect-refused` without details.
    """
    flags = {_LONG.get(flag, flag) for flag in signs.words[0].split(b",")} - {b"", b"-", b"URX"}
    details = b"" if signs.words[1] in _NOTHING else signs.words[1]
    told = next((flag for flag in _FLAGS if flag in flags), b"")
    if told and not (told == b"SI" and signs.status == 408):  # noqa: PLR2004  (the client's body did not come)
        return Judged(failed=True, failure=_flagged(told, details, signs))
    return _by_answer(flags, details, signs)


def _flagged(flag: bytes, details: bytes, signs: Signs) -> FailureId:
    if details.startswith(_BEFORE):
        reason = details.removeprefix(_BEFORE) + b" " + signs.words[2]
        return next((found for text, found in _TEXTS if text in reason), _FLAGS[flag])
    cut = 0 < signs.status < _GOOD and flag in _AFTER_HEAD
    if cut and not details.startswith(b"upstream_per_try"):
        return FailureId.TRUNCATED_RESPONSE
    known = next((found for start, found in _DETAILS if details.startswith(start)), None)
    if known is not None:
        return known
    return next((found for text, found in _TEXTS if text in signs.words[2]), _FLAGS[flag])


def _by_answer(flags: set[bytes], details: bytes, signs: Signs) -> Judged:
    """Judge an answer without a flag of the upstream's."""
    if signs.status not in FAILED_STATUS or b"FI" in flags or details.startswith(_NOT_UPSTREAM):
        return Judged()
    passed_on = details == b"via_upstream" or (not details and not flags and signs.upstream)
    known = next((found for start, found in _DETAILS if details.startswith(start)), FailureId.UNKNOWN)
    return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR if passed_on else known)
