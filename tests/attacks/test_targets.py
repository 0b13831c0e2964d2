"""Targets as people write them, against real servers: certificates, names, schemes, addresses, redirects, a bundle."""

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme

import why502
from tests.stands.upstream import Peer, Script, Upstream, answering
from why502.api import areplay
from why502.diagnosis.options import Options, TargetError
from why502.report.model import Report, Verdict
from why502.survey.budget import Policy

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
BAD = b"HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
OUTSIDE = Policy(outside=True)


def over_tls(ca: trustme.CA, *names: str, answer: bytes = BAD) -> Script:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*names).configure_cert(context)

    def play(peer: Peer) -> None:
        peer.secure(context)
        answering(answer)(peer)

    return play


def ask(target: str, **options: object) -> Report:
    return why502.diagnose(target, Options(policy=OUTSIDE, **options))  # type: ignore[arg-type]


def test_a_certificate_that_nobody_vouches_for_is_the_clients_failure() -> None:
    seen: list[bytes] = []
    inner = over_tls(trustme.CA(), "127.0.0.1")

    def play(peer: Peer) -> None:
        inner(peer)
        seen.append(b"asked")

    with Upstream(play) as upstream:
        url = f"https://127.0.0.1:{upstream.port}/"
        report = ask(url, headers=(("Authorization", "Bearer 0123456789"),))
        trusting = ask(url, insecure=True)
    assert report.verdict is Verdict.UNREACHABLE
    assert "its certificate does not verify: unable to get local issuer certificate" in report.summary
    assert "--insecure takes it" in report.summary
    assert report.incidents == ()
    assert trusting.verdict is Verdict.BAD_GATEWAY


def test_a_name_that_the_certificate_is_not_for_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with Upstream(over_tls(ca, "shop.example.com", answer=OK)) as upstream:
        there = {"resolve": (("www.example.com", upstream.port, "127.0.0.1"),)}
        report = ask(f"https://www.example.com:{upstream.port}/", **there)
        right = ask(f"https://shop.example.com:{upstream.port}/", connect_to=("127.0.0.1", upstream.port))
    assert "hostname mismatch (it is for shop.example.com)" in report.summary
    assert right.verdict is Verdict.HEALTHY


def test_an_application_that_hangs_up_is_not_taken_for_one_that_speaks_tls() -> None:
    with Upstream(answering(b"")) as upstream:
        report = ask(f"127.0.0.1:{upstream.port}")
    assert "TLS" not in report.summary
    assert "closed" in report.checks[0].says


def test_without_a_scheme_both_are_tried() -> None:
    with Upstream(answering(OK)) as upstream:
        assert ask(f"127.0.0.1:{upstream.port}").verdict is Verdict.HEALTHY
    with Upstream(over_tls(trustme.CA(), "127.0.0.1", answer=OK)) as upstream:
        assert ask(f"127.0.0.1:{upstream.port}", insecure=True).verdict is Verdict.HEALTHY


def test_addresses_and_names_of_every_kind() -> None:
    with Upstream(answering(BAD), address="::1") as upstream:
        report = ask(f"http://[::1]:{upstream.port}/")
        assert report.verdict is Verdict.BAD_GATEWAY
        assert report.hops[1].address == f"[::1]:{upstream.port}"
    with Upstream(answering(OK)) as upstream:
        there = (("xn--bcher-kva.example", upstream.port, "127.0.0.1"),)
        assert ask(f"http://bücher.example:{upstream.port}/", resolve=there).verdict is Verdict.HEALTHY
        instead, known = ("gateway.example", upstream.port), (("gateway.example", upstream.port, "127.0.0.1"),)
        assert ask("http://bücher.example/", connect_to=instead, resolve=known).verdict is Verdict.HEALTHY


def test_redirects_are_requests_of_the_report() -> None:
    def moving(peer: Peer) -> None:
        head = peer.read_head()
        peer.send(BAD if b"GET /new " in head else b"HTTP/1.1 301 X\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n")

    with Upstream(moving) as upstream:
        url = f"http://127.0.0.1:{upstream.port}/old"
        report, still = ask(url), ask(url, follow=False)
    assert (report.verdict, report.target.value) == (Verdict.BAD_GATEWAY, url)
    assert report.checks[0].says == "301 to /new, then 3 tries: 502, 502, 502"
    assert any("GET" in each.text and "301" in each.text for each in report.evidence)
    assert report.incidents[0].request == "GET /new"
    assert still.verdict is Verdict.HEALTHY


def test_a_wrong_target_is_an_error_of_the_caller() -> None:
    with pytest.raises(TargetError):
        why502.diagnose("ftp://x/")


def test_a_saved_run_says_the_same_again(tmp_path: Path) -> None:
    with Upstream(answering(BAD)) as upstream:
        url = f"http://127.0.0.1:{upstream.port}/?token=s3cr3tvalue99"
        report = why502.diagnose(url, Options(headers=(("Cookie", "sid=abcdef123456"),)), bundle=tmp_path / "bundle")
    again = asyncio.run(areplay(tmp_path / "bundle"))
    assert (again.verdict, again.summary, again.incidents) == (report.verdict, report.summary, report.incidents)
    assert "s3cr3tvalue99" not in report.to_json() + again.to_json()
