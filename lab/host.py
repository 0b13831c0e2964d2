"""A box: a whole machine in namespaces, plain or with a real systemd as its first process.

Its files are an overlay of the real root, so anything may be written anywhere in it; its processes, network, packet
filter and unix sockets are its own. The kernel log and the cgroup tree are the real machine's.
"""

from __future__ import annotations

import ctypes
import http.client
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from lab.journal import CGROUPS, Journal, started
from lab.waiting import NotReadyError, until

T = TypeVar("T")

# What a booting systemd would do to the one kernel that all boxes share, or need not do at all.
MASKED = (
    "systemd-sysctl.service",
    "systemd-modules-load.service",
    "systemd-binfmt.service",
    "proc-sys-fs-binfmt_misc.automount",
    "systemd-udevd.service",
    "systemd-udev-trigger.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
    "systemd-random-seed.service",
    "systemd-update-utmp.service",
    "systemd-tmpfiles-clean.timer",
    "systemd-timesyncd.service",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "sys-kernel-config.mount",
    "sys-fs-fuse-connections.mount",
    "modprobe@.service",
    "kmod-static-nodes.service",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "logrotate.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "fstrim.timer",
    "man-db.timer",
    "phpsessionclean.timer",
    "systemd-journal-catalog-update.service",
    "systemd-hwdb-update.service",
    "systemd-machine-id-commit.service",
)

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Answer:
    """What a client got: a status, or the name of the error that came instead."""

    status: int = 0
    error: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    seconds: float = 0.0


class Box:
    """One machine. Made by a bench, which also removes it."""

    def __init__(self, room: Path, name: str, made: Journal, systemd: bool) -> None:
        self.name = name
        self.systemd = systemd
        self._room = room
        self._made = made
        self.wires = 0
        self._children: list[subprocess.Popen[bytes]] = []
        for part in ("upper", "work", "root"):
            (room / part).mkdir(parents=True, exist_ok=True)
        self.group = f"{room.parent.name}-{room.name}"
        self._groups = self._make_groups()
        self._outer = self._unshare()
        self.pid = until("the first process of a box", self._first_process)
        made.note("process", self.pid, started(self.pid))
        if systemd:
            self._await_systemd()

    # -- making and removing

    def _make_groups(self) -> list[Path]:
        """One cgroup of our own in every hierarchy, so that all of its processes can be found again."""
        bases = [CGROUPS] if (CGROUPS / "cgroup.controllers").exists() else sorted(CGROUPS.iterdir())
        groups = [base / self.group for base in bases if (base / "cgroup.procs").exists() and base.name != "cpuset"]
        for group in groups:
            self._made.note("cgroup", str(group.relative_to(CGROUPS)))
            group.mkdir()
        return groups

    def _unshare(self) -> subprocess.Popen[bytes]:
        join = " && ".join(f"echo $$ > {group}/cgroup.procs" for group in self._groups)
        script = Path(__file__).with_name("box.sh")
        namespaces = "--pid --mount --uts --ipc --net --fork --kill-child"
        kind = "systemd" if self.systemd else "plain"
        line = f"{join} && exec unshare {namespaces} sh {script} {self._room} {shlex.quote(self.name)} {kind}"
        with (self._room / "complaints").open("wb") as complaints:
            child = subprocess.Popen(
                ["setsid", "sh", "-c", line],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
            )
        self._made.note("process", child.pid, started(child.pid))
        return child

    def _first_process(self) -> int | None:
        if self._outer.poll() is not None:
            raise NotReadyError("box did not start: " + (self._room / "complaints").read_text()[-500:])
        assert self._outer.stdout is not None
        if self._outer.stdout.readline() != b"ready\n":
            return None
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def _await_systemd(self) -> None:
        until("systemd reached its target", lambda: self.path("/run/systemd/private").exists(), 20)
        until("basic.target", lambda: self.run("systemctl is-active -q basic.target", check=False).returncode == 0, 20)

    @classmethod
    def mask(cls, upper: Path) -> None:
        units = upper / "etc/systemd/system"
        units.mkdir(parents=True, exist_ok=True)
        for unit in MASKED:
            (units / unit).symlink_to("/dev/null")

    def remove(self) -> None:
        """End everything in the box. Files and cgroups go with the bench."""
        for pid in (self.pid, self._outer.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for child in (self._outer, *self._children):
            child.kill()  # an nsenter stops itself when its program is stopped, and would never end
            child.wait(10)
        if self._outer.stdout is not None:
            self._outer.stdout.close()

    # -- files

    def path(self, inside: str) -> Path:
        """Where a path of the box is for us, through its first process."""
        return Path(f"/proc/{self.pid}/root") / inside.lstrip("/")

    def write(self, inside: str, text: str | bytes, mode: int = 0o644, owner: str | None = None) -> str:
        """Write a file of the box, with its folders; returns the path as the box names it."""
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)
        if owner is not None:
            os.chown(path, *self.ids(owner))
        return inside

    def folder(self, inside: str, mode: int = 0o755, owner: str | None = None) -> str:
        path = self.path(inside)
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        if owner is not None:
            os.chown(path, *self.ids(owner))
        return inside

    def read(self, inside: str) -> str:
        try:
            return self.path(inside).read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def add_user(self, name: str, number: int, extra_group: str = "") -> None:
        with self.path("/etc/passwd").open("a") as out:
            out.write(f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n")
        with self.path("/etc/group").open("a") as out:
            out.write(f"{name}:x:{number}:{extra_group}\n")

    def ids(self, user: str) -> tuple[int, int]:
        for line in self.read("/etc/passwd").splitlines():
            name, _, uid, gid = line.split(":")[:4]
            if name == user:
                return int(uid), int(gid)
        raise KeyError(user)

    # -- processes

    def inside(self, command: str | Sequence[str], user: str | None = None) -> list[str]:
        """Give the command line that runs a command in this box."""
        words = shlex.split(command) if isinstance(command, str) else list(command)
        drop: list[str] = []
        if user is not None and user != "root":
            uid, gid = self.ids(user)
            drop = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--inh-caps=-all", "--"]
        return ["nsenter", "-t", str(self.pid), "-m", "-u", "-i", "-n", "-p", "-r", "-w", "--", *drop, *words]

    def run(
        self,
        command: str | Sequence[str],
        *,
        user: str | None = None,
        check: bool = True,
        seconds: float = 30,
    ) -> subprocess.CompletedProcess[str]:
        """Run to its end."""
        done = subprocess.run(
            self.inside(command, user),
            check=False,
            timeout=seconds,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            env=clean_environment(),
        )
        if check and done.returncode:
            raise NotReadyError(f"{command}: exit {done.returncode}: {done.stdout[-800:]}{done.stderr[-800:]}")
        return done

    def start(
        self,
        command: str | Sequence[str],
        *,
        user: str | None = None,
        log: str | None = None,
        env: Mapping[str, str] | None = None,
        folder: str = "/",
        groups: Sequence[Path] = (),
    ) -> Running:
        """Start a program in the background, in a session of its own; what it prints goes to `log`."""
        out: IO[Any] | int = subprocess.DEVNULL
        if log is not None:
            if not self.path(log).exists():
                self.write(log, "", 0o640, user)
            out = self.path(log).open("ab")
        words = shlex.split(command) if isinstance(command, str) else list(command)
        line = ["setsid", "env", "-C", folder, *words]
        join = " && ".join(f"echo $$ > {group}/cgroup.procs" for group in [*self._groups, *groups])
        child = subprocess.Popen(
            ["sh", "-c", f'{join} && exec "$@"', "sh", *self.inside(line, user)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**clean_environment(), **(env or {})},
        )
        self._children.append(child)
        self._made.note("process", child.pid, started(child.pid))
        if not isinstance(out, int):
            out.close()
        return Running(self, child)

    def processes(self) -> list[int]:
        """Every process of the box, by the real machine's pid."""
        mine = os.readlink(f"/proc/{self.pid}/ns/pid")
        return [pid for pid in _all_pids() if _link(f"/proc/{pid}/ns/pid") == mine]

    # -- network

    def in_network(self, work: Callable[[], T], network_of: int | None = None) -> T:
        """Do something in the box's network, in a thread that is moved there and then ends."""
        box: list[T] = []
        trouble: list[BaseException] = []

        def go() -> None:
            try:
                _enter_network(network_of or self.pid)
                box.append(work())
            except Exception as error:  # noqa: BLE001 - handed to the caller's thread
                trouble.append(error)

        thread = threading.Thread(target=go, daemon=True)
        thread.start()
        thread.join()
        if trouble:
            raise trouble[0]
        return box[0]

    def ask(  # noqa: PLR0913 - the parts of a request
        self,
        address: str,
        port: int,
        target: str = "/",
        *,
        host: str | None = None,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float = 5.0,
    ) -> Answer:
        """One plain HTTP request from this box on a fresh connection."""

        def work() -> Answer:
            begun = time.monotonic()
            connection = http.client.HTTPConnection(address, port, timeout=seconds)
            try:
                connection.request(method, target, body=body, headers={"Host": host or address, **(headers or {})})
                got = connection.getresponse()
                content = got.read()
                return Answer(got.status, "", tuple(got.getheaders()), content, time.monotonic() - begun)
            except (OSError, http.client.HTTPException) as error:
                return Answer(error=type(error).__name__, seconds=time.monotonic() - begun)
            finally:
                connection.close()

        return self.in_network(work)


def _enter_network(pid: int) -> None:
    """Move this thread to the network of a process."""
    with Path(f"/proc/{pid}/ns/net").open() as namespace:
        if _LIBC.setns(namespace.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


class Running:
    """A program started in a box."""

    def __init__(self, box: Box, child: subprocess.Popen[bytes]) -> None:
        self.box = box
        self.child = child

    def pids(self) -> list[int]:
        """List the program and all that it started, oldest first, without the nsenter in front of it."""
        found: list[int] = []
        edge = [self.child.pid]
        while edge:
            parent = edge.pop(0)
            for task in _tasks(parent):
                edge.extend(task)
                found.extend(task)
        return found

    def stop(self, how: int = signal.SIGTERM, seconds: float = 10) -> None:
        """Signal the first process of the program and wait for its end."""
        for pid in self.pids()[:1]:
            os.kill(pid, how)
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            for pid in self.pids():
                os.kill(pid, signal.SIGKILL)
            self.child.wait(5)

    def signal_all(self, how: int) -> None:
        for pid in self.pids():
            os.kill(pid, how)


def inner_pid(pid: int) -> int:
    """Give the pid as its own box counts."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("NSpid")).split()[-1])


def clean_environment() -> dict[str, str]:
    return {"PATH": PATH, "LANG": "C.UTF-8", "HOME": "/nonexistent"}


def _tasks(pid: int) -> list[list[int]]:
    try:
        return [
            [int(child) for child in (task / "children").read_text().split()]
            for task in Path(f"/proc/{pid}/task").iterdir()
        ]
    except OSError:
        return []


def _all_pids() -> list[int]:
    return sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


PYTHON = sys.executable
