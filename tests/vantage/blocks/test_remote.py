import contextlib
import gzip
import os
import pickle
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import paramiko
import pytest

from why502.vantage.blocks.contract import InputError, MissingPackageError, RandomReader, StreamReader, pieces
from why502.vantage.blocks.naming import find as find_names
from why502.vantage.blocks.remote import find, shown

CONTENT = b"".join(b"line %d of a log\n" % (number * 7919) for number in range(300_000))


# --- Objects in a store, with fsspec's own in memory in its place --------------------------------------------------


def in_memory(_: str) -> Any:
    return fsspec.filesystem("memory")


@pytest.fixture
def store() -> Iterator[Any]:
    system = in_memory("")
    system.store.clear()
    for number in (10, 2):
        system.pipe(f"/bucket/access.log.{number}.gz", gzip.compress(b"%d\n" % number))
    system.pipe("/bucket/access.log", CONTENT)
    system.pipe("/bucket/empty", b"")
    yield system
    system.store.clear()


@pytest.mark.usefixtures("store")
def test_an_object_is_read_in_parts_by_many_threads() -> None:
    (source,) = find("memory://bucket/access.log", in_memory)
    assert (source.seekable, source.size) == (True, len(CONTENT))
    reader = source.open()
    assert isinstance(reader, RandomReader)
    with reader:
        parts = [bytearray(1 << 20) for _ in range(len(CONTENT) // (1 << 20) + 1)]
        counts = [0] * len(parts)

        def work(number: int) -> None:
            counts[number] = reader.read_into(memoryview(parts[number]), number << 20)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(len(parts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert b"".join(part[:count] for part, count in zip(parts, counts, strict=True)) == CONTENT
    assert reader.troubles == []


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("name", ["memory://bucket/access.log*", "memory://bucket", "memory://bucket/"])
def test_patterns_and_folders_are_put_in_the_order_of_time(name: str) -> None:
    found = pickle.loads(pickle.dumps(find(name, in_memory)))
    assert [source.name for source in found] == [
        "memory://bucket/access.log.10.gz",
        "memory://bucket/access.log.2.gz",
        "memory://bucket/access.log",
    ]
    read = []
    for source in found:
        with source.open() as reader:
            read.append(b"".join(pieces(reader)))
    assert read == [b"10\n", b"2\n", CONTENT]


def test_an_object_that_changes_or_goes_away_says_so(store: Any) -> None:
    (source,) = find("memory://bucket/access.log", in_memory)
    with source.open() as reader:
        store.pipe("/bucket/access.log", b"short\n")
        assert list(pieces(reader)) == []
    assert reader.troubles == ["memory://bucket/access.log: was changed while it was read"]
    with source.open() as reader:
        store.rm("/bucket/access.log")
        assert list(pieces(reader)) == []
    assert reader.troubles == ["memory://bucket/access.log: not there; at byte 0; the rest of this part is not read"]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("name", ["memory://bucket/missing", "memory://bucket/x*", "memory://bucket/empty"])
def test_nothing_there_is_an_error(name: str) -> None:
    with pytest.raises(InputError, match=r"^memory://bucket/\S+: (not there|no object there)$"):
        find(name, in_memory)


# --- A web server on loopback --------------------------------------------------------------------------------------


class Web(BaseHTTPRequestHandler):
    """Gives `/log`, `/log.gz`, `/broken`, `/page`; with parts or without, as the server says."""

    protocol_version = "HTTP/1.1"
    files: dict[str, bytes]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.answer(b"")

    def do_GET(self) -> None:
        self.answer(None)

    def answer(self, body: bytes | None) -> None:
        server: Any = self.server
        server.asked.append((self.command, self.path, self.headers.get("Range")))
        told = {"/near": (302, "/log?again"), "/far": (302, "http://192.0.2.1/log?key=s3cret"), "/closed": (403, "")}
        if self.path in told:
            self.send_response(told[self.path][0])
            self.send_header("Location", told[self.path][1])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = self.files.get(self.path.partition("?")[0])
        if content is None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        part = self.headers.get("Range") if server.parts else None
        length = len(content)
        if part:
            first, _, last = part.removeprefix("bytes=").partition("-")
            content = content[int(first) : int(last or length) + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{int(first) + len(content) - 1}/{length}")
        else:
            self.send_response(200)
        if server.parts:
            self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body is None:
            half = content[: len(content) // 2] if self.path == "/broken" else content
            try:
                self.wfile.write(half)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            if half is not content:
                self.close_connection = True


class Serving(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that left."""


@pytest.fixture(params=[True, False], ids=["parts", "whole"])
def web(request: pytest.FixtureRequest) -> Iterator[Any]:
    server: Any = Serving(("127.0.0.1", 0), Web)
    server.parts, server.asked = request.param, []
    Web.files = {"/log": CONTENT, "/log.gz": gzip.compress(CONTENT), "/broken": CONTENT, "/empty": b""}
    Web.files["/page"] = b'<a href="/log">log</a>'
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/log", "/log.gz", "/log?X-Amz-Signature=s3cret"])
def test_what_a_web_server_gives_is_read_whole(web: Any, path: str) -> None:
    (source,) = find_names([web.url + path]).sources
    assert source.name == web.url + path.replace("X-Amz-Signature=s3cret", "…")
    with source.open() as reader:
        assert isinstance(reader, StreamReader)
        assert b"".join(pieces(reader)) == CONTENT
    assert reader.troubles == []
    assert {asked for _, asked, _ in web.asked} == {path}


def test_an_answer_that_breaks_off_is_read_as_far_as_it_goes(web: Any) -> None:
    (source,) = find(f"{web.url}/broken")
    with source.open() as reader:
        content = b"".join(pieces(reader))
    assert CONTENT.startswith(content)
    assert content
    (trouble,) = reader.troubles
    assert trouble.startswith(f"{web.url}/broken: ")
    assert trouble.endswith("; the rest is not read")


def test_a_page_is_not_read_for_other_addresses(web: Any) -> None:
    (source,) = find(f"{web.url}/page")
    with source.open() as reader:
        assert b"".join(pieces(reader)) == Web.files["/page"]
    with pytest.raises(InputError, match="not there"):
        find(f"{web.url}/lo*")
    assert not [path for _, path, _ in web.asked if path == "/log"]


def test_an_answer_leads_to_no_other_host(web: Any) -> None:
    (source,) = find(f"{web.url}/near")
    with source.open() as reader:
        assert b"".join(pieces(reader)) == CONTENT
    with pytest.raises(InputError, match=r"/far: leads to http://192\.0\.2\.1/log\?…; name that if it is to be read$"):
        find(f"{web.url}/far")


def test_what_a_web_server_refuses_is_said(web: Any) -> None:
    with pytest.raises(InputError, match=r"/closed: answered 403$"):
        find(f"{web.url}/closed")


def test_an_empty_answer_is_nothing(web: Any) -> None:
    (source,) = find(f"{web.url}/empty")
    with source.open() as reader:
        assert list(pieces(reader)) == []


def test_reading_may_end_early(web: Any) -> None:
    (source,) = find(f"{web.url}/log")
    with source.open() as reader:
        assert next(pieces(reader, 10)) == CONTENT[:10]
    assert not [each for each in threading.enumerate() if each.name == "why502-ahead"]


def test_nobody_there_is_an_error_without_the_password() -> None:
    with pytest.raises(InputError) as met:
        find("http://user:s3cret@127.0.0.1:1/log?key=s3cret")
    assert str(met.value).startswith("http://127.0.0.1:1/log?…: ")
    assert "s3cret" not in str(met.value)
    assert str(met.value).isprintable()


# --- What is not installed, not known ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "module"),
    [
        ("s3://bucket/log", "fsspec"),
        ("s3://bucket/log", "s3fs"),
        ("gs://bucket/log", "gcsfs"),
        ("az://bucket/log", "adlfs"),
        ("https://127.0.0.1/log", "aiohttp"),
        ("ssh://127.0.0.1/log", "paramiko"),
    ],
)
def test_what_is_missing_is_named_with_its_command(url: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingPackageError, match=r"pip install 'why502\[remote\]'$") as met:
        find(url)
    assert str(met.value).startswith(f"{url}: needs a package")


@pytest.mark.parametrize("url", ["ftp://host/log", "file:///etc/passwd", "memory://x", "github://a:b@/x", "http+x://h"])
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(InputError, match="not one of s3://"):
        find(url)


def test_names_are_shown_without_secrets() -> None:
    assert shown("https://u:p@h.example:8/a?k=s#f") == "https://h.example:8/a?…"
    assert shown("s3://bucket/a b\n") == "s3://bucket/a b"
    assert shown("http://[::1/a:p@x") == "http://…"


# --- An SSH server on loopback -------------------------------------------------------------------------------------


class Files(paramiko.SFTPServerInterface):
    """Gives the files of a folder."""

    folder: Path

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(os.stat(f"{self.folder}{path}"), Path(path).name)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def list_folder(self, path: str) -> Any:
        return [self.stat(f"{path}/{each}") for each in sorted(os.listdir(f"{self.folder}{path}"))]

    def open(self, path: str, flags: int, attr: Any) -> Any:
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = open(f"{self.folder}{path}", "rb")  # noqa: SIM115 - closed with the handle
        return handle


class Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        fits = (username, password) == ("me", "s3cret")
        return int(paramiko.AUTH_SUCCESSFUL if fits else paramiko.AUTH_FAILED)

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(paramiko.OPEN_SUCCEEDED)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "access.log").write_bytes(CONTENT[:100_000])
    (tmp_path / "logs" / "access.log.1.gz").write_bytes(gzip.compress(b"older\n"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(Files, "folder", tmp_path, raising=False)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    key = paramiko.ECDSAKey.generate()
    doors: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def serve() -> None:
            while True:
                try:
                    met, _ = listening.accept()
                except OSError:
                    return
                door = paramiko.Transport(met)
                doors.append(door)
                door.add_server_key(key)
                door.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
                with contextlib.suppress(paramiko.SSHException, EOFError):
                    door.start_server(server=Door())

        serving = threading.Thread(target=serve)
        serving.start()
        (tmp_path / "host_key").write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")
        yield f"ssh://me:s3cret@127.0.0.1:{port}"
        listening.shutdown(socket.SHUT_RDWR)
        serving.join()
    for door in doors:
        door.close()


def test_what_an_ssh_server_gives_is_read(shell: str, tmp_path: Path) -> None:
    (tmp_path / "host_key").rename(tmp_path / ".ssh" / "known_hosts")
    place = shell.replace("me:s3cret@", "")
    for name in ("/logs", "/logs/access*"):
        found = find(shell + name)
        assert [source.name for source in found] == [f"{place}/logs/access.log.1.gz", f"{place}/logs/access.log"]
        read = []
        for source in found:
            with source.open() as reader:
                read.append(b"".join(pieces(reader)))
            assert reader.troubles == []
        assert read == [b"older\n", CONTENT[:100_000]]
    with pytest.raises(InputError, match=f"^{place}/logs/none: not there$"):
        find(f"{shell}/logs/none")


def test_a_host_that_ssh_does_not_know_is_refused(shell: str) -> None:
    with pytest.raises(InputError, match="the host's key is not among the known ones") as met:
        find(f"{shell}/logs/access.log")
    assert "s3cret" not in str(met.value)
