"""A short-lived process that enters a namespace or becomes another user, and hands back a connected socket.

It runs `SCRIPT` with a bare interpreter (`-I -S`), so that nothing of the place it enters is imported or run there.
"""

import errno
import json
import os
import socket
import subprocess
import sys

from why502.vantage.aside import ASIDE

Plan = dict[str, str | int | float | list[int] | None]

STARTING = 2.0
"""Seconds that a helper may take to start."""

SCRIPT = r"""
import array, ctypes, json, os, socket, sys, time
plan = json.loads(sys.argv[1]); back = socket.socket(fileno=int(sys.argv[2]))
def answer(**said):
    fd = said.pop("fd", None)
    extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))] if fd is not None else []
    back.sendmsg([json.dumps(said).encode()], extra); os._exit(0)
try:
    libc = ctypes.CDLL(None, use_errno=True)
    for kind, flag in (("net", 0x40000000), ("mnt", 0x00020000)):
        if plan.get(kind):
            process = os.open("/proc/%d" % plan[kind], os.O_RDONLY | os.O_DIRECTORY)
            fd = os.open("ns/" + kind, os.O_RDONLY, dir_fd=process)
            if os.fstat(fd).st_ino != plan[kind + "_inode"]:
                raise OSError(3, "another process has that number now")
            root = os.open("root", os.O_PATH | os.O_DIRECTORY, dir_fd=process) if kind == "mnt" else None
            if libc.setns(fd, flag):
                raise OSError(ctypes.get_errno(), "setns")
    if plan.get("mnt"):
        # From here on the files are those of the place: nothing may be imported, no name resolved, nothing run.
        os.fchdir(root); os.chroot("."); os.chdir("/")
    if plan.get("uid") is not None:
        os.setgroups(plan["groups"]); os.setgid(plan["gid"]); os.setuid(plan["uid"])
except OSError as error:
    answer(errno=error.errno, step="enter", seconds=0.0)
began = time.monotonic()
try:
    if plan["do"] == "resolve":
        found = socket.getaddrinfo(plan["name"], None, type=socket.SOCK_STREAM)
        answer(addresses=[each[4][0] for each in found], seconds=time.monotonic() - began)
    family = {"unix": socket.AF_UNIX, "4": socket.AF_INET, "6": socket.AF_INET6}[plan["family"]]
    kind = socket.SOCK_DGRAM if plan["do"] == "datagram" else socket.SOCK_STREAM
    made = socket.socket(family, kind)
    made.settimeout(plan["limit"])
    if plan.get("source"):
        made.bind((plan["source"], 0))
    made.connect(plan["path"] if plan["family"] == "unix" else (plan["address"], plan["port"]))
    answer(errno=0, seconds=time.monotonic() - began, fd=made.fileno())
except TimeoutError as error:
    answer(errno=error.errno or 110, step="connect", seconds=time.monotonic() - began)
except socket.gaierror as error:
    answer(gai=error.errno, seconds=time.monotonic() - began)
except OSError as error:
    answer(errno=error.errno, step="connect", seconds=time.monotonic() - began)
"""


def _once(plan: Plan, limit: float) -> tuple[dict[str, object], int | None]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        try:
            child = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", SCRIPT, json.dumps(plan), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            )
        except OSError as error:
            return {"errno": error.errno, "step": "enter"}, None
        theirs.close()
        ours.settimeout(limit + STARTING)
        try:
            data, fds, _, _ = socket.recv_fds(ours, 65536, 1)
            said: dict[str, object] = json.loads(data) if data else {"errno": errno.EPROTO, "step": "enter"}
            return said, fds[0] if fds else None
        except TimeoutError:
            return {"errno": errno.ETIMEDOUT, "step": "connect", "seconds": limit}, None
        finally:
            child.kill()
            child.wait()


async def entered(plan: Plan, limit: float) -> tuple[dict[str, object], int | None]:
    """Carry out a plan in a helper; returns what it said and the descriptor it handed back, if any."""
    return await ASIDE.run(lambda: _once(plan, limit), _forget)


def _forget(outcome: tuple[dict[str, object], int | None]) -> None:
    if outcome[1] is not None:
        os.close(outcome[1])


def leading_to(kind: str, pid: int, inode: int) -> Plan:
    """Return the part of a plan that enters a namespace of a process, if it still is the one.

    `kind` is `net` or `mnt`; with the latter the root of that process is taken too.
    """
    return {kind: pid, f"{kind}_inode": inode}
