"""No probe acts: what is sent, how often, to whom, and with whose headers."""

import asyncio
import sys
from pathlib import Path

import pytest

import why502
from tests.attacks.audit import audited
from tests.attacks.site import GOOD, site
from tests.stands.nginx import free_port, nginx, program
from tests.stands.upstream import Peer, Upstream, answering
from why502.diagnosis.options import Options
from why502.observations.want import As
from why502.survey.budget import Policy
from why502.vantage.base import Refusal
from why502.vantage.local import Local

UNSAFE = {"POST", "PUT", "DELETE", "PATCH", "CONNECT", "TRACE"}
UNTOLD = "error_log /dev/null crit;"
"""No log tells how it failed, so that the upstream has to be asked."""
SECRET = "Bearer tr-8F3kq0Zx71Lm"
METADATA = ("169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "100.100.100.200", "192.0.0.192")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_an_unsafe_request_is_sent_exactly_once(open_path: Path, method: str) -> None:
    with site(open_path) as stand:
        report = why502.diagnose(stand.url + "/order", Options(method=method, data=b"a=1"))
    assert stand.upstream.sent(method) == 1
    assert report.answer is not None
    assert (report.answer.tries, report.answer.status) == (1, 502)
    assert not any(stand.upstream.sent(other) for other in UNSAFE - {method})


def test_it_is_sent_more_often_only_on_request(open_path: Path) -> None:
    with site(open_path) as stand:
        why502.diagnose(stand.url, Options(method="POST", data=b"a=1", tries=3, repeat_unsafe=True))
    assert stand.upstream.sent("POST") == 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_unsafe_request_is_not_carried_on_by_a_redirect(status: int) -> None:
    heads: list[bytes] = []

    def redirect(peer: Peer) -> None:
        heads.append(peer.read_head())
        to = b"/end" if b" /end " in heads[-1] else b"/next"
        peer.send(GOOD if to == b"/end" else b"HTTP/1.1 %d X\r\nLocation: /end\r\nContent-Length: 0\r\n\r\n" % status)

    with Upstream(redirect) as upstream:
        why502.diagnose(
            f"http://127.0.0.1:{upstream.port}/", Options(method="POST", data=b"a=1", policy=Policy(outside=True))
        )
    assert [head.split()[:2] for head in heads if head.startswith(b"POST")] == [[b"POST", b"/"]]


def test_the_users_headers_never_reach_the_upstream_by_a_probe(open_path: Path) -> None:
    forwarded = "proxy_set_header Authorization $http_authorization; proxy_set_header X-Copy $http_cookie;"
    headers = (("Authorization", SECRET), ("Cookie", "sid=tr-8F3kq0Zx71Lm"))
    with site(open_path, more=forwarded, server=UNTOLD) as stand:
        why502.diagnose(stand.url, Options(headers=headers))
    assert any(SECRET.encode() in head for head in stand.upstream.heads), "the gateway itself passes them on"
    assert any(head.startswith(b"GET ") for head in stand.upstream.direct()), "the upstream was asked directly too"
    assert not any(b"tr-8F3kq0Zx71Lm" in head for head in stand.upstream.direct())


def test_they_do_when_the_upstream_is_trusted(open_path: Path) -> None:
    headers = (("Authorization", SECRET),)
    with site(open_path, server=UNTOLD) as stand:
        why502.diagnose(stand.url, Options(headers=headers, trust_upstream=True))
    assert any(SECRET.encode() in head for head in stand.upstream.direct()), stand.upstream.direct()


def test_a_redirect_takes_the_users_headers_to_no_other_host(monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []

    def redirect(peer: Peer) -> None:
        heads.append(peer.read_head())
        host = b"localhost" if b"Host: localhost" in heads[-1] else b"127.0.0.1"
        location = b"http://" + (b"127.0.0.1" if host == b"localhost" else b"localhost") + b":%d/" % upstream.port
        peer.send(b"HTTP/1.1 302 X\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")

    with Upstream(redirect) as upstream:
        options = Options(headers=(("Authorization", SECRET),), policy=Policy(outside=True))
        why502.diagnose(f"http://127.0.0.1:{upstream.port}/", options)
    assert all(b"Host: 127.0.0.1" in head for head in heads)


def test_without_probes_no_connection_is_made_and_no_name_is_asked(open_path: Path) -> None:
    with site(open_path) as stand:
        for target in (stand.url, f"http://localhost:{stand.port}/", "https://shop.example.com/"):
            told = audited(open_path, "--no-probe", target)
            assert told.met() == []
    assert stand.upstream.connections == 0


def test_without_probes_a_name_leads_to_the_gateway_that_serves_it(open_path: Path) -> None:
    with site(open_path, server="server_name shop.example.com;") as stand:
        why502.diagnose(stand.url, Options(headers=(("Host", "shop.example.com"),)))
        told = audited(open_path, "--no-probe", f"http://shop.example.com:{stand.port}/")
    assert told.met() == []
    assert "bad-gateway" in told.out.lower().replace(" ", "-"), told.out


@pytest.mark.parametrize("address", METADATA)
def test_metadata_addresses_are_never_contacted_as_targets(tmp_path: Path, address: str) -> None:
    told = audited(tmp_path, "-q", f"http://{address}/latest/")
    assert told.met() == []
    assert told.status == 3


def test_metadata_addresses_are_never_contacted_however_they_are_named(open_path: Path) -> None:
    port = free_port()
    to = "http://169.254.169.254/latest/meta-data/"
    http = f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {to}; proxy_connect_timeout 1s; }} }}"
    with nginx(program(old=True)[1], open_path, http, port):
        told = audited(open_path, f"http://127.0.0.1:{port}/")
    moved = b"HTTP/1.1 302 X\r\nLocation: " + to.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    with Upstream(answering(moved)) as upstream:
        redirected = audited(open_path, f"http://127.0.0.1:{upstream.port}/")
    resolved = audited(open_path, "http://shop.example.com/", "--resolve", "shop.example.com:80:169.254.169.254")
    instead = audited(open_path, "http://shop.example.com/", "--connect-to", "169.254.169.254:80")
    for each in (told, redirected, resolved, instead):
        assert not [met for met in each.met() if "169.254.169.254" in str(met)]
    assert "cloud metadata addresses are never contacted" in " ".join(resolved.out.split())


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "168.63.129.16", "192.0.0.192", "64:ff9b::a9fe:a9fe", "fd20:ce::254"]
)
def test_the_door_itself_refuses_metadata_addresses(address: str) -> None:
    vantage = Local()
    from why502.observations.subjects import Endpoint

    to = Endpoint(place=vantage.here().network(), address=address, port=80)
    refusal = asyncio.run(vantage.connect(to, As(limit=0.2)))
    assert isinstance(refusal, Refusal)
    assert "metadata" in refusal.text


def test_from_outside_nothing_inside_is_read(open_path: Path) -> None:
    with site(open_path) as stand:
        told = audited(open_path, "--outside", stand.url)
    assert told.ran() == []
    theirs = ("/proc/", "/sys/", "/etc/", "/var/", "/run/", str(open_path))
    ours = {"/proc/sys/kernel/random/boot_id", "/etc/localtime"}
    itself = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]))
    read = {path for path in told.read() if path.startswith(theirs) and not path.startswith(itself)} - ours
    assert not {path for path in read if not path.startswith(("/etc/ssl", "/etc/host", "/etc/resolv", "/etc/nsswitch"))}
    listed = [str(arguments[0]) for arguments in told.of("os.listdir", "os.scandir")]
    assert not [path for path in listed if path.startswith(theirs) and not path.startswith(itself)]
    assert all(address[1] == stand.port for address in told.met() if isinstance(address, list)), told.met()
