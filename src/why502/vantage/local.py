"""This host, seen from the process itself. Opens, runs and reads; changes nothing."""

import asyncio
import errno
import os
import re
import secrets
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from why502.observations.place import Place, Window
from why502.observations.probes import Met
from why502.observations.subjects import Address, Endpoint, SocketPath
from why502.observations.want import As, User, Why
from why502.vantage import inside
from why502.vantage.base import Entry, No, Raw, ReadOnly, Refusal, Resolved, Stream, TlsMet
from why502.vantage.entering import Plan, entered, namespace_path

T = TypeVar("T")
VIRTUAL = ("/proc/", "/sys/")
SYSTEM_DIRECTORIES = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
ARGUMENT = re.compile(r"[A-Za-z0-9_@+/][A-Za-z0-9@:._+\\/ -]{0,255}")
RUN_SECONDS = 5.0
RUN_BYTES = 8 << 20
FILE_SECONDS = 2.0
NAMES = 100_000
RESOLVE_SECONDS = 5.0

MET = {
    errno.ECONNREFUSED: Met.REFUSED,
    errno.ETIMEDOUT: Met.TIMED_OUT,
    errno.EHOSTUNREACH: Met.UNREACHABLE,
    errno.ENETUNREACH: Met.UNREACHABLE,
    errno.EINVAL: Met.UNREACHABLE,
    errno.EACCES: Met.DENIED,
    errno.EPERM: Met.DENIED,
    errno.ENOENT: Met.NO_SOCKET,
    errno.ENOTDIR: Met.NO_SOCKET,
    errno.EAGAIN: Met.QUEUE_FULL,
    errno.EADDRNOTAVAIL: Met.EXHAUSTED,
    errno.EMFILE: Met.EXHAUSTED,
    errno.ENFILE: Met.EXHAUSTED,
    errno.ECONNRESET: Met.OTHER,
}
NO = {
    errno.ENOENT: No.MISSING,
    errno.ENOTDIR: No.MISSING,
    errno.ESRCH: No.MISSING,
    errno.EACCES: No.DENIED,
    errno.EPERM: No.DENIED,
    errno.ETIMEDOUT: No.TIMED_OUT,
}
KINDS = (
    (stat.S_ISDIR, "dir"),
    (stat.S_ISREG, "file"),
    (stat.S_ISLNK, "link"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISFIFO, "fifo"),
)


def _now() -> datetime:
    return datetime.now(UTC)


def _refused(error: OSError, began: datetime, *, connecting: bool = False) -> Refusal:
    number = error.errno
    met = MET.get(number or 0, Met.OTHER) if connecting else None
    no = No.NOT_REGULAR if isinstance(error, inside.NotRegularError) else NO.get(number or 0, No.FAILED)
    text = error.strerror or str(error)
    return Refusal(no=no, at=Window(start=began, end=_now()), text=text, errno=number, met=met)


class SocketStream:
    """A connected socket as a Stream."""

    def __init__(self, made: socket.socket, seconds: float) -> None:
        """Take over a connected, non-blocking socket."""
        self._socket = made
        self.seconds = seconds
        self.tls: TlsMet | None = None
        name = made.getsockname()
        self.local = f"{name[0]}:{name[1]}" if isinstance(name, tuple) else ""

    async def send(self, data: bytes) -> Refusal | None:
        """Send all of it within five seconds."""
        began = _now()
        try:
            async with asyncio.timeout(5.0):
                await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except TimeoutError:
            return Refusal(no=No.TIMED_OUT, at=Window(start=began, end=_now()), text="sending", met=Met.TIMED_OUT)
        except OSError as error:
            return _refused(error, began, connecting=True)
        return None

    async def receive(self, limit: float, most: int = 65536) -> bytes | Refusal:
        """Return what came, or say that nothing came in time."""
        began = _now()
        try:
            async with asyncio.timeout(max(limit, 0.001)):
                return await asyncio.get_running_loop().sock_recv(self._socket, most)
        except TimeoutError:
            return Refusal(no=No.TIMED_OUT, at=Window(start=began, end=_now()), text="no data", met=Met.TIMED_OUT)
        except OSError as error:
            return _refused(error, began, connecting=True)

    async def close(self) -> None:
        """Hang up."""
        self._socket.close()


class Local:
    """The host the tool runs on."""

    name = "local"
    kind = "local"

    def __init__(self) -> None:
        """Learn where we are."""
        self.privileged = os.geteuid() == 0
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        self._here = Place(host=boot, net=_inode("self", "net"), mnt=_inode("self", "mnt"))
        self._mount: dict[int, int] = {}
        self._network: dict[int, int] = {}

    def here(self) -> Place:
        """Return our own namespaces."""
        return self._here

    def covers(self, place: Place) -> Why | None:
        """Look into any place of this host that a process of ours or root's leads to."""
        return None if place.host == self._here.host else Why.NO_VANTAGE

    def unlock(self) -> str:
        """Return the command that starts the same interpreter as root."""
        return f"sudo {sys.executable} -m why502"

    async def now(self) -> datetime:
        """Return the time in UTC."""
        return _now()

    async def token(self) -> str:
        """Return 12 random hex digits."""
        return secrets.token_hex(6)

    async def read(
        self, place: Place, path: str, most: int, tail: bool = False, reader: User | None = None
    ) -> Raw | Refusal:
        """Read a regular file, inside the place's own root."""
        began = _now()
        if path.startswith(VIRTUAL):
            return _guard(lambda: _read_virtual(path, most, began), began)
        return await _aside(lambda: self._read_file(place, path, most, began, tail=tail, reader=reader), began)

    def _read_file(
        self, place: Place, path: str, most: int, began: datetime, *, tail: bool, reader: User | None
    ) -> Raw:
        opened = inside.open_regular(self._root(place), path, reader)
        try:
            info = os.fstat(opened)
            start = max(0, info.st_size - most) if tail else 0
            data = _read_all(opened, most, start)
        finally:
            os.close(opened)
        return Raw(
            data=data,
            at=Window(start=began, end=_now()),
            source=path,
            cut=start > 0 or start + len(data) < info.st_size,
            start=start,
            size=info.st_size,
            changed=datetime.fromtimestamp(max(info.st_mtime, info.st_ctime), UTC),
        )

    async def list(self, place: Place, path: str) -> tuple[str, ...] | Refusal:
        """Return the names in a directory."""
        began = _now()
        if path.startswith(VIRTUAL) or path == "/proc":
            return _guard(lambda: tuple(sorted(os.listdir(path)[:NAMES])), began)
        return await _aside(lambda: self._list(place, path), began)

    def _list(self, place: Place, path: str) -> tuple[str, ...]:
        opened = inside.walk(self._root(place), path, follow=True)
        try:
            readable = os.open(f"/proc/self/fd/{opened}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                return tuple(sorted(os.listdir(readable)[:NAMES]))
            finally:
                os.close(readable)
        finally:
            os.close(opened)

    async def stat(self, place: Place, path: str) -> Entry | Refusal:
        """Look at a path; a last link is not followed."""
        began = _now()
        return await _aside(lambda: self._stat(place, path, began), began)

    def _stat(self, place: Place, path: str, began: datetime) -> Entry:
        opened = inside.walk(self._root(place), path, follow=False)
        try:
            info = os.fstat(opened)
            target = os.readlink("", dir_fd=opened) if stat.S_ISLNK(info.st_mode) else None
        finally:
            os.close(opened)
        return Entry(
            path=path,
            kind=next((word for test, word in KINDS if test(info.st_mode)), "other"),
            mode=stat.S_IMODE(info.st_mode),
            uid=info.st_uid,
            gid=info.st_gid,
            size=info.st_size,
            inode=info.st_ino,
            mtime=datetime.fromtimestamp(info.st_mtime, UTC),
            ctime=datetime.fromtimestamp(info.st_ctime, UTC),
            target=target,
            at=Window(start=began, end=_now()),
        )

    async def readlink(self, place: Place, path: str) -> str | Refusal:
        """Return where a link points; links of /proc are read as the kernel words them."""
        began = _now()
        if path.startswith(VIRTUAL):
            return _guard(lambda: os.readlink(path), began)
        entry = await self.stat(place, path)
        if isinstance(entry, Refusal):
            return entry
        if entry.target is None:
            return Refusal(no=No.FAILED, at=entry.at, text="not a link", errno=errno.EINVAL)
        return entry.target

    async def run(self, place: Place, command: ReadOnly, *arguments: str) -> Raw | Refusal:
        """Run one of the closed set; only in our own namespaces."""
        began = _now()
        instant = Window.instant(began)
        if not (place.net in {None, self._here.net} and place.mnt in {None, self._here.mnt}):
            return Refusal(no=No.NO_WAY_IN, at=instant, text="commands run in our own namespaces only")
        words = _fill(command, arguments)
        if words is None:
            return Refusal(no=No.FAILED, at=instant, text="an argument that no command of ours takes")
        binary = _binary(words[0])
        if binary is None:
            return Refusal(no=No.NO_TOOL, at=instant, text=f"{words[0]} is not installed")
        return await asyncio.to_thread(_run, binary, words, began)

    async def connect(self, to: Address, how: As) -> Stream | Refusal:
        """Connect as asked: in the place, as the user, with TLS."""
        stream = await self._connect(to, how)
        if isinstance(stream, Refusal) or how.tls is None:
            return stream
        from why502.vantage.tls import secure

        name = how.tls.server_name or (to.address if isinstance(to, Endpoint) else None)
        secured = await secure(stream, how.tls, name, how.limit, _now)
        if not isinstance(secured, Refusal) and secured.tls is not None and secured.tls.alpn == "h2":
            from why502.vantage.http2 import over_http2

            return await over_http2(secured)
        return secured

    async def _connect(self, to: Address, how: As) -> SocketStream | Refusal:
        began = _now()
        if how.user is not None and how.user.uid != os.geteuid() and not self.privileged:
            return Refusal(no=No.DENIED, at=Window.instant(began), text="only root can connect as another user")
        try:
            plan = self._plan(to, how)
        except OSError as error:
            return Refusal(no=No.NO_WAY_IN, at=Window.instant(began), text=str(error), errno=error.errno)
        if plan is None:
            return await _direct(to, how, began)
        said, handed = await entered(plan, how.limit)
        if handed is None:
            number = said.get("errno")
            if said.get("step") == "enter":
                return Refusal(no=No.NO_WAY_IN, at=Window(start=began, end=_now()), text="cannot enter that place")
            code = number if isinstance(number, int) else errno.EIO
            return _refused(OSError(code, os.strerror(code)), began, connecting=True)
        made = socket.socket(fileno=handed)
        made.setblocking(False)
        seconds = said.get("seconds")
        return SocketStream(made, float(seconds) if isinstance(seconds, int | float) else 0.0)

    def _plan(self, to: Address, how: As) -> Plan | None:
        """Return what a helper must do, or None if we can connect ourselves."""
        plan: Plan = {"do": "connect", "limit": how.limit}
        enter = False
        match to:
            case Endpoint(place=place, address=address, port=port):
                plan |= {"family": "6" if ":" in address else "4", "address": address, "port": port}
                if place.net not in {None, self._here.net}:
                    plan["net"] = namespace_path(self._pid_of(self._network, place.net or 0, "net"), "net")
                    enter = True
            case SocketPath(place=place, path=path):
                plan |= {"family": "unix", "path": path}
                if place.mnt not in {None, self._here.mnt}:
                    plan["mnt"] = namespace_path(self._pid_of(self._mount, place.mnt or 0, "mnt"), "mnt")
                    enter = True
        if how.user is not None and how.user.uid != os.geteuid():
            plan |= {"uid": how.user.uid, "gid": how.user.gid, "groups": list(how.user.groups)}
            enter = True
        if how.source is not None:
            plan["source"] = how.source
            enter = True
        return plan if enter else None

    async def resolve(self, place: Place, name: str, server: str | None = None) -> Resolved | Refusal:
        """Ask the C library, or one name server over UDP (TCP when truncated is not needed for addresses)."""
        if server is not None:
            from why502.vantage.names import ask_server

            foreign = place.net not in {None, self._here.net}
            try:
                pid = self._pid_of(self._network, place.net or 0, "net") if foreign else None
            except OSError as error:
                return _refused(error, _now())
            return await ask_server(place, name, server, self._here, pid)
        began = _now()
        started = time.monotonic()
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                if place.net in {None, self._here.net} and place.mnt in {None, self._here.mnt}:
                    addresses = await _getaddrinfo(name)
                else:
                    addresses = await self._resolve_there(place, name)
        except TimeoutError:
            return Refusal(no=No.TIMED_OUT, at=Window(start=began, end=_now()), text="the resolver does not answer")
        except socket.gaierror as error:
            return Resolved(
                addresses=(),
                code={socket.EAI_NONAME: "NXDOMAIN", socket.EAI_AGAIN: "SERVFAIL"}.get(error.errno, str(error.errno)),
                at=Window(start=began, end=_now()),
                seconds=time.monotonic() - started,
            )
        except OSError as error:
            return _refused(error, began)
        return Resolved(
            addresses=addresses,
            code="NOERROR" if addresses else "NODATA",
            at=Window(start=began, end=_now()),
            seconds=time.monotonic() - started,
        )

    async def _resolve_there(self, place: Place, name: str) -> tuple[str, ...]:
        plan: Plan = {"do": "resolve", "name": name, "limit": 5.0}
        if place.net not in {None, self._here.net}:
            plan["net"] = namespace_path(self._pid_of(self._network, place.net or 0, "net"), "net")
        if place.mnt not in {None, self._here.mnt}:
            plan["mnt"] = namespace_path(self._pid_of(self._mount, place.mnt or 0, "mnt"), "mnt")
        said, _ = await entered(plan, RESOLVE_SECONDS)
        code = said.get("gai")
        if isinstance(code, int):
            raise socket.gaierror(code, "not resolved")
        found = said.get("addresses")
        if not isinstance(found, list):
            raise OSError(errno.EPERM, "cannot enter that place")
        return tuple(dict.fromkeys(str(each) for each in found))

    def _root(self, place: Place) -> str:
        """Return the directory that is the root of a place."""
        if place.mnt in {None, self._here.mnt}:
            return "/"
        return f"/proc/{self._pid_of(self._mount, place.mnt or 0, 'mnt')}/root"

    def _pid_of(self, known: dict[int, int], inode: int, kind: str) -> int:
        """Find a process that lives in a namespace; raise where none can be seen."""
        pid = known.get(inode)
        if pid is not None and _inode(pid, kind) == inode:
            return pid
        for name in os.listdir("/proc"):
            if name.isdigit():
                there = _inode(name, kind)
                if there is not None:
                    known.setdefault(there, int(name))
                    if there == inode:
                        known[inode] = int(name)
                        return int(name)
        raise PermissionError(errno.EACCES, "no process leads into that place")


def _inode(pid: int | str, kind: str) -> int | None:
    try:
        return os.stat(f"/proc/{pid}/ns/{kind}").st_ino
    except OSError:
        return None


def _guard(do: Callable[[], T], began: datetime) -> T | Refusal:
    try:
        return do()
    except OSError as error:
        return _refused(error, began)


async def _aside(do: Callable[[], T], began: datetime) -> T | Refusal:
    """Do it in a thread: a file system that hangs must not hold up the rest."""
    try:
        async with asyncio.timeout(FILE_SECONDS):
            return await asyncio.to_thread(do)
    except TimeoutError:
        return Refusal(no=No.TIMED_OUT, at=Window(start=began, end=_now()), text="the file system does not answer")
    except OSError as error:
        return _refused(error, began)
    except ValueError:
        return Refusal(no=No.FAILED, at=Window.instant(began), text="no such path can exist")


def _read_all(opened: int, most: int, start: int) -> bytes:
    chunks = []
    while most > 0:
        chunk = os.pread(opened, min(most, 1 << 20), start)
        if not chunk:
            break
        chunks.append(chunk)
        start += len(chunk)
        most -= len(chunk)
    return b"".join(chunks)


def _read_virtual(path: str, most: int, began: datetime) -> Raw:
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise inside.NotRegularError(errno.EINVAL, "not a regular file", path)
        chunks, left = [], most
        while left > 0:
            chunk = os.read(opened, min(left, 1 << 16))
            if not chunk:
                break
            chunks.append(chunk)
            left -= len(chunk)
    finally:
        os.close(opened)
    return Raw(data=b"".join(chunks), at=Window(start=began, end=_now()), source=path, cut=left <= 0)


def _fill(command: ReadOnly, arguments: tuple[str, ...]) -> list[str] | None:
    """Put arguments into their places; None where one is not of the plain kind."""
    if any(not ARGUMENT.fullmatch(each) for each in arguments):
        return None
    left = list(arguments)
    try:
        words = [left.pop(0) if word == "{}" else word for word in command.value]
    except IndexError:
        return None
    return None if left else words


def _binary(name: str) -> str | None:
    """Return a system program that only root could have written."""
    for directory in SYSTEM_DIRECTORIES:
        path = f"{directory}/{name}"
        try:
            info = os.stat(path)
        except OSError:
            continue
        if stat.S_ISREG(info.st_mode) and info.st_uid == 0 and not info.st_mode & 0o022:
            return path
    return None


def _run(binary: str, words: list[str], began: datetime) -> Raw | Refusal:
    environment = {"PATH": ":".join(SYSTEM_DIRECTORIES), "LC_ALL": "C", "TZ": "UTC", "SYSTEMD_COLORS": "0"}
    try:
        with subprocess.Popen(
            [binary, *words[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd="/",
        ) as child:
            try:
                out, err = child.communicate(timeout=RUN_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                return Refusal(no=No.TIMED_OUT, at=Window(start=began, end=_now()), text=f"{words[0]} took too long")
    except OSError as error:
        return _refused(error, began)
    at = Window(start=began, end=_now())
    if child.returncode != 0 and not out:
        text = err[:500].decode("utf-8", "replace").strip()
        denied = "ermission" in text or "ermitted" in text
        return Refusal(no=No.DENIED if denied else No.FAILED, at=at, text=text or f"exit {child.returncode}")
    data = out if out or words[0] != "nginx" else err
    return Raw(data=data[:RUN_BYTES], at=at, source=" ".join(words), cut=len(data) > RUN_BYTES, status=child.returncode)


async def _direct(to: Address, how: As, began: datetime) -> SocketStream | Refusal:
    family, target = _family(to)
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setblocking(False)
    started = time.monotonic()
    try:
        async with asyncio.timeout(how.limit):
            await asyncio.get_running_loop().sock_connect(made, target)
    except TimeoutError:
        made.close()
        gone = OSError(errno.ETIMEDOUT, "no answer in time")
        return _refused(gone, began, connecting=True)
    except OSError as error:
        made.close()
        return _refused(error, began, connecting=True)
    except BaseException:
        made.close()
        raise
    return SocketStream(made, time.monotonic() - started)


def _family(to: Address) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    if isinstance(to, SocketPath):
        return socket.AF_UNIX, to.path
    return (socket.AF_INET6 if ":" in to.address else socket.AF_INET), (to.address, to.port)


async def _getaddrinfo(name: str) -> tuple[str, ...]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))
