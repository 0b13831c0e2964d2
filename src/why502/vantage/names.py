"""Ask name servers for the addresses of a name (A and AAAA), with dnspython's messages over our own sockets."""

import asyncio
import errno
import ipaddress
import os
import socket
import struct
import time
from datetime import datetime
from typing import TYPE_CHECKING

from why502.observations.frozen import frozen
from why502.observations.place import Window
from why502.vantage.base import No, Refusal, Resolved
from why502.vantage.entering import Plan, entered
from why502.vantage.refusing import now

if TYPE_CHECKING:
    from dns.message import Message

SECONDS = 2.0
TRIES = 2
"""A datagram may be lost; the second one is sent when half of the time is over."""
PORT = 53
ANSWER_BYTES = 4096
SERVERS = 3
SEARCHED = 6
DOTS = 15
LOOPBACK = "127.0.0.1"
DIGEST = 200


@frozen
class Resolver:
    """What `resolv.conf` says: servers in order, domains to be searched, dots that make a name whole (resolv.conf(5)).

    Bounds are the C library's: three servers, `ndots` up to 15; of the domains six are tried.
    """

    servers: tuple[str, ...]
    search: tuple[str, ...]
    dots: int

    def candidates(self, name: str) -> tuple[str, ...]:
        """Return the names to be asked for, in order."""
        if name.endswith("."):
            return (name,)
        searched = tuple(f"{name}.{domain}" for domain in self.search)
        return (name, *searched) if name.count(".") >= self.dots else (*searched, name)


def resolver_of(text: str) -> Resolver:
    """Read `resolv.conf`; lines that say nothing are passed over, as the C library does."""
    servers: list[str] = []
    search: tuple[str, ...] = ()
    dots = 1
    for line in text.splitlines():
        match line.split():
            case ["nameserver", address, *_] if _literal(address):
                servers.append(address)
            case ["domain", domain, *_]:
                search = (domain.rstrip("."),)
            case ["search", *domains]:
                search = tuple(domain.rstrip(".") for domain in domains[:SEARCHED])
            case ["options", *options]:
                for option in options:
                    word, _, value = option.partition(":")
                    if word == "ndots" and value.isascii() and value.isdigit():
                        dots = min(int(value[:3]), DOTS)
            case _:
                pass
    return Resolver(
        servers=tuple(servers[:SERVERS]) or (LOOPBACK,), search=tuple(each for each in search if each), dots=dots
    )


def in_hosts(text: str, name: str) -> tuple[str, ...]:
    """Return the addresses that a hosts file gives a name, in its order (hosts(5))."""
    wanted = name.rstrip(".").lower()
    found: list[str] = []
    for line in text.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        if wanted in (each.lower() for each in names) and _literal(address):
            found.append(address)
    return tuple(dict.fromkeys(found))


def _literal(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


async def by_files(name: str, hosts: str, resolver: str, way: Plan, began: datetime) -> Resolved | Refusal:
    """Resolve as the C library does with `hosts: files dns`; `way` leads into the network from which to ask."""
    started = time.monotonic()
    addresses = (name,) if _literal(name) else in_hosts(hosts, name)
    if addresses:
        found = Window(start=began, end=now())
        return Resolved(addresses=addresses, code="NOERROR", at=found, seconds=time.monotonic() - started)
    config = resolver_of(resolver)
    answer: Resolved | Refusal = Refusal(no=No.FAILED, at=Window(start=began, end=now()), text="not a name")
    for candidate in config.candidates(name):
        answer = await _first_answer(candidate, config.servers, way)
        if isinstance(answer, Refusal) or answer.code == "NOERROR":
            break
    return answer


async def _first_answer(name: str, servers: tuple[str, ...], way: Plan) -> Resolved | Refusal:
    """Ask one server after another until one has an answer."""
    answer = await ask_server(name, servers[0], way)
    for server in servers[1:]:
        if isinstance(answer, Resolved) and answer.code in {"NOERROR", "NODATA", "NXDOMAIN"}:
            break
        answer = await ask_server(name, server, way)
    return answer


async def ask_server(name: str, server: str, way: Plan) -> Resolved | Refusal:
    """Return the addresses as this server gives them; `code` is the server's response code.

    `server` is an IP literal, or `address:port` / `[address]:port`. `way` is the part of a plan that leads into the
    network from which to ask, empty for our own.
    """
    import dns.exception
    import dns.message

    began, started = now(), time.monotonic()
    try:
        questions = [dns.message.make_query(name, kind, use_edns=False) for kind in ("A", "AAAA")]
        wires = [question.to_wire() for question in questions]
    except (dns.exception.DNSException, ValueError) as error:
        return Refusal(no=No.FAILED, at=Window.instant(began), text=f"not a name: {error}"[:DIGEST])
    addresses: list[str] = []
    code = "NODATA"
    for question, wire in zip(questions, wires, strict=True):
        answer = await _asked(question, wire, server, way)
        if isinstance(answer, OSError):
            if addresses:
                # Many a server has no answer for AAAA; the addresses that it gave are good.
                break
            no = No.TIMED_OUT if answer.errno == errno.ETIMEDOUT else No.FAILED
            text = answer.strerror or str(answer)
            return Refusal(no=no, at=Window(start=began, end=now()), text=text, errno=answer.errno)
        found, said = answer
        addresses += found
        if said != "NOERROR":
            code = said
            break
    return Resolved(
        addresses=tuple(dict.fromkeys(addresses)),
        code="NOERROR" if addresses else code,
        at=Window(start=began, end=now()),
        seconds=time.monotonic() - started,
    )


async def _asked(question: "Message", wire: bytes, server: str, way: Plan) -> tuple[list[str], str] | OSError:
    """Send one question; return the addresses and the response code, or why there is no answer."""
    try:
        address, port = split_server(server)
        made = await _datagram(address, port, way)
    except OSError as error:
        return error
    except ValueError:
        return OSError(errno.EINVAL, "not a server's address")
    with made:
        try:
            async with asyncio.timeout(SECONDS):
                return await _exchange(made, question, wire)
        except TimeoutError:
            return OSError(errno.ETIMEDOUT, "the name server does not answer")
        except OSError as error:
            return error


async def _exchange(made: socket.socket, question: "Message", wire: bytes) -> tuple[list[str], str]:
    loop = asyncio.get_running_loop()
    for _ in range(TRIES):
        await loop.sock_sendall(made, wire)
        try:
            async with asyncio.timeout(SECONDS / TRIES):
                while True:
                    answer = addresses_in(await loop.sock_recv(made, ANSWER_BYTES), question)
                    if answer is not None:
                        return answer
        except TimeoutError:
            continue
    raise TimeoutError


def addresses_in(data: bytes, question: "Message") -> tuple[list[str], str] | None:
    """Read an answer: addresses and response code; None for what is no answer to this question."""
    import dns.exception
    import dns.message
    import dns.rcode
    import dns.rdatatype

    try:
        answer = dns.message.from_wire(data, ignore_trailing=True)
        if not question.is_response(answer):
            return None
        addresses = [
            record.to_text()
            for rrset in answer.answer
            if rrset.rdtype in {dns.rdatatype.A, dns.rdatatype.AAAA}
            for record in rrset
        ]
    except (dns.exception.DNSException, ValueError, IndexError, struct.error):
        return None
    return addresses, dns.rcode.to_text(answer.rcode())


def split_server(server: str) -> tuple[str, int]:
    """Read `address`, `address:port`, `[address]:port`; raise ValueError for a name or a wrong port."""
    address, port = server, PORT
    if server.startswith("["):
        address, _, rest = server[1:].partition("]")
        port = int(rest[1:]) if rest.startswith(":") else PORT
    elif server.count(":") == 1:
        address, _, rest = server.partition(":")
        port = int(rest)
    if not _literal(address) or not 0 < port < 1 << 16:
        raise ValueError(server)
    return address, port


async def _datagram(address: str, port: int, way: Plan) -> socket.socket:
    if not way:
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.setblocking(False)
            made.connect((address, port))
        except BaseException:
            made.close()
            raise
        return made
    plan: Plan = {"do": "datagram", "family": "6" if ":" in address else "4", "address": address, "port": port}
    said, handed = await entered(plan | {"limit": SECONDS} | way, SECONDS)
    if handed is None:
        number = said.get("errno")
        code = number if isinstance(number, int) else errno.EIO
        raise OSError(code, os.strerror(code))
    made = socket.socket(fileno=handed)
    made.setblocking(False)
    return made
