"""One name server's answers, hostile ones too, and the files by which a place resolves."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantage.running import awaited
from why502.vantage import names
from why502.vantage.base import No, Refusal, Resolved
from why502.vantage.names import addresses_in, ask_server, by_files, in_hosts, resolver_of, split_server
from why502.vantage.refusing import now

QUESTION = dns.message.make_query("shop.example.com", "A", use_edns=False)
Answer = Callable[[dns.message.Message], list[bytes]]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """Answer each question with these datagrams; gives `address:port`."""
    with socket.socket(type=socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(0.1)
        stopped = threading.Event()

        def serve() -> None:
            while not stopped.is_set():
                try:
                    data, peer = made.recvfrom(4096)
                except TimeoutError:
                    continue
                for each in answer(dns.message.from_wire(data)):
                    made.sendto(each, peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{made.getsockname()[1]}"
        finally:
            stopped.set()
            thread.join()


def wire(question: dns.message.Message, *addresses: str, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> bytes:
    answer = dns.message.make_response(question)
    answer.set_rcode(rcode)
    name, kind = question.question[0].name, question.question[0].rdtype
    fitting = [each for each in addresses if (":" in each) == (kind == dns.rdatatype.AAAA)]
    if fitting:
        answer.answer.append(dns.rrset.from_text_list(name, 60, "IN", kind, fitting))
    return answer.to_wire()


async def resolved(answer: Answer, name: str = "shop.example.com") -> Resolved:
    with server(answer) as address:
        got = await ask_server(name, address, {})
    assert isinstance(got, Resolved)
    return got


@awaited
async def test_both_kinds_of_addresses_are_asked_for() -> None:
    got = await resolved(lambda question: [wire(question, "10.0.0.1", "10.0.0.2", "fd00::1")])
    assert (sorted(got.addresses), got.code) == (["10.0.0.1", "10.0.0.2", "fd00::1"], "NOERROR")


@awaited
async def test_codes_are_told() -> None:
    for rcode in (dns.rcode.NXDOMAIN, dns.rcode.SERVFAIL, dns.rcode.REFUSED):
        got = await resolved(lambda question, rcode=rcode: [wire(question, rcode=rcode)])
        assert (got.addresses, got.code) == ((), dns.rcode.to_text(rcode))
    assert (await resolved(lambda question: [wire(question)])).code == "NODATA"


@awaited
async def test_a_server_without_an_answer_for_aaaa_keeps_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SECONDS", 0.2)

    def deaf(question: dns.message.Message) -> list[bytes]:
        return [wire(question, "10.0.0.1")] if question.question[0].rdtype == dns.rdatatype.A else []

    assert (await resolved(deaf)).addresses == ("10.0.0.1",)


@awaited
async def test_a_lost_datagram_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SECONDS", 2.0)
    asked: list[int] = []

    def first_lost(question: dns.message.Message) -> list[bytes]:
        asked.append(question.id)
        return [wire(question, "10.0.0.1")] if len(asked) > 1 else []

    assert (await resolved(first_lost)).addresses == ("10.0.0.1",)


@awaited
async def test_what_is_no_answer_to_the_question_is_passed_over() -> None:
    def hostile(question: dns.message.Message) -> list[bytes]:
        other = dns.message.make_query("evil.example.com", "A", id=question.id, use_edns=False)
        forged = bytearray(wire(question, "6.6.6.6"))
        forged[0] ^= 0xFF
        return [b"", b"x", bytes(forged), wire(other, "6.6.6.6"), question.to_wire(), wire(question, "10.0.0.1")]

    assert (await resolved(hostile)).addresses == ("10.0.0.1",)


@awaited
async def test_silence_and_refusal_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SECONDS", 0.1)
    with server(lambda _: []) as address:
        got = await ask_server("a", address, {})
    assert isinstance(got, Refusal)
    assert got.no is No.TIMED_OUT
    got = await ask_server("a", address, {})
    assert isinstance(got, Refusal)
    assert (got.no, got.text) == (No.FAILED, "Connection refused")


@awaited
async def test_a_flood_of_wrong_answers_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SECONDS", 0.1)
    with server(lambda _: [b"nonsense"] * 2000) as address:
        async with asyncio.timeout(10):
            got = await ask_server("a", address, {})
    assert isinstance(got, Refusal)


@awaited
async def test_what_is_no_name_or_no_server_is_refused() -> None:
    for name in ("a..b", "x" * 64, "a." * 200, "\ud800"):
        got = await ask_server(name, "127.0.0.1:1", {})
        assert isinstance(got, Refusal)
        assert got.text.startswith("not a name")
    for address in ("example.com", "", "127.0.0.1:", "127.0.0.1:99999", "[::1", "[::1]:x", "1.2.3.4:-5"):
        got = await ask_server("a", address, {})
        assert isinstance(got, Refusal)
        assert got.no is No.FAILED


def test_servers_with_ports() -> None:
    assert split_server("10.0.0.1") == ("10.0.0.1", 53)
    assert split_server("10.0.0.1:5353") == ("10.0.0.1", 5353)
    assert split_server("::1") == ("::1", 53)
    assert split_server("[::1]:5353") == ("::1", 5353)
    assert split_server("[::1]") == ("::1", 53)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_none(data: bytes) -> None:
    for each in (data, QUESTION.to_wire()[:2] + b"\x80\0" + data, wire(QUESTION, "10.0.0.1")[:12] + data):
        addresses_in(each, QUESTION)


@given(st.text(), st.text(max_size=20))
def test_any_text_is_read_as_the_files_of_a_resolver(text: str, name: str) -> None:
    in_hosts(text, name)
    config = resolver_of(text)
    assert 1 <= len(config.servers) <= 3
    assert config.candidates(name)


def test_resolv_conf_is_read_as_the_c_library_reads_it() -> None:
    text = "# c\nnameserver 10.0.0.1\nnameserver x\nsearch a.b. c\nnameserver ::1\noptions timeout:1 ndots:2\n"
    config = resolver_of(text)
    assert (config.servers, config.search, config.dots) == (("10.0.0.1", "::1"), ("a.b", "c"), 2)
    assert config.candidates("web.x") == ("web.x.a.b", "web.x.c", "web.x")
    assert config.candidates("a.web.x") == ("a.web.x", "a.web.x.a.b", "a.web.x.c")
    assert config.candidates("web.") == ("web.",)
    assert resolver_of("").servers == ("127.0.0.1",)


@awaited
async def test_files_come_before_servers_and_domains_are_searched() -> None:
    hosts = "127.0.0.1 localhost\n10.1.1.1  DB db.local # db2\n::5 db\nnonsense db\n"

    def one(question: dns.message.Message) -> list[bytes]:
        known = str(question.question[0].name) == "web.shop.local."
        return [wire(question, "10.0.0.9") if known else wire(question, rcode=dns.rcode.NXDOMAIN)]

    with server(one) as address, pytest.MonkeyPatch.context() as patch:
        patch.setattr(names, "PORT", int(address.rpartition(":")[2]))
        config = "nameserver 127.0.0.1\nsearch shop.local\n"
        for name, addresses, code in (
            ("db", ("10.1.1.1", "::5"), "NOERROR"),
            ("10.2.3.4", ("10.2.3.4",), "NOERROR"),
            ("web", ("10.0.0.9",), "NOERROR"),
            ("db2", (), "NXDOMAIN"),
        ):
            got = await by_files(name, hosts, config, {}, now())
            assert isinstance(got, Resolved)
            assert (got.addresses, got.code) == (addresses, code)
