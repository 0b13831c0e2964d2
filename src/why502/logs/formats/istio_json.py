"""Istio's JSON access log (`accessLogEncoding: JSON`): its names are fixed, `upstream_cluster` among them."""

from why502.logs.envoy_lines import judge
from why502.logs.format import Example, LogFormat
from why502.logs.formats.envoy_json import FLAGS, KEYS
from why502.logs.plan import Key, Plan, Shape
from why502.logs.prefixes import json_plans
from why502.observations.failure import FailureId

NAME = "istio-json"
_MUST = tuple(
    Key(path=(name,), equals="")
    for name in ("start_time", "authority", "upstream_cluster", "requested_server_name", "route_name")
)
PLAN = Plan(name=NAME, shape=Shape.JSON, keys=(*KEYS, FLAGS, *_MUST))


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return json_plans(first, (PLAN,), b'"requested_server_name"')


EXAMPLES = (
    Example(
        line=b'{"authority":"a","bytes_received":0,"connection_termination_details":null,"downstream_remote_address":'
        b'"127.0.0.1:54368","duration":1,"method":"GET","path":"/s200","protocol":"HTTP/1.1","request_id":"008b945e",'
        b'"requested_server_name":null,"response_code":200,"response_code_details":"via_upstream","response_flags":"-",'
        b'"route_name":null,"start_time":"2026-11-21T19:06:12.128Z","upstream_cluster":"u",'
        b'"upstream_host":"127.0.0.1:29001","upstream_service_time":"0","upstream_transport_failure_reason":null,'
        b'"user_agent":"evil\\" 502 \\"response_flags\\":\\"UF","x_forwarded_for":null}',
        at="2026-11-21T19:06:12Z",
        status=200,
        route="GET /*",
        upstream="127.0.0.1:29001",
        seconds=0.001,
    ),
    Example(
        line=b'{"authority":"a","duration":6,"method":"GET","path":"/refused","request_id":"fe359f20",'
        b'"requested_server_name":null,"response_code":503,"response_code_details":"upstream_reset_before_response_'
        b'started{remote_connection_failure|delayed_connect_error:_Connection_refused}","response_flags":"URX,UF",'
        b'"route_name":"default","start_time":"2026-11-21T19:06:15.422Z","upstream_cluster":"outbound|80||r",'
        b'"upstream_host":"127.0.0.1:29002","upstream_transport_failure_reason":"delayed_connect_error:_Connection_'
        b'refused","x_forwarded_for":"9.9.9.9"}',
        at="2026-11-21T19:06:15Z",
        status=503,
        route="GET /refused",
        upstream="127.0.0.1:29002",
        client="9.9.9.9",
        seconds=0.006,
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b'{"authority":"a","duration":0,"method":"GET","path":"/none","requested_server_name":"a",'
        b'"response_code":503,"response_code_details":"no_healthy_upstream","response_flags":"UH","route_name":null,'
        b'"start_time":"2026-11-21T19:06:15.410Z","upstream_cluster":"none","upstream_host":null}',
        at="2026-11-21T19:06:15Z",
        status=503,
        route="GET /none",
        seconds=0.0,
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="istio",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Istio documentation, Envoy access logs: default JSON fields; the fields seen with Envoy 1.40.0",
    rank=45,
)
