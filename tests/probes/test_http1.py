"""Our judgement of a response head against the real nginx, before and after 1.23.0, and by itself."""

import random
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stands.nginx import free_port, nginx, program
from tests.stands.upstream import Peer, Upstream
from why502.observations.probes import Reply
from why502.probes import http1
from why502.probes.http1 import Head, HeadReader, judge

OK = b"HTTP/1.1 200 OK\r\n"
SIZES = {"1k": 1024, "4k": 4096, "8k": 8192}

STATUS_LINES = [
    b"", b"H", b"HTTP/1.1", b"HTTP/1.1 200", b"HTTP/1.1 200 OK", b"HTTP/1.1 200\n\n", b"HTTP/1.1 200\r\n\r\n",
    b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 404.3 IIS\r\n\r\n", b"HTTP/1.1 200OK\r\n\r\n", b"HTTP/1.1  200 OK\r\n\r\n",
    b"HTTP/1.1 2 0 0 OK\r\n\r\n", b"HTTP/1.1 20 OK\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n", b"HTTP/1.1 099 x\r\n\r\n",
    b"HTTP/0.9 200 OK\r\n\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/2.0 200 OK\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n",
    b"HTTP/100.1 200 OK\r\n\r\n", b"HTTP/1000.1 200 OK\r\n\r\n", b"HTTP/10000.1 200 OK\r\n\r\n",
    b"HTTP/1.100 200 OK\r\n\r\n", b"HTTP/1.1000 200 OK\r\n\r\n", b"HTTP/1.0000001 200 OK\r\n\r\n",
    b"HTTP/1. 200 OK\r\n\r\n", b"HTTP/.1 200 OK\r\n\r\n", b"HTTP/1 200 OK\r\n\r\n", b"HTTP/01.1 200 OK\r\n\r\n",
    b"HTTP/1.1\t200 OK\r\n\r\n", b"HTTP/1.1 200\tOK\r\n\r\n", b"http/1.1 200 OK\r\n\r\n", b"HTTP 200 OK\r\n\r\n",
    b"\r\nHTTP/1.1 200 OK\r\n\r\n", b" HTTP/1.1 200 OK\r\n\r\n", b"\xef\xbb\xbfHTTP/1.1 200 OK\r\n\r\n",
    b"<html>hello</html>", b"220 mail ESMTP\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02\x46",
    b"\x00" * 24, b"RTSP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 200 O\rK\r\n\r\n", b"HTTP/1.1 200 OK\r\r\n\r\n",
    b"HTTP/1.1 200 \x00\x1b[31m\r\n\r\n", b"HTTP/1.1 500 x\n\n", b"HTTP/1.1 502 Bad\r\n\r\n", b"HTTP/1.1 999 x\r\n\r\n",
    b"HTTP/1.1 204 x\r\n\r\n", b"HTTP/1.1 304 x\r\n\r\n", b"HTTP/1.1 -12 x\r\n\r\n", b"HTTP/1.1 2\xb20 x\r\n\r\n",
]  # fmt: skip

HEADER_LINES = [
    b"A: b\r\n", b"A:b\n", b"A b: c\r\n", b"A : c\r\n", b" A: c\r\n", b"\tA: c\r\n", b": c\r\n", b"A\r\n", b"A\n",
    b"junk line\r\n", b"A: b\r\n folded\r\n", b"A: b\r\n\tfolded\r\n", b"A\x00: b\r\n", b"A: \x00\r\n", b"A: b\x00\r\n",
    b"A: b \x00\r\n", b"A: b \r\n", b"A: b  c \r\n", b"A:\r\n", b"A:   \r\n", b"A:\n", b"A\x7f: b\r\n", b"A\x80: b\r\n",
    b"\x80: b\r\n", b"\x7f: b\r\n", b"\x01: b\r\n", b"A\x1b: b\r\n", b"A: \x1b[31mred\r\n", b"A: b\rc\r\n",
    b"A: b\r\r\n", b"A: b\r\r\r\n", b"\rA: b\r\n", b"A_b: c\r\n", b"_: c\r\n", b"A/b: c\r\n", b"HTTP/1.1 200\n",
    b"HTTP/\n",
    b"HTTP/1.1 \x00\r\n", b"HTTPS/x y\r\n", b"HTT/x\r\n", b"http/1.1 200 OK\r\n", b"A: HTTP/1.1 x\r\n", b"A:\tb\r\n",
    b"Content-Length: 0\r\n", b"Content-Length: abc\r\n", b"Content-Length: -1\r\n", b"Content-Length: +1\r\n",
    b"Content-Length: 1 1\r\n", b"Content-Length:\r\n", b"Content-Length\r\n", b"Content-Length: 0x0\r\n",
    b"Content-Length: 0\r\nContent-Length: 0\r\n", b"Content-Length: 0, 0\r\n", b"Content-Length: 0\t\r\n",
    b"Content-Length: 9223372036854775807\r\n", b"Content-Length: 9223372036854775808\r\n",
    b"content-length: 00000000000000000000000000000000\r\nCONTENT-LENGTH: 0\r\n", b"Content-Length : 0\r\n",
    b"Content-Length: x\r\nB ad: 1\r\n", b"B ad: 1\r\nContent-Length: x\r\n", b"Content_Length: x\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: CHUNKED\r\n", b"Transfer-Encoding: gzip\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding:\r\n", b"Transfer-Encoding: chunked \r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n",
    b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
    b"Content-Type: a\r\nContent-Type: b\r\n", b"Date: x\r\nDate: y\r\n", b"Server: x\nServer: y\n", b"Status: 5\r\n",
    b"Set-Cookie: a\r\nSet-Cookie: b\r\n", b"ETag: 1\r\nETag: 2\r\n", b"X-Accel-Buffering: no\r\n", b"Expires: x\r\n",
    b"Last-Modified: x\r\nLast-Modified: y\r\n", b"Upgrade: websocket\r\n", b"Connection: keep-alive\r\n", b"Vary: *\n",
]  # fmt: skip

EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
EARLY_HEADS = [
    EARLY, EARLY + OK + b"\r\n", EARLY + EARLY + OK + b"A: b\r\n\r\n", EARLY + b"x", EARLY + OK + b"A b: c\r\n\r\n",
    b"HTTP/1.0 103 Early\r\n\r\n" + OK + b"\r\n", EARLY + b"HTTP/1.0 200 OK\r\n\r\n", EARLY[:-2],
    b"HTTP/1.1 103 E\r\nContent-Length: x\r\n\r\n" + OK + b"\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"\r\n",
]  # fmt: skip


def head_of(size: int, line: int = 200) -> bytes:
    """Make a sound head of exactly so many bytes."""
    head = OK
    while (left := size - len(head) - 2) > 0:
        step = left if left <= line else min(line, left - 10)
        head += (b"X-Pad: " + b"p" * step)[: step - 2] + b"\r\n"
    head += b"\r\n"
    assert len(head) == size
    return head


def sized() -> list[bytes]:
    heads = []
    for size in SIZES.values():
        for by in (-2, -1, 0, 1, 2):
            heads += [head_of(size + by), head_of(size + by) + b"body" * 500, head_of(size + by, line=100_000)]
        heads.append(head_of(size)[:-1])
        heads.append(head_of(size + 100)[:size])
        heads.append(head_of(size + 100)[: size - 1])
        heads.append(head_of(size - 20)[:-2] + b"Bad name: x\r\n\r\n")
        heads.append(head_of(size - 5)[:-2] + b"Bad name: x\r\n\r\n")
        heads.append(head_of(size)[:-2] + b"Bad name: x\r\n\r\n")
        heads.append(b"HTTP/1.1 200 " + b"O" * size + b"\r\n\r\n")
        heads.append(b"X" * size)
        heads.append(EARLY + head_of(size))
        heads.append(EARLY + head_of(size + 1))
        heads.append(head_of(size).replace(b"200 OK", b"103 EH") + head_of(size))
        heads.append(head_of(size + 1).replace(b"200 OK", b"103 EH") + head_of(size))
    return heads


def mutated(count: int) -> list[bytes]:
    """Break sound heads in arbitrary, but always the same, places."""
    dice = random.Random(502)
    sound = OK + b"Server: app/1.0\r\nContent-Type: text/html\r\nContent-Length: 0\r\nSet-Cookie: a=b; Path=/\r\n\r\n"
    heads = []
    for _ in range(count):
        head = bytearray(sound)
        for _ in range(dice.randint(1, 3)):
            at = dice.randrange(len(head))
            match dice.randrange(4):
                case 0:
                    head[at] = dice.choice(b"\x00\x01\t\r\n :/_-.A0\x7f\x80\xff")
                case 1:
                    del head[at : at + dice.randint(1, 4)]
                case 2:
                    head[at:at] = bytes(dice.choices(b"\x00\t\r\n :\x80Ab1", k=dice.randint(1, 3)))
                case _:
                    del head[at:]
            if not head:
                break
        heads.append(bytes(head))
    return heads


def cases() -> list[bytes]:
    heads = [*STATUS_LINES, *EARLY_HEADS, *sized(), *mutated(400)]
    for line in HEADER_LINES:
        heads += [OK + line + b"\r\n", OK + b"First: 1\r\n" + line + b"Last: 1\r\n\r\n", OK + line]
    return heads


CASES = cases()


class Stand:
    """One nginx before one upstream that serves the cases by number."""

    def __init__(self, version: tuple[int, ...], port: int, home: Path) -> None:
        self.version, self.port, self.home = version, port, home

    def ask(self, path: str) -> None:
        with socket.create_connection(("127.0.0.1", self.port), 10) as client:
            client.sendall(f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
            while client.recv(65536):
                pass

    def results(self) -> dict[str, tuple[str, bytes]]:
        """Return status and complaint by path."""
        wrong: dict[str, bytes] = {}
        for line in (self.home / "error.log").read_bytes().split(b"\n20"):
            found = re.search(
                rb"\[error\].*?(?:upstream|recv\(\)) (.*) while reading response header.*request: \"GET (\S+)",
                line,
                re.DOTALL,
            )
            if found:
                wrong.setdefault(found[2].decode(), found[1])
        seen = {}
        for line in (self.home / "access.log").read_text().splitlines():
            path, status = line.split(" ", 1)
            seen[path] = (status, wrong.get(path, b""))
        return seen


@pytest.fixture(scope="module", params=["old", "new"])
def stand(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    version, path = program(old=request.param == "old")

    def play(peer: Peer) -> None:
        number = int(peer.read_head().split(b" ")[1].rsplit(b"/", 1)[1])
        peer.send(CASES[number])

    home = tmp_path_factory.mktemp("nginx")
    port = free_port()
    with Upstream(play) as upstream:
        places = "\n".join(
            f"location /{name}/ {{ proxy_pass http://127.0.0.1:{upstream.port}; proxy_buffer_size {name}; }}"
            for name in SIZES
        )
        http = (
            f"log_format case '$uri $status';\naccess_log {home}/access.log case;\n"
            f"server {{ listen 127.0.0.1:{port}; {places} }}"
        )
        with nginx(path, home, http, port):
            yield Stand(version, port, home)


def nginx_says(status: str, complaint: bytes) -> tuple[Reply, bool]:
    """Return what nginx made of it, and whether it took it for HTTP/0.9."""
    if b"no valid HTTP/1.0 header" in complaint:
        assert status == "009"
        return Reply.INVALID, True
    if not complaint:
        return Reply.ANSWERED, False
    assert status == "502", complaint
    if b"too big header" in complaint:
        return Reply.TOO_BIG, False
    if b"prematurely closed" in complaint:
        return Reply.CLOSED, False
    return Reply.INVALID, False


def test_judges_as_the_real_nginx_does(stand: Stand) -> None:
    paths = {f"/{name}/{number}": (size, head) for number, head in enumerate(CASES) for name, size in SIZES.items()}
    # the sizes matter only for what is near them
    paths = {path: case for path, case in paths.items() if case[0] == 4096 or len(case[1]) > 900}
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(stand.ask, paths))
    results = stand.results()
    differ = []
    for path, (size, head) in paths.items():
        status, complaint = results[path]
        ours = judge(head, True, size, stand.version)
        theirs, bare = nginx_says(status, complaint)
        if (ours.reply, ours.bare) != (theirs, bare):
            differ.append((head[:200], len(head), size, ours.reply, ours.wrong, status, complaint))
        elif theirs is Reply.ANSWERED and ours.status != int(status):
            differ.append((head[:200], ours.status, status))
        elif b"invalid header: " in complaint and len(complaint) < 150:
            quoted = http1.shown(complaint.removeprefix(b"sent ")).replace("\\\\", "\\")
            if ours.wrong != quoted:
                differ.append((head[:200], ours.wrong, quoted))
    assert not differ
    assert len(paths) > 700


def test_tells_the_size_of_a_whole_head() -> None:
    head = judge(head_of(5000) + b"body", ended=False)
    assert (head.reply, head.complete, head.head_bytes, head.status) == (Reply.ANSWERED, True, 5000, 200)


def test_waits_for_more() -> None:
    head = judge(b"HTTP/1.1 200 OK\r\nA: b\r\n", ended=False, buffer_size=4096)
    assert (head.reply, head.complete, head.status, head.lines) == (None, False, 200, (("A", "b"),))


def test_tells_where_a_head_is_wrong() -> None:
    head = judge(OK + b"A: b\r\nBad name: c\r\n\r\n", ended=False)
    assert head.wrong == 'invalid header: "Bad\\x20..."'
    assert head.offset == len(OK) + len(b"A: b\r\nBad")


def test_before_1_21_1_a_blank_in_a_name_passes() -> None:
    data = OK + b"Bad name: c\r\n\r\n"
    assert judge(data, True, 4096, (1, 18, 0)).reply is Reply.ANSWERED
    assert judge(data, True, 4096, (1, 21, 1)).reply is Reply.INVALID


@pytest.mark.parametrize(("version", "length"), [((1, 22, 1), 7), ((1, 23, 0), None)])
def test_the_last_length_wins_before_1_23(version: tuple[int, ...], length: int | None) -> None:
    head = judge(OK + b"Content-Length: x\r\nContent-Length: 7\r\n\r\n", True, None, version)
    assert head.content_length == length


@given(st.binary(max_size=300), st.booleans(), st.sampled_from([None, 64, 256]))
def test_takes_any_bytes(data: bytes, ended: bool, size: int | None) -> None:
    head = judge(data, ended, size)
    assert head.head_bytes <= len(data)
    assert (head.reply is None) <= (not ended)


@given(st.binary(max_size=120), st.integers(0, 120), st.sampled_from([(1, 22, 1), (1, 31, 3)]))
def test_pieces_make_no_difference(tail: bytes, cut: int, version: tuple[int, ...]) -> None:
    data = OK + b"Server: x\r\n" + tail
    reader = HeadReader(100, version)
    reader.feed(data[:cut])
    reader.feed(data[cut:])
    assert reader.head(True) == judge(data, True, 100, version)


def test_a_line_of_ten_megabytes_is_refused_at_the_buffer() -> None:
    head = judge(OK + b"A: " + b"x" * 10_000_000, ended=False, buffer_size=65536)
    assert (head.reply, head.head_bytes) == (Reply.TOO_BIG, 65536)


def test_a_request_cannot_be_broken_open() -> None:
    data = http1.request(
        "GET", "/a b\r\nX: y", "h\r\nZ: 1", (("A", "b\r\nInjected: 1"), ("Keep", "it"), (":version", "1.1"))
    )
    assert data == b"GET /a%20b%0D%0AX:%20y HTTP/1.0\r\nHost: h%0D%0AZ:%201\r\nKeep: it\r\n\r\n"


def test_a_given_host_header_replaces_ours() -> None:
    assert http1.request("HEAD", "", "a", (("HOST", "b"),), "1.1") == b"HEAD / HTTP/1.1\r\nHOST: b\r\n\r\n"


@given(st.binary(max_size=100))
def test_nothing_shown_moves_a_terminal(data: bytes) -> None:
    assert http1.shown(data).isprintable()


def test_an_unfinished_head_has_no_reply() -> None:
    assert judge(b"", ended=False) == Head(reply=None, complete=False)
