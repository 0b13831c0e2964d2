"""Envoy's text formats as plans, and what its flags and details mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.envoy_lines import compiled, judge
from why502.logs.format import Signs
from why502.logs.formats import envoy, istio
from why502.logs.reading import read
from why502.observations.failure import FailureId

HOSTILE = st.lists(
    st.sampled_from([b" ", b'"', b'" "', b"-", b"502", b'" 502 UF 0 0 0 - "', b"x", b" HTTP/1.1", b"0"]), max_size=14
).map(b"".join)


@given(path=HOSTILE, forwarded=HOSTILE, agent=HOSTILE, authority=HOSTILE)
def test_a_client_moves_nothing(path: bytes, forwarded: bytes, agent: bytes, authority: bytes) -> None:
    line = (
        b'[2026-11-21T19:06:16.919Z] "GET /' + path + b' HTTP/1.1" 200 - 0 3 4 4 "' + forwarded + b'" "' + agent + b'" '
        b'"id" "' + authority + b'" "127.0.0.1:29001"'
    )
    found = read(envoy.PLANS[0], line)
    if found is not None:
        assert (found.status, found.words[0], found.attempts[0].upstream) == (200, b"-", b"127.0.0.1:29001")


@given(path=HOSTILE, agent=HOSTILE, name=HOSTILE)
def test_nor_in_istios(path: bytes, agent: bytes, name: bytes) -> None:
    line = (
        b'[2026-11-21T19:06:16.919Z] "GET /'
        + path
        + b' HTTP/1.1" 200 - via_upstream - "-" 0 3 4 4 "-" "'
        + agent
        + b'" '
        b'"id" "a" "127.0.0.1:29001" u 10.0.0.7:1 10.0.0.7:2 10.0.0.8:3 ' + name + b" default"
    )
    for plan in istio.PLANS:
        found = read(plan, line)
        if found is not None:
            assert (found.status, found.words[:2]) == (200, (b"-", b"via_upstream"))
            assert (found.attempts[0].upstream, found.client) == (b"127.0.0.1:29001", b"10.0.0.8")


def test_a_directive() -> None:
    (plan,) = compiled(
        "x",
        "%START_TIME(%s.%3f)% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %REQUEST_HEADER(:METHOD)% %RESPONSE_CODE% "
        "%RESPONSE_FLAGS_LONG% %DURATION%ms %UPSTREAM_HOST% %UPSTREAM_REMOTE_ADDRESS% 100%% %REQ(:PATH):80%\\n",
    )
    found = read(
        plan,
        b"1795287976.919 10.0.0.8 GET 503 UpstreamConnectionFailure 12ms 10.0.0.5:80 - 100% /a b c",
    )
    assert found is not None
    assert (found.at, found.status, found.method, found.target) == (1795287976, 503, b"GET", b"/a b c")
    assert (found.client, found.seconds, found.attempts[0].upstream) == (b"10.0.0.8", 12000, b"10.0.0.5:80")
    assert judge(Signs(status=503, words=found.words)).failure is FailureId.CONNECT_REFUSED


def test_nothing_behind_a_header_that_could_move_it_is_read() -> None:
    (plan,) = compiled("x", "[%START_TIME%] %RESPONSE_CODE% %REQ(USER-AGENT)% %DURATION%|%REQ(X-A)%|%UPSTREAM_HOST%")
    found = read(plan, b"[2026-11-21T19:06:16.919Z] 200 evil 9|x|10.9.9.9:80 3|y|10.0.0.5:80")
    assert found is not None
    assert (found.status, found.attempts[0].upstream) == (200, b"")


@pytest.mark.parametrize(
    ("directive", "says"),
    [
        ("%RESPONSE_CODE%", "START_TIME"),
        ("%START_TIME%%RESPONSE_CODE%", "nothing stands between"),
        ("%START_TIME% %REQ(A)% %RESPONSE_CODE% |%REQ(B)%|", "RESPONSE_FLAGS"),
        ("", "START_TIME"),
    ],
)
def test_what_cannot_be_read_is_said(directive: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        compiled("x", directive)


BEFORE = b"upstream_reset_before_response_started"


@pytest.mark.parametrize(
    ("status", "flags", "details", "transport", "failure"),
    [
        (503, b"UF", BEFORE + b"{remote_connection_failure,delayed_connect_error:_111}", b"", "connect-refused"),
        (503, b"UF", BEFORE + b"{remote_connection_failure|TLS_error:|x:TLS_error_end}", b"", "tls-failed"),
        (503, b"UF", BEFORE + b"{connection_timeout}", b"-", "connect-timeout"),
        (503, b"UF", BEFORE + b"{connection_failure}", b"TLS error: x", "tls-failed"),
        (200, b"UF", BEFORE + b"{remote_connection_failure|delayed_connect_error:_113}", b"", "connect-unreachable"),
        (503, b"URX,UC", BEFORE + b"{connection_termination}", b"", "closed-before-response"),
        (503, b"UC", b"", b"", "closed-before-response"),
        (200, b"UC", b"", b"", "truncated-response"),
        (503, b"UR", BEFORE + b"{remote_reset}", b"", "reset-before-response"),
        (502, b"UPE", BEFORE + b"{protocol_error}", b"", "invalid-response"),
        (200, b"UPE", b"upstream_reset_after_response_started{protocol_error}", b"", "truncated-response"),
        (504, b"UT", b"response_timeout", b"", "response-timeout"),
        (504, b"URX,UT", b"upstream_per_try_timeout", b"", "response-timeout"),
        (200, b"UT", b"response_timeout", b"", "truncated-response"),
        (408, b"SI", b"stream_idle_timeout", b"", None),
        (200, b"SI", b"stream_idle_timeout", b"", "truncated-response"),
        (503, b"UH", b"no_healthy_upstream", b"", "no-live-upstream"),
        (503, b"NC", b"cluster_not_found", b"", "no-live-upstream"),
        (500, b"NC", b"", b"", "no-live-upstream"),
        (503, b"UO", b"maintenance_mode", b"", "gateway-limit"),
        (503, b"DF", b"dns_resolution_failure{x}", b"", "resolve-failed"),
        (502, b"-", b"via_upstream", b"", "upstream-answered-error"),
        (503, b"URX", b"via_upstream", b"", "upstream-answered-error"),
        (502, b"-", b"", b"", "upstream-answered-error"),
        (502, b"-", b"direct_response", b"", None),
        (503, b"FI", b"fault_filter_abort", b"", None),
        (404, b"NR", b"route_not_found", b"", None),
        (0, b"DC", b"downstream_remote_disconnect", b"", None),
        (429, b"RL", b"", b"", None),
        (0, b"UF,URX", b"-", b"-", "connect-refused"),
    ],
)
def test_signs(status: int, flags: bytes, details: bytes, transport: bytes, failure: str | None) -> None:
    judged = judge(Signs(status=status, words=(flags, details, transport, b""), upstream=True))
    assert judged.failed is (failure is not None)
    assert (judged.failure.value if judged.failure else None) == failure
