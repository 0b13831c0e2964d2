"""A process in namespaces of its own, with a directory as its root, that listens there and ends with its `with`."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

SCRIPT = r"""
import ctypes, json, os, socket, subprocess, sys
plan = json.loads(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare((0x40000000 if plan["net"] else 0) | (0x00020000 if plan["root"] else 0)):
    sys.exit("unshare: " + os.strerror(ctypes.get_errno()))
if plan["net"]:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
if plan["root"]:
    os.chroot(plan["root"]); os.chdir("/")
tcp = socket.socket(); tcp.bind(("127.0.0.1", 0)); tcp.listen()
unix = socket.socket(socket.AF_UNIX)
if plan["root"]:
    unix.bind("/app.sock"); unix.listen()
dns = socket.socket(type=socket.SOCK_DGRAM)
if plan["net"]:
    dns.bind(("127.0.0.1", 53))
print(tcp.getsockname()[1], flush=True)
sys.stdin.read()
"""


class Apart:
    """`net`: with a network of its own; `root`: with files of its own, and this directory as their root."""

    def __init__(self, *, net: bool = False, root: Path | None = None) -> None:
        plan = json.dumps({"net": net, "root": str(root) if root else ""})
        self.child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", SCRIPT, plan], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.child.stdout is not None
        self.port = int(self.child.stdout.readline() or b"0")

    @property
    def pid(self) -> int:
        return self.child.pid

    def inode(self, kind: str) -> int:
        return Path(f"/proc/{self.pid}/ns/{kind}").stat().st_ino

    def __enter__(self) -> Self:
        assert self.port, "the process apart did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.kill()
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe is not None:
                pipe.close()
