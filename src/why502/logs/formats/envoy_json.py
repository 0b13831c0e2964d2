"""Envoy's access log as JSON, with the names of its documentation, Envoy Gateway and Contour.

Names are the configuration's own; those that are common are known, and `response_flags` must be among them. The client
is X-Forwarded-For: the address that connected is logged with its port.
"""

from why502.logs.envoy_lines import judge
from why502.logs.format import Example, LogFormat
from why502.logs.plan import Key, Plan, Role, Shape, Unit
from why502.logs.prefixes import json_plans
from why502.observations.failure import FailureId

NAME = "envoy-json"


def _names(role: Role, *names: str, unit: Unit = Unit.SECONDS) -> tuple[Key, ...]:
    return tuple(Key(path=(name,), role=role, unit=unit) for name in names)


KEYS = (
    *_names(Role.TIME, "start_time", "@timestamp", "timestamp", "time"),
    *_names(Role.STATUS, "response_code", "status", "responseCode"),
    *_names(Role.METHOD, "method", ":method"),
    *_names(Role.PATH, "path", ":path", "x-envoy-origin-path", "x_envoy_original_path"),
    *_names(Role.CLIENT, "x_forwarded_for", "x-forwarded-for"),
    *_names(Role.UPSTREAM, "upstream_host"),
    *_names(Role.SECONDS, "duration", unit=Unit.MILLISECONDS),
    *_names(
        Role.UPSTREAM_SECONDS,
        "upstream_service_time",
        "x-envoy-upstream-service-time",
        "x_envoy_upstream_service_time",
        unit=Unit.MILLISECONDS,
    ),
    *_names(Role.WORD_B, "response_code_details"),
    *_names(Role.WORD_C, "upstream_transport_failure_reason"),
    *_names(Role.WORD_D, "connection_termination_details"),
    *_names(Role.KEY, "request_id", "x-request-id", "x_request_id"),
)
FLAGS = Key(path=("response_flags",), role=Role.WORD_A, equals="")
PLAN = Plan(name=NAME, shape=Shape.JSON, keys=(*KEYS, FLAGS))


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return json_plans(first, (PLAN,), b'"response_flags"')


EXAMPLES = (
    Example(
        line=b'{"@timestamp":"2026-11-21T19:06:12.128Z","authority":"a","duration":1,"method":"GET","path":"/s200?502",'
        b'"request_id":"008b945e","response_code":200,"response_flags":"-","upstream_cluster":"u",'
        b'"upstream_host":"127.0.0.1:29001","upstream_service_time":"0","user_agent":"\\"response_code\\":502,",'
        b'"x_forwarded_for":"9.9.9.9"}',
        at="2026-11-21T19:06:12Z",
        status=200,
        route="GET /*",
        upstream="127.0.0.1:29001",
        client="9.9.9.9",
        seconds=0.001,
    ),
    Example(
        line=b'{"start_time":"2026-11-21T19:06:15.422Z","method":"GET","x-envoy-origin-path":"/refused",'
        b'"response_code":503,"response_flags":"URX,UF","response_code_details":"upstream_reset_before_response_started'
        b"{remote_connection_failure|TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:"
        b'TLS_error_end}","upstream_transport_failure_reason":null,"duration":6,"upstream_host":"127.0.0.1:29002"}',
        at="2026-11-21T19:06:15Z",
        status=503,
        route="GET /refused",
        upstream="127.0.0.1:29002",
        seconds=0.006,
        failed=True,
        failure=FailureId.TLS_FAILED,
    ),
    Example(
        line=b'{"start_time":"2026-11-21T19:06:15.458Z","method":"GET","path":"/slow","response_code":0,'
        b'"response_flags":"DC","duration":200,"upstream_host":"127.0.0.1:29001"}',
        at="2026-11-21T19:06:15Z",
        route="GET /slow",
        upstream="127.0.0.1:29001",
        seconds=0.2,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="envoy",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Envoy documentation, Access logging: format dictionaries; Envoy Gateway and Contour, default JSON fields; "
    "seen with Envoy 1.40.0",
    rank=55,
)
