"""Resolving: by the system, by each server, by the hosts file."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.stands.around import look
from why502.observations.fact import Fact
from why502.observations.place import Place, Window
from why502.observations.probes import NameAnswer
from why502.observations.subjects import Name
from why502.observations.want import Gap, Want, Why
from why502.probes.names import hosts_of, resolving, servers_of
from why502.vantage.base import No, Raw, Refusal, Resolved
from why502.vantage.local import Local

AT = Window.instant(datetime(2026, 1, 2, tzinfo=UTC))


class Told(Local):
    """This host, but with files and name servers of the test's making."""

    def __init__(self, files: dict[str, bytes], answers: dict[str | None, Resolved | Refusal]) -> None:
        super().__init__()
        self.files, self.answers = files, answers

    async def read(self, place: Place, path: str, most: int, **_: object) -> Raw | Refusal:  # type: ignore[override]
        data = self.files.get(path)
        return Refusal(no=No.MISSING, at=AT) if data is None else Raw(data=data, at=AT, source=path, changed=AT.start)

    async def resolve(self, place: Place, name: str, server: str | None = None) -> Resolved | Refusal:
        return self.answers[server]


def resolved(*addresses: str, code: str = "NOERROR") -> Resolved:
    return Resolved(addresses=addresses, code=code, at=AT, seconds=0.002)


def ask(
    files: dict[str, bytes], answers: dict[str | None, Resolved | Refusal], name: str = "App.internal."
) -> list[Fact]:
    about = Name(place=Local().here(), name=name)
    found = look(resolving, Want(kind=NameAnswer, about=about), Told(files, answers))
    assert isinstance(found, tuple), found
    return list(found)


def summary(facts: list[Fact]) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {fact.server: (fact.code, fact.addresses) for fact in facts if isinstance(fact, NameAnswer)}


def test_each_that_was_asked_is_a_fact_of_its_own() -> None:
    files = {
        "/etc/resolv.conf": b"# by hand\nsearch internal\nnameserver 10.0.0.2\nnameserver 10.0.0.3\n",
        "/etc/hosts": b"127.0.0.1 localhost\n10.0.0.9 app app.INTERNAL # the old one\n",
    }
    answers: dict[str | None, Resolved | Refusal] = {
        None: resolved("10.0.0.9"),
        "10.0.0.2": resolved(code="NXDOMAIN"),
        "10.0.0.3": Refusal(no=No.TIMED_OUT, at=AT, text="no answer"),
    }
    facts = ask(files, answers)
    assert summary(facts) == {
        "system": ("NOERROR", ("10.0.0.9",)),
        "hosts": ("NOERROR", ("10.0.0.9",)),
        "10.0.0.2": ("NXDOMAIN", ()),
        "10.0.0.3": ("TIMEOUT", ()),
    }
    raws = [fact.seen.raw for fact in facts]
    assert raws == [
        "App.internal. by the system's resolver: 10.0.0.9 in 2.0 ms",
        "10.0.0.9 app app.INTERNAL # the old one",
        "App.internal. by name server 10.0.0.2: NXDOMAIN in 2.0 ms",
        "App.internal. by name server 10.0.0.3: TIMEOUT (no answer) in 0.0 ms",
    ]
    assert facts[1].since == AT.start


def test_without_a_resolv_conf_the_system_alone_is_asked() -> None:
    assert summary(ask({}, {None: Refusal(no=No.FAILED, at=AT, errno=101)})) == {"system": ("FAILED", ())}


def test_no_way_in_is_a_gap() -> None:
    about = Name(place=Local().here(), name="app")
    found = look(resolving, Want(kind=NameAnswer, about=about), Told({}, {None: Refusal(no=No.NO_WAY_IN, at=AT)}))
    assert isinstance(found, Gap)
    assert found.why is Why.NO_VANTAGE


def test_an_address_is_no_name() -> None:
    assert ask({}, {}, "10.0.0.1") == []


class NoFiles(Local):
    """This host, without its configuration: no name server beyond loopback is asked by a test."""

    async def read(self, place: Place, path: str, most: int, **_: object) -> Raw | Refusal:  # type: ignore[override]
        return Refusal(no=No.MISSING, at=AT)


def test_on_this_host() -> None:
    about = Name(place=Local().here(), name="localhost")
    found = look(resolving, Want(kind=NameAnswer, about=about), NoFiles())
    assert isinstance(found, tuple)
    assert "127.0.0.1" in summary(list(found))["system"][1]


def test_at_most_three_servers_and_one_by_default() -> None:
    text = (
        "nameserver 1.1.1.1\nnameserver 1.1.1.1\nnameserver x\nnameserver 2::2\nnameserver 4.4.4.4\nnameserver 5.5.5.5"
    )
    assert servers_of(text) == ("1.1.1.1", "2::2")
    assert servers_of("search x") == ("127.0.0.1",)


@given(st.text(max_size=200), st.text(max_size=20))
def test_take_any_text(text: str, name: str) -> None:
    servers_of(text)
    addresses, lines = hosts_of(text, name)
    assert bool(addresses) == bool(lines)
