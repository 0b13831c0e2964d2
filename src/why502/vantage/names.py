"""Ask one name server for the addresses of a name (A and AAAA), with dnspython's messages over our own sockets."""

import asyncio
import errno
import os
import socket
import time
from datetime import UTC, datetime

from why502.observations.place import Place, Window
from why502.vantage.base import No, Refusal, Resolved
from why502.vantage.entering import entered, namespace_path

SECONDS = 2.0
PORT = 53


async def ask_server(place: Place, name: str, server: str, here: Place, pid_in: "int | None") -> Resolved | Refusal:
    """Return the addresses as this server gives them; `code` is the server's response code.

    `server` is an IP literal, or `address:port` / `[address]:port`. `pid_in` is a process of the place's
    network namespace when that is not our own.
    """
    import dns.exception
    import dns.message
    import dns.name
    import dns.rcode
    import dns.rdatatype

    began, started = datetime.now(UTC), time.monotonic()
    try:
        questions = [dns.message.make_query(name, kind, use_edns=0) for kind in ("A", "AAAA")]
    except dns.exception.DNSException as error:
        return Refusal(no=No.FAILED, at=Window.instant(began), text=f"not a name: {error}")
    addresses: list[str] = []
    code = "NODATA"
    for question in questions:
        data = await _exchange(question.to_wire(), server, place, here, pid_in)
        at = Window(start=began, end=datetime.now(UTC))
        if isinstance(data, OSError):
            no = No.TIMED_OUT if data.errno == errno.ETIMEDOUT else No.FAILED
            return Refusal(no=no, at=at, text=data.strerror or str(data), errno=data.errno)
        try:
            answer = dns.message.from_wire(data)
        except (dns.exception.DNSException, ValueError) as error:
            return Refusal(no=No.FAILED, at=at, text=f"not a DNS answer: {error}")
        if answer.rcode() != dns.rcode.NOERROR:
            code = dns.rcode.to_text(answer.rcode())
            break
        for rrset in answer.answer:
            if rrset.rdtype in {dns.rdatatype.A, dns.rdatatype.AAAA}:
                addresses += [record.to_text() for record in rrset]
    return Resolved(
        addresses=tuple(dict.fromkeys(addresses)),
        code="NOERROR" if addresses else code,
        at=Window(start=began, end=datetime.now(UTC)),
        seconds=time.monotonic() - started,
    )


def _split(server: str) -> tuple[str, int]:
    if server.startswith("["):
        address, _, port = server[1:].partition("]:")
        return address, int(port or PORT)
    if server.count(":") == 1:
        address, _, port = server.partition(":")
        return address, int(port)
    return server, PORT


async def _exchange(question: bytes, server: str, place: Place, here: Place, pid_in: int | None) -> bytes | OSError:
    try:
        address, port = _split(server)
        made = await _datagram(address, port, place, here, pid_in)
    except (OSError, ValueError) as error:
        return error if isinstance(error, OSError) else OSError(errno.EINVAL, "not a server's address")
    loop = asyncio.get_running_loop()
    with made:
        try:
            async with asyncio.timeout(SECONDS):
                await loop.sock_sendall(made, question)
                while True:
                    data = await loop.sock_recv(made, 4096)
                    if data[:2] == question[:2]:
                        return data
        except TimeoutError:
            return OSError(errno.ETIMEDOUT, "the name server does not answer")
        except OSError as error:
            return error


async def _datagram(address: str, port: int, place: Place, here: Place, pid_in: int | None) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if place.net in {None, here.net} or pid_in is None:
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.connect((address, port))
        return made
    said, handed = await entered(
        {
            "do": "datagram",
            "family": "6" if family == socket.AF_INET6 else "4",
            "address": address,
            "port": port,
            "limit": SECONDS,
            "net": namespace_path(pid_in, "net"),
        },
        SECONDS,
    )
    if handed is None:
        number = said.get("errno")
        code = number if isinstance(number, int) else errno.EIO
        raise OSError(code, os.strerror(code))
    made = socket.socket(fileno=handed)
    made.setblocking(False)
    return made
