"""What the signs of one product tell, where its judge goes by more than the status."""

import pytest

from tests.logs.formats.test_contract import first_read
from why502.logs.format import Signs
from why502.logs.formats import apache, apache_error, nginx_combined, squid, traefik_common, trafficserver, varnish
from why502.logs.plan import Role
from why502.logs.recognition import chosen, from_directive, known_formats
from why502.observations.failure import FailureId as F

Words = tuple[bytes, bytes, bytes, bytes]


def words(*said: bytes) -> Words:
    one, two, three, four = (*said, b"", b"", b"", b"")[:4]
    return one, two, three, four


@pytest.mark.parametrize(
    ("code", "number", "failure"),
    [
        (b"00957", b"111", F.CONNECT_REFUSED),
        (b"00957", b"110", F.CONNECT_TIMEOUT),
        (b"00957", b"113", F.CONNECT_UNREACHABLE),
        (b"02454", b"2", F.CONNECT_NO_SOCKET),
        (b"02454", b"13", F.CONNECT_DENIED),
        (b"00957", b"99", F.CONNECT_EXHAUSTED),
        (b"00957", b"x", F.UNKNOWN),
        (b"01102", b"20014", F.CLOSED_BEFORE_RESPONSE),
        (b"01102", b"104", F.RESET_BEFORE_RESPONSE),
        (b"01102", b"70007", F.RESPONSE_TIMEOUT),
        (b"01110", b"104", F.TRUNCATED_RESPONSE),
        (b"01170", b"", F.NO_LIVE_UPSTREAM),
        (b"02327", b"", F.RESOLVE_FAILED),
        (b"02039", b"", F.TLS_FAILED),
        (b"10124", b"", F.HEADER_TOO_BIG),
        (b"00996", b"", F.INVALID_RESPONSE),
        (b"01114", b"", None),
        (b"00489", b"", None),
        (b"", b"111", None),
    ],
)
def test_apache_error(code: bytes, number: bytes, failure: F | None) -> None:
    judged = apache_error.judge(Signs(status=0, words=words(code, number)))
    assert (judged.failed, judged.failure) == (failure is not None, failure)


@pytest.mark.parametrize(
    ("signs", "failure"),
    [
        (Signs(status=502, upstream_status=b"502"), F.UPSTREAM_ANSWERED_ERROR),
        (Signs(status=502, upstream_status=b"502 Some Reason"), F.UPSTREAM_ANSWERED_ERROR),
        (Signs(status=502, upstream_status=b"502", words=words(b"", b"+")), F.UNKNOWN),
        (Signs(status=503), F.UNKNOWN),
        (Signs(status=500), None),
    ],
)
def test_apache(signs: Signs, failure: F | None) -> None:
    judged = apache.judge(signs)
    assert (judged.failed, judged.failure) == (failure is not None, failure)


@pytest.mark.parametrize(
    ("status", "code", "origin", "failure"),
    [
        (502, b"ERR_CONNECT_FAIL", b"000", F.UNKNOWN),
        (504, b"ERR_READ_TIMEOUT", b"000", F.RESPONSE_TIMEOUT),
        (200, b"ERR_READ_TIMEOUT", b"200", F.TRUNCATED_RESPONSE),
        (200, b"ERR_READ_ERROR", b"200", F.TRUNCATED_RESPONSE),
        (500, b"ERR_DNS_FAIL", b"", F.RESOLVE_FAILED),
        (502, b"TCP_MISS", b"", F.UPSTREAM_ANSWERED_ERROR),
        (503, b"TCP_MISS", b"503", F.UPSTREAM_ANSWERED_ERROR),
        (503, b"TCP_MISS", b"", F.UNKNOWN),
        (502, b"ERR_CLIENT_ABORT", b"", None),
        (404, b"TCP_MISS", b"404", None),
    ],
)
def test_trafficserver(status: int, code: bytes, origin: bytes, failure: F | None) -> None:
    judged = trafficserver.judge(Signs(status=status, upstream_status=origin, words=words(code)))
    assert (judged.failed, judged.failure) == (failure is not None, failure)


@pytest.mark.parametrize(
    ("status", "result", "error", "origin", "failure"),
    [
        (503, b"TCP_MISS", b"ERR_CONNECT_FAIL", b"", F.UNKNOWN),
        (503, b"TCP_MISS", b"ERR_SECURE_CONNECT_FAIL", b"", F.TLS_FAILED),
        (502, b"TCP_MISS", b"-", b"502", F.UPSTREAM_ANSWERED_ERROR),
        (504, b"TCP_MISS", b"", b"", F.UNKNOWN),
        (503, b"TCP_DENIED", b"", b"", None),
        (200, b"TCP_MISS", b"", b"200", None),
    ],
)
def test_squid(status: int, result: bytes, error: bytes, origin: bytes, failure: F | None) -> None:
    judged = squid.judge(Signs(status=status, upstream_status=origin, words=words(result, b"", error)))
    assert (judged.failed, judged.failure) == (failure is not None, failure)


@pytest.mark.parametrize(
    ("status", "said", "failure"),
    [
        (503, b"backend app: fail errno 111 (Connection refused)", F.CONNECT_REFUSED),
        (503, b"backend app: fail errno 0 (Success)", F.UNKNOWN),
        (503, b"backend app: unhealthy", F.NO_LIVE_UPSTREAM),
        (503, b"backend app: busy", F.GATEWAY_LIMIT),
        (503, b"first byte timeout", F.RESPONSE_TIMEOUT),
        (503, b"overflow", F.HEADER_TOO_BIG),
        (503, b"-", F.UNKNOWN),
        (200, b"straight insufficient bytes", F.TRUNCATED_RESPONSE),
        (200, b"first byte timeout", None),
        (200, b"-", None),
    ],
)
def test_varnish(status: int, said: bytes, failure: F | None) -> None:
    judged = varnish.judge(Signs(status=status, words=words(said)))
    assert (judged.failed, judged.failure) == (failure is not None, failure)


def test_traefik_picks_nobody() -> None:
    assert traefik_common.judge(Signs(status=503)).failure is F.NO_LIVE_UPSTREAM
    assert traefik_common.judge(Signs(status=503, upstream=True)).failure is F.UNKNOWN


def test_what_apache_alone_writes_makes_combined_its_own() -> None:
    dash = b'127.0.0.1 - - [20/Nov/2026:14:02:11 +0100] "GET / HTTP/1.1" 304 - "-" "curl/7.88.1"'
    assert [form.name for form, _ in chosen([dash, nginx_combined.EXAMPLES[0].line], known_formats())] == ["apache"]
    assert [form.name for form, _ in chosen([dash + b" 1234"], known_formats())] == ["apache"]
    few = [nginx_combined.EXAMPLES[0].line] * 30 + [dash]
    assert [form.name for form, _ in chosen(few, known_formats())] == ["nginx-combined"]


def test_squid_and_traffic_server_are_told_apart() -> None:
    for form in (squid.FORMAT, trafficserver.FORMAT):
        lines = [each.line for each in form.examples]
        assert [each.name for each, _ in chosen(lines, known_formats())] == [form.name]


def test_an_access_and_an_error_log_in_one_stream() -> None:
    from why502.logs.formats import nginx_error

    lines = [each.line for each in (*nginx_combined.EXAMPLES, *nginx_error.EXAMPLES)]
    picked = chosen(lines, known_formats())
    assert {form.name for form, _ in picked} == {"nginx-combined", "nginx-error"}
    plans = tuple(plan for _, group in picked for plan in group)
    assert all(first_read(plans, line) is not None for line in lines)


def test_a_directive_of_nghttpx_names_the_server() -> None:
    _, plans = from_directive("$remote_addr [$time_iso8601] $status $backend_host:$backend_port", known_formats())
    found = first_read(plans, b"127.0.0.1 [2026-11-20T14:02:11Z] 502 10.0.0.1:80")
    if found is None:
        pytest.fail(f"not read; {[step for plan in plans for step in plan.steps]}")
    assert found.attempts[-1].upstream == b"10.0.0.1:80"
    assert Role.STATUS in plans[0].needs
