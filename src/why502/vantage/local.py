"""This host, seen from the process itself. Opens, runs and reads; changes nothing."""

import asyncio
import errno
import itertools
import os
import re
import secrets
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from why502.observations.place import Place, Window
from why502.observations.subjects import Address, Endpoint, SocketPath
from why502.observations.want import As, TlsAs, User, Why
from why502.vantage import inside
from why502.vantage.aside import ASIDE
from why502.vantage.base import Entry, No, Raw, ReadOnly, Refusal, Resolved, Stream
from why502.vantage.commands import Enter, binary, filled
from why502.vantage.commands import run as run_command
from why502.vantage.entering import Plan, entered, leading_to
from why502.vantage.names import ask_server, by_files
from why502.vantage.refusing import NotRegularError, now, refused
from why502.vantage.streams import SocketStream, direct, unfit

T = TypeVar("T")
Command = tuple[str, list[str]]
VIRTUAL = ("/proc/", "/sys/")
"""File systems of the kernel's own: looked at at once, for none of them can hang."""
_OF_PROCESS = r"/proc/[^/]+/(?:task/[^/]+/)?"
THROUGH = re.compile(rf"{_OF_PROCESS}(?:(?:root|cwd|exe)/.+|(?:fd|map_files)/[^/]+/.+)")
"""What lies behind a link of /proc: it leads out of the place, past its root."""
LINK_DEPTH = 3
"""Slashes of `/proc/PID/root`: nothing lies behind a link that has no more."""
LINK = re.compile(rf"{_OF_PROCESS}(?:root|cwd|exe|fd/[^/]+|map_files/[^/]+)")
MEMORY = frozenset({"mem", "pagemap", "clear_refs"})
USED_UP = ("/proc/k", "/proc/sysrq", "/sys/kernel/debug/", "/sys/kernel/tracing/")
"""What is not read: memory, a process's or the kernel's, and what is used up by reading."""
HANGS = frozenset({"cmdline", "environ", "auxv", "maps", "smaps", "smaps_rollup", "numa_maps"})
"""What is read from a process's own memory: it waits for whoever changes that memory."""
DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
NO_PROCESS = "no process leads into that place"
FILE_SECONDS = 2.0
NAMES = 100_000
RESOLVE_SECONDS = 5.0
HOSTS_BYTES = 1 << 20
RESOLVER_BYTES = 1 << 16
UNKNOWN_BOOT = "unknown"

GAI = {
    socket.EAI_NONAME: "NXDOMAIN",
    socket.EAI_NODATA: "NODATA",
    socket.EAI_ADDRFAMILY: "NODATA",
    socket.EAI_AGAIN: "SERVFAIL",
    socket.EAI_FAIL: "FORMERR",
}
"""How the C library tells the name server's answer: no answer at all counts as SERVFAIL with it."""
KINDS = (
    (stat.S_ISDIR, "dir"),
    (stat.S_ISREG, "file"),
    (stat.S_ISLNK, "link"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISFIFO, "fifo"),
)


class Local:
    """The host the tool runs on."""

    name = "local"
    kind = "local"

    def __init__(self) -> None:
        """Learn where we are."""
        self.privileged = os.geteuid() == 0
        self._here = Place(host=_boot(), net=_inode("self", "net"), mnt=_inode("self", "mnt"))
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
        return now()

    async def token(self) -> str:
        """Return 12 random hex digits."""
        return secrets.token_hex(6)

    async def read(
        self, place: Place, path: str, most: int, tail: bool = False, reader: User | None = None
    ) -> Raw | Refusal:
        """Read a regular file, inside the place's own root; of `/proc` and `/sys` always from the beginning."""
        began = now()
        if not _is_virtual(path):
            return await self._aside(place, lambda: self._read_file(place, path, most, began, tail, reader), began)
        if path.rpartition("/")[2] in HANGS:
            return await self._aside(place, lambda: _read_virtual(path, most, began, reader), began)
        return self._at_once(place, lambda: _read_virtual(path, most, began, reader), began)

    def _read_file(self, place: Place, path: str, most: int, began: datetime, tail: bool, reader: User | None) -> Raw:
        with self._root(place) as root:
            opened = inside.open_regular(root, path, reader)
        try:
            info = os.fstat(opened)
            start = max(0, info.st_size - most) if tail else 0
            # No more than stands there now: what says that it is empty may be a table of the kernel.
            data = _read_all(opened, min(most, info.st_size - start), start)
        finally:
            os.close(opened)
        return Raw(
            data=data,
            at=Window(start=began, end=now()),
            source=path,
            cut=start > 0 or start + len(data) < info.st_size,
            start=start,
            size=info.st_size,
            changed=_utc(max(info.st_mtime, info.st_ctime)),
        )

    async def list(self, place: Place, path: str) -> tuple[str, ...] | Refusal:
        """Return the names in a directory."""
        began = now()
        if _is_virtual(path):
            return self._at_once(place, lambda: _names(_no_link(path)), began)
        return await self._aside(place, lambda: self._list(place, path), began)

    def _list(self, place: Place, path: str) -> tuple[str, ...]:
        with self._root(place) as root:
            opened = inside.walk(root, path, follow=True)
        try:
            return _names(f"/proc/self/fd/{opened}/")
        finally:
            os.close(opened)

    async def stat(self, place: Place, path: str) -> Entry | Refusal:
        """Look at a path; a last link is not followed."""
        began = now()
        if _is_virtual(path):
            return self._at_once(place, lambda: _stat_virtual(path, began), began)
        return await self._aside(place, lambda: self._stat(place, path, began), began)

    def _stat(self, place: Place, path: str, began: datetime) -> Entry:
        with self._root(place) as root:
            opened = inside.walk(root, path, follow=False)
        try:
            info = os.fstat(opened)
            target = os.readlink("", dir_fd=opened) if stat.S_ISLNK(info.st_mode) else None
        finally:
            os.close(opened)
        return _entry(path, info, target, began)

    async def readlink(self, place: Place, path: str) -> str | Refusal:
        """Return where a link points; links of /proc are read as the kernel words them."""
        began = now()
        if _is_virtual(path):
            return self._at_once(place, lambda: os.readlink(_not_through(path)), began)
        entry = await self.stat(place, path)
        if isinstance(entry, Refusal):
            return entry
        if entry.target is None:
            return Refusal(no=No.FAILED, at=entry.at, text="not a link", errno=errno.EINVAL)
        return entry.target

    async def run(self, place: Place, command: ReadOnly, *arguments: str) -> Raw | Refusal:
        """Run one of the closed set, with our own files; in another network by the system's own nsenter."""
        began = now()
        instant = Window.instant(began)
        if not (place.host == self._here.host and self._has_own_files(place)):
            return Refusal(no=No.NO_WAY_IN, at=instant, text="commands run with our own files only")
        words = filled(command, arguments)
        if words is None:
            return Refusal(no=No.FAILED, at=instant, text="an argument that no command of ours takes")
        program = binary(words[0])
        if program is None:
            return Refusal(no=No.NO_TOOL, at=instant, text=f"{words[0]} is not among the system's programs")
        if self._is_own_network(place):
            return await ASIDE.run(lambda: run_command(program, words, began))
        nsenter = binary("nsenter")
        if nsenter is None:
            return Refusal(no=No.NO_TOOL, at=instant, text="nsenter is not among the system's programs")
        return await ASIDE.run(lambda: self._run_there(place, nsenter, (program, words), began))

    def _run_there(self, place: Place, nsenter: str, command: Command, began: datetime) -> Raw | Refusal:
        try:
            network = self._open_network(place)
        except OSError as error:
            return _no_way_in(began, error.strerror or str(error), error.errno)
        try:
            enter = Enter(words=(nsenter, f"--net=/proc/self/fd/{network}", "--"), descriptors=(network,))
            return run_command(*command, began, enter=enter)
        finally:
            os.close(network)

    def _open_network(self, place: Place) -> int:
        """Open a network namespace by a process in it; the open file is the namespace, whatever becomes of that one."""
        inode = place.net or 0
        opened = os.open(f"/proc/{self._pid_of(self._network, inode, 'net')}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        if os.fstat(opened).st_ino != inode:
            os.close(opened)
            raise PermissionError(errno.EACCES, NO_PROCESS)
        return opened

    async def connect(self, to: Address, how: As) -> Stream | Refusal:
        """Connect as asked: in the place, as the user, with TLS."""
        stream = unfit(to, how.source) or self._foreign(to.place) or await self._connect(to, how)
        if isinstance(stream, Refusal) or how.tls is None:
            return stream
        try:
            return await _secured(stream, how.tls, to, how.limit)
        except BaseException:
            await stream.close()
            raise

    async def _connect(self, to: Address, how: As) -> SocketStream | Refusal:
        began = now()
        if how.user is not None and how.user.uid != os.geteuid() and not self.privileged:
            return Refusal(no=No.DENIED, at=Window.instant(began), text="only root can connect as another user")
        try:
            plan = self._plan(to, how)
        except OSError as error:
            return _no_way_in(began, error.strerror or str(error), error.errno)
        if plan is None:
            return await direct(to, how.limit, began)
        said, handed = await entered(plan, how.limit)
        if handed is None:
            number = said.get("errno")
            code = number if isinstance(number, int) else errno.EIO
            if said.get("step") == "enter":
                return _no_way_in(began, "cannot enter that place", code)
            return refused(OSError(code, os.strerror(code)), began, connecting=True)
        made = socket.socket(fileno=handed)
        made.setblocking(False)
        seconds = said.get("seconds")
        return SocketStream(made, float(seconds) if isinstance(seconds, int | float) else 0.0)

    def _plan(self, to: Address, how: As) -> Plan | None:
        """Return what a helper must do, or None if we can connect ourselves."""
        plan: Plan = {}
        speak: Plan
        match to:
            case Endpoint(place=place, address=address, port=port):
                speak = {"family": "6" if ":" in address else "4", "address": address, "port": port}
                if not self._is_own_network(place):
                    plan |= self._to_network(place)
            case SocketPath(place=place, path=path):
                speak = {"family": "unix", "path": path}
                if not self._has_own_files(place):
                    inode = place.mnt or 0
                    plan |= leading_to("mnt", self._pid_of(self._mount, inode, "mnt"), inode)
        if how.user is not None and how.user.uid != os.geteuid():
            plan |= {"uid": how.user.uid, "gid": how.user.gid, "groups": list(how.user.groups)}
        if how.source is not None:
            plan["source"] = how.source
        return plan | speak | {"do": "connect", "limit": how.limit} if plan else None

    def _to_network(self, place: Place) -> Plan:
        inode = place.net or 0
        return leading_to("net", self._pid_of(self._network, inode, "net"), inode)

    async def resolve(  # noqa: PLR0911 - one for each way in which a name is not resolved
        self, place: Place, name: str, server: str | None = None
    ) -> Resolved | Refusal:
        """Ask the C library, or one name server over UDP (TCP when truncated is not needed for addresses).

        In a place with other files, its hosts file and its name servers are asked as the C library would: to run
        that library there would run the place's own plugins of it, as root.
        """
        began, started = now(), time.monotonic()
        foreign = self._foreign(place)
        if foreign is not None:
            return foreign
        try:
            way = {} if self._is_own_network(place) else self._to_network(place)
            async with asyncio.timeout(RESOLVE_SECONDS):
                if server is not None:
                    return await ask_server(name, server, way)
                if not self._has_own_files(place):
                    return await self._resolve_by_files(place, name, way, began)
                addresses = await (_resolve_there(way, name) if way else ASIDE.run(lambda: _getaddrinfo(name)))
        except TimeoutError:
            return Refusal(no=No.TIMED_OUT, at=Window(start=began, end=now()), text="the resolver does not answer")
        except socket.gaierror as error:
            if error.errno not in GAI:
                return Refusal(no=No.FAILED, at=Window(start=began, end=now()), text=str(error.strerror))
            found = Window(start=began, end=now())
            return Resolved(addresses=(), code=GAI[error.errno], at=found, seconds=time.monotonic() - started)
        except OSError as error:
            return refused(error, began)
        except ValueError:
            return Refusal(no=No.FAILED, at=Window(start=began, end=now()), text="not a name")
        return Resolved(
            addresses=addresses,
            code="NOERROR" if addresses else "NODATA",
            at=Window(start=began, end=now()),
            seconds=time.monotonic() - started,
        )

    async def _resolve_by_files(self, place: Place, name: str, way: Plan, began: datetime) -> Resolved | Refusal:
        hosts = await self.read(place, "/etc/hosts", HOSTS_BYTES)
        resolver = await self.read(place, "/etc/resolv.conf", RESOLVER_BYTES)
        texts = [each.data.decode("utf-8", "replace") if isinstance(each, Raw) else "" for each in (hosts, resolver)]
        return await by_files(name, texts[0], texts[1], way, began)

    def _is_own_network(self, place: Place) -> bool:
        return place.net is None or place.net == self._here.net

    def _has_own_files(self, place: Place) -> bool:
        return place.mnt is None or place.mnt == self._here.mnt

    def _foreign(self, place: Place) -> Refusal | None:
        return None if place.host == self._here.host else _no_way_in(now(), "another host")

    @contextmanager
    def _root(self, place: Place) -> Iterator[str | int]:
        """Open the directory that is the root of a place."""
        if self._has_own_files(place):
            yield "/"
            return
        inode = place.mnt or 0
        process = os.open(f"/proc/{self._pid_of(self._mount, inode, 'mnt')}", DIRECTORY)
        try:
            # Asked of the open directory, that no other process with this number is meant in between.
            if os.stat("ns/mnt", dir_fd=process).st_ino != inode:
                raise PermissionError(errno.EACCES, NO_PROCESS)
            root = os.open("root", DIRECTORY, dir_fd=process)
        finally:
            os.close(process)
        try:
            yield root
        finally:
            os.close(root)

    def _pid_of(self, known: dict[int, int], inode: int, kind: str) -> int:
        """Find the first process that lives in a namespace; raise where none can be seen."""
        pid = known.get(inode)
        if pid is not None and _inode(pid, kind) == inode:
            return pid
        known.clear()
        for number in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
            there = _inode(number, kind)
            if there is not None:
                known.setdefault(there, number)
        if inode not in known:
            raise PermissionError(errno.EACCES, NO_PROCESS)
        return known[inode]

    def _at_once(self, place: Place, do: Callable[[], T], began: datetime) -> T | Refusal:
        if place.host != self._here.host:
            return _no_way_in(began, "another host")
        try:
            return do()
        except OSError as error:
            return refused(error, began)
        except ValueError:
            return Refusal(no=No.FAILED, at=Window.instant(began), text="no such path can exist")

    async def _aside(self, place: Place, do: Callable[[], T], began: datetime) -> T | Refusal:
        """Do it in a thread: a file system that hangs must not hold up the rest."""
        if place.host != self._here.host:
            return _no_way_in(began, "another host")
        try:
            async with asyncio.timeout(FILE_SECONDS):
                return await ASIDE.run(do)
        except TimeoutError:
            return Refusal(no=No.TIMED_OUT, at=Window(start=began, end=now()), text="the file system does not answer")
        except OSError as error:
            return refused(error, began)
        except ValueError:
            return Refusal(no=No.FAILED, at=Window.instant(began), text="no such path can exist")


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return UNKNOWN_BOOT


def _no_way_in(began: datetime, text: str, number: int | None = None) -> Refusal:
    return Refusal(no=No.NO_WAY_IN, at=Window(start=began, end=now()), text=text, errno=number)


def _inode(pid: int | str, kind: str) -> int | None:
    try:
        return os.stat(f"/proc/{pid}/ns/{kind}").st_ino
    except OSError:
        return None


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


def _utc(stamp: float) -> datetime:
    """Turn a time of a file into ours; it may lie in any year."""
    try:
        return datetime.fromtimestamp(stamp, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _entry(path: str, info: os.stat_result, target: str | None, began: datetime) -> Entry:
    return Entry(
        path=path,
        kind=next((word for test, word in KINDS if test(info.st_mode)), "other"),
        mode=stat.S_IMODE(info.st_mode),
        uid=info.st_uid,
        gid=info.st_gid,
        size=info.st_size,
        inode=info.st_ino,
        mtime=_utc(info.st_mtime),
        ctime=_utc(info.st_ctime),
        target=target,
        at=Window(start=began, end=now()),
    )


def _names(path: str) -> tuple[str, ...]:
    with os.scandir(path) as entries:
        return tuple(sorted(entry.name for entry in itertools.islice(entries, NAMES)))


def _is_virtual(path: str) -> bool:
    """Tell whether a path lies there by its words alone, without `.`, `..` and empty names."""
    return (path.startswith(VIRTUAL) or path == "/proc") and "/." not in path and "//" not in path


def _not_through(path: str) -> str:
    if path.count("/") > LINK_DEPTH and THROUGH.fullmatch(path):
        raise OSError(errno.ELOOP, "behind a link of /proc: name the place instead", path)
    return path


def _no_link(path: str) -> str:
    if LINK.fullmatch(path):
        raise OSError(errno.ELOOP, "a link of /proc: name the place instead", path)
    return _not_through(path)


def _stat_virtual(path: str, began: datetime) -> Entry:
    info = os.lstat(_not_through(path))
    target = os.readlink(path) if stat.S_ISLNK(info.st_mode) else None
    return _entry(path, info, target, began)


def _read_virtual(path: str, most: int, began: datetime, reader: User | None) -> Raw:
    if path.rpartition("/")[2] in MEMORY or path.startswith(USED_UP):
        raise NotRegularError(errno.EINVAL, "not a file to be read", path)
    opened = os.open(_not_through(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        info = os.fstat(opened)
        if not stat.S_ISREG(info.st_mode):
            raise NotRegularError(errno.EINVAL, "not a regular file", path)
        if reader is not None and not inside.may(info, reader, 4):
            raise PermissionError(errno.EACCES, "its user may not read it", path)
        chunks, left = [], most
        while left > 0:
            chunk = os.read(opened, min(left, 1 << 16))
            if not chunk:
                break
            chunks.append(chunk)
            left -= len(chunk)
    finally:
        os.close(opened)
    return Raw(data=b"".join(chunks), at=Window(start=began, end=now()), source=path, cut=left <= 0)


async def _secured(stream: Stream, tls: TlsAs, to: Address, limit: float) -> Stream | Refusal:
    from why502.vantage.tls import secure

    name = tls.server_name or (to.address if isinstance(to, Endpoint) else None)
    secured = await secure(stream, tls, name, limit, now)
    if not isinstance(secured, Refusal) and secured.tls is not None and secured.tls.alpn == "h2":
        from why502.vantage.http2 import over_http2

        return await over_http2(secured)
    return secured


def _getaddrinfo(name: str) -> tuple[str, ...]:
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


async def _resolve_there(way: Plan, name: str) -> tuple[str, ...]:
    plan: Plan = {"do": "resolve", "name": name, "limit": RESOLVE_SECONDS}
    said, _ = await entered(plan | way, RESOLVE_SECONDS)
    code = said.get("gai")
    if isinstance(code, int):
        raise socket.gaierror(code, "not resolved")
    found = said.get("addresses")
    if not isinstance(found, list):
        raise OSError(errno.EPERM, "cannot enter that place")
    return tuple(dict.fromkeys(str(each) for each in found))
