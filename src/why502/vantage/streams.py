"""Connections of our own: made without waiting in the kernel, each under its limit."""

import asyncio
import contextlib
import errno
import ipaddress
import os
import socket
import time
from datetime import datetime

from why502.observations.place import Window
from why502.observations.probes import Met
from why502.observations.subjects import Address, SocketPath
from why502.vantage.base import No, Refusal, TlsMet
from why502.vantage.refusing import now, refused

Target = str | tuple[str, int] | tuple[str, int, int, int]
SEND_SECONDS = 5.0
SHORTEST = 0.001
PORTS = range(1, 65536)
UNIX_PATH = 107
"""Most bytes of a path in `sockaddr_un` (unix(7))."""
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        (
            *("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"),
            *("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd20:ce::254"),
        ),
    )
)
"""Where clouds hand out credentials: AWS, Azure, GCP and most others; ECS tasks and EKS pods, AWS over IPv6; then
Azure's agent, Alibaba, Oracle, GCP over IPv6."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones (RFC 6052)."""


class SocketStream:
    """A connected socket as a Stream."""

    def __init__(self, made: socket.socket, seconds: float) -> None:
        """Take over a connected, non-blocking socket."""
        self._socket = made
        self.seconds = seconds
        self.tls: TlsMet | None = None
        self.local = _words(made)

    async def send(self, data: bytes) -> Refusal | None:
        """Send all of it within five seconds."""
        began = now()
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except TimeoutError:
            return Refusal(no=No.TIMED_OUT, at=Window(start=began, end=now()), text="sending", met=Met.TIMED_OUT)
        except OSError as error:
            return refused(error, began, connecting=True)
        return None

    async def receive(self, limit: float, most: int = 65536) -> bytes | Refusal:
        """Return what came, or say that nothing came in time.

        Not by `loop.sock_recv`: what it has read is lost when the time is up in the same moment.
        """
        began = now()
        try:
            with contextlib.suppress(BlockingIOError):
                return self._socket.recv(most)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(limit, SHORTEST)):
                    await _readable(self._socket)
            return self._socket.recv(most)
        except BlockingIOError:
            return Refusal(no=No.TIMED_OUT, at=Window(start=began, end=now()), text="no data", met=Met.TIMED_OUT)
        except OSError as error:
            return refused(error, began, connecting=True)

    async def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def __del__(self) -> None:
        """Hang up where a look was broken off."""
        self._socket.close()


def _words(made: socket.socket) -> str:
    """Write the local address as `127.0.0.1:80` or `[::1]:80`; a unix socket of ours has none."""
    try:
        name = made.getsockname()
    except OSError:
        return ""
    if not isinstance(name, tuple):
        return ""
    return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"


def unfit(to: Address, source: str | None) -> Refusal | None:
    """Refuse what is no address: no name may be resolved by connecting; and cloud metadata, which nobody asks."""
    at = Window.instant(now())
    if isinstance(to, SocketPath):
        # A first NUL would name an abstract socket, which belongs to another kind of place.
        if not to.path.startswith("/") or "\0" in to.path or len(to.path.encode(errors="replace")) > UNIX_PATH:
            return Refusal(no=No.FAILED, at=at, text="no such socket can exist", errno=errno.EINVAL, met=Met.NO_SOCKET)
        return None
    literals = [to.address] if source is None else [to.address, source]
    if to.port not in PORTS or not all(map(_is_literal, literals)):
        return Refusal(no=No.FAILED, at=at, text="not an address and port", errno=errno.EINVAL)
    if _bare(to.address) in METADATA:
        return Refusal(no=No.NO_WAY_IN, at=at, text="cloud metadata addresses are never contacted")
    return None


def _is_literal(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def _bare(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    literal = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(literal, ipaddress.IPv6Address):
        if literal in NAT64:
            return ipaddress.IPv4Address(literal.packed[-4:])
        return literal.ipv4_mapped or literal
    return literal


async def direct(to: Address, limit: float, began: datetime) -> SocketStream | Refusal:
    """Connect from where we are, as who we are."""
    started = time.monotonic()
    made: socket.socket | None = None
    try:
        made, target = _socket_for(to)
        async with asyncio.timeout(limit):
            await _connected(made, target)
    except TimeoutError:
        _close(made)
        return refused(OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)), began, connecting=True)
    except OSError as error:
        _close(made)
        return refused(error, began, connecting=True)
    except BaseException:
        _close(made)
        raise
    return SocketStream(made, time.monotonic() - started)


def _close(made: socket.socket | None) -> None:
    if made is not None:
        made.close()


def _socket_for(to: Address) -> tuple[socket.socket, Target]:
    family, target = _target(to)
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setblocking(False)
    return made, target


def _target(to: Address) -> tuple[socket.AddressFamily, Target]:
    if isinstance(to, SocketPath):
        return socket.AF_UNIX, to.path
    if ":" not in to.address:
        return socket.AF_INET, (to.address, to.port)
    literal, _, scope = to.address.partition("%")
    number = int(scope) if scope.isascii() and scope.isdigit() else _interface(scope)
    return socket.AF_INET6, (literal, to.port, 0, number)


def _interface(scope: str) -> int:
    return socket.if_nametoindex(scope) if scope else 0


async def _connected(made: socket.socket, target: Target) -> None:
    """Connect without blocking, or raise.

    Not by `loop.sock_connect`: it takes EAGAIN, by which a unix socket says that its queue is full, for
    "under way", and finds the connection made.
    """
    number = made.connect_ex(target)
    if number == errno.EINPROGRESS:
        await _writable(made)
        number = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    elif number == errno.EAGAIN and made.family != socket.AF_UNIX:
        number = errno.EADDRNOTAVAIL
    if number:
        raise OSError(number, os.strerror(number))


async def _readable(made: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(made, lambda: None if ready.done() else ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_reader(made)


async def _writable(made: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_writer(made, lambda: None if ready.done() else ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_writer(made)
