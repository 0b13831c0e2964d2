"""Our FastCGI codec and judgement, against the real nginx before and after 1.23.0, and by itself."""

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
from why502.probes.fastcgi import Kind, ResponseReader, judge, params, record, request

SIZES = {"1k": 1024, "4k": 4096}
END = record(Kind.END_REQUEST, b"\0" * 8)


def padded(kind: int, content: bytes, padding: int) -> bytes:
    header = bytes((1, kind, 0, 1)) + len(content).to_bytes(2, "big") + bytes((padding, 0))
    return header + content + b"\0" * padding


def out(content: bytes) -> bytes:
    return record(Kind.STDOUT, content)


def err(content: bytes) -> bytes:
    return record(Kind.STDERR, content)


def block(size: int) -> bytes:
    """Make a CGI header block of exactly so many bytes."""
    start = b"Content-Type: text/html\r\nX-Pad: "
    return start + b"p" * (size - len(start) - 4) + b"\r\n\r\n"


def plain() -> list[bytes]:
    blocks = [
        b"A: b\r\n\r\n", b"Status: 404 Not Found\r\n\r\n", b"Status: 404\r\n\r\n", b"Status: x\r\n\r\n",
        b"Status: 40\r\n\r\n", b"Status: 4\r\n\r\n", b"Status:\r\n\r\n", b"Status: 2000\r\n\r\n",
        b"Status: 500\r\nStatus: 200\r\n\r\n", b"Location: http://a/\r\n\r\n", b"\r\n", b"\n", b"A b: c\r\n\r\n",
        b"Location: http://a/\r\nStatus: 201 C\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", b"A: b\r\n", b"A: b", b"A",
        b"Content-Length: x\r\n\r\n", b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n", b"A\x00: b\r\n\r\n",
        b"Transfer-Encoding: gzip\r\n\r\n", b"PHP Fatal error:  x\r\n\r\n", b"<b>Warning</b>: x\r\n\r\n",
    ]  # fmt: skip
    cases = []
    for each in blocks:
        cases += [out(each + b"body") + END, out(each), err(b"PHP message: x") + out(each) + END]
        cases.append(b"".join(out(bytes((byte,))) for byte in each) + out(b"body") + END)
        cases.append(b"".join(padded(Kind.STDOUT, each[at : at + 5], 3) for at in range(0, len(each), 5)) + END)
    return [
        *cases, b"", b"\x01", out(b"A: b\r\n\r\n")[:7], out(b""), END, err(b"only this") + END, err(b"only this"),
        err(b""), err(b"") + out(b"A: b\r\n\r\n"), b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x02" + out(b"x")[1:],
        padded(9, b"", 0), padded(1, b"x" * 8, 0), bytes((1, 6, 1, 1, 0, 0, 0, 0)), bytes((1, 6, 0, 2, 0, 0, 0, 0)),
        b"\x00" * 20,
    ]  # fmt: skip


def sized() -> list[bytes]:
    cases = []
    for size in SIZES.values():
        for by in range(-3, 4):
            inner = size - 8 + by
            cases += [
                out(block(inner)) + END,
                out(block(inner) + b"x" * 3000) + END,
                padded(Kind.STDOUT, block(inner), 7) + END,
                err(b"e" * 100) + out(block(inner - 108)) + END,
                padded(Kind.STDERR, b"e" * 100, 4) + out(block(inner - 112)) + END,
                err(b"e" * (size - 8 + by)) + out(block(200)) + END,
                err(b"e" * (size - 16 + by)) + out(block(200)) + END,
                padded(Kind.STDERR, b"e" * (size - 10 + by), 2) + out(block(200)) + END,
                err(b"e" * (2 * size + by)) + out(block(size - 20)) + END,
                err(b"e" * (2 * size + by)) + out(block(200)) + END,
                out(b"A: b\r\n") + err(b"e" * (size - 22 + by)) + out(b"\r\n") + END,
            ]
    return cases


def mutated(count: int) -> list[bytes]:
    dice = random.Random(9000)
    cases = []
    for _ in range(count):
        data = bytearray(
            err(b"PHP message: oops") + padded(Kind.STDOUT, b"Status: 200 OK\r\nA: b\r\n\r\nbody", 5) + END
        )
        for _ in range(dice.randint(1, 2)):
            at = dice.randrange(len(data))
            if dice.random() < 0.7:
                data[at] = dice.choice(b"\x00\x01\x02\x03\x06\x07\x09\r\n: A\xff")
            else:
                del data[at : at + dice.randint(1, 3)]
        cases.append(bytes(data))
    return cases


CASES = [*plain(), *sized(), *mutated(200)]


class Stand:
    """One nginx before one FastCGI upstream that serves the cases by number."""

    def __init__(self, version: tuple[int, ...], port: int, home: Path) -> None:
        self.version, self.port, self.home = version, port, home

    def ask(self, path: str) -> None:
        with socket.create_connection(("127.0.0.1", self.port), 10) as client:
            client.sendall(f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
            while client.recv(65536):
                pass

    def results(self) -> dict[str, tuple[str, bytes]]:
        wrong: dict[str, bytes] = {}
        for line in (self.home / "error.log").read_bytes().split(b"\n20"):
            found = re.search(
                rb"\[error\] \d+#\d+: \*\d+ (.*) while reading response header.*request: \"GET (\S+)", line, re.DOTALL
            )
            if found and not found[1].startswith(b"FastCGI sent in stderr"):
                wrong.setdefault(found[2].decode(), found[1].removeprefix(b"upstream ").removeprefix(b"sent "))
        lines = (self.home / "access.log").read_text().splitlines()
        return {path: (status, wrong.get(path, b"")) for path, status in (line.split(" ") for line in lines)}


@pytest.fixture(scope="module", params=["old", "new"])
def stand(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    version, path = program(old=request.param == "old")

    def play(peer: Peer) -> None:
        asked = peer.read()
        found = re.search(rb"k/(\d+)", asked)
        assert found is not None
        peer.send(CASES[int(found[1])])

    home = tmp_path_factory.mktemp("nginx")
    port = free_port()
    with Upstream(play) as upstream:
        places = "\n".join(
            f"location /{name}/ {{ fastcgi_pass 127.0.0.1:{upstream.port}; fastcgi_buffer_size {name};"
            " fastcgi_param DOCUMENT_URI $uri; }"
            for name in SIZES
        )
        http = (
            f"log_format case '$uri $status';\naccess_log {home}/access.log case;\nfastcgi_temp_path {home}/f;\n"
            f"server {{ listen 127.0.0.1:{port}; {places} }}"
        )
        with nginx(path, home, http, port):
            yield Stand(version, port, home)


def nginx_says(status: str, complaint: bytes) -> Reply:
    if not complaint:
        return Reply.ANSWERED
    assert status == "502", complaint
    if b"too big header" in complaint:
        return Reply.TOO_BIG
    return Reply.CLOSED if b"prematurely closed connection" in complaint else Reply.INVALID


def test_judges_as_the_real_nginx_does(stand: Stand) -> None:
    paths = {f"/{name}/{number}": (size, data) for number, data in enumerate(CASES) for name, size in SIZES.items()}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(stand.ask, paths))
    results = stand.results()
    differ = []
    for path, (size, data) in paths.items():
        status, complaint = results[path]
        ours = judge(data, True, size, stand.version)
        theirs = nginx_says(status, complaint)
        if ours.reply is not theirs or (theirs is Reply.ANSWERED and ours.status != int(status)):
            differ.append((data[:60], len(data), size, ours.reply, ours.status, ours.wrong, status, complaint))
        elif b"FastCGI" in complaint and ours.wrong != complaint.decode():
            differ.append((data[:60], ours.wrong, complaint))
    assert not differ, "\n".join(map(str, differ[:40]))
    assert len(paths) > 900


def test_http_is_told_by_its_first_byte() -> None:
    head = judge(b"HTTP/1.1 400 Bad Request\r\n\r\n", ended=False)
    assert (head.reply, head.wrong) == (Reply.INVALID, "unsupported FastCGI protocol version: 72")


def test_standard_error_is_kept_and_shown_harmlessly() -> None:
    reader = ResponseReader(4096)
    reader.feed(err(b"PHP message: \x1b[31mred") + out(b"Status: 500 Oops\r\n\r\n"))
    assert reader.errors == "PHP message: \\x1b[31mred"
    assert reader.head(ended=False).status == 500


def test_lengths_of_parameters() -> None:
    assert params([("A", "b" * 127), ("C", "d" * 128)]) == (
        b"\x01\x7fA" + b"b" * 127 + b"\x01\x80\x00\x00\x80C" + b"d" * 128
    )


def test_a_request_larger_than_a_record_is_split() -> None:
    data = request(
        "GET", "/a?b=c", "shop.example.com", (("SCRIPT_FILENAME", "/srv/" + "x" * 70_000), ("REQUEST_URI", "/z"))
    )
    kinds, content, at = [], b"", 0
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 6], "big")
        kinds.append(data[at + 1])
        content += data[at + 8 : at + 8 + size] if data[at + 1] == Kind.PARAMS else b""
        at += 8 + size
    assert kinds == [Kind.BEGIN_REQUEST, Kind.PARAMS, Kind.PARAMS, Kind.PARAMS, Kind.STDIN]
    assert b"QUERY_STRINGb=c" in content
    assert content.count(b"REQUEST_URI") == 1


@given(st.binary(max_size=300), st.booleans(), st.sampled_from([None, 32, 256]), st.integers(0, 300))
def test_takes_any_bytes_in_any_pieces(data: bytes, ended: bool, size: int | None, cut: int) -> None:
    reader = ResponseReader(size)
    reader.feed(data[:cut])
    reader.feed(data[cut:])
    assert reader.head(ended) == judge(data, ended, size)


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_takes_any_header_block(pieces: list[bytes]) -> None:
    head = judge(b"".join(out(piece) for piece in pieces if piece) + END, ended=True, buffer_size=200)
    assert head.reply is not None
