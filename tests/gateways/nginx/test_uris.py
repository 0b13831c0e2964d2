"""URIs, hosts, units and host tables on anything at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.gateways.nginx.hostnames import HostTable
from why502.gateways.nginx.units import number, seconds, size
from why502.gateways.nginx.upstream import parse_url
from why502.gateways.nginx.uris import argument, escape_args, escape_uri, read_host, read_uri


@given(st.text("/.%2fFeE?#+ab0") | st.text())
def test_reads_any_uri(text: str) -> None:
    uri = read_uri(text)
    if uri is not None:
        assert uri.path.startswith("/")
        assert "/../" not in uri.path
        assert "/./" not in uri.path or "%" in text
        assert "//" not in uri.path or "%" in text


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("A.Test:80", "a.test"),
        ("a.test.", "a.test"),
        ("[::1]:80", "[::1]"),
        ("a_b", "a_b"),
        (None, ""),
        ("", None),
        ("a..b", None),
        ("a/b", None),
        ("a b", None),
        ("a:x", None),
        (".", None),
    ],
)
def test_reads_hosts(header: str | None, host: str | None) -> None:
    assert read_host(header) == host


def test_escapes() -> None:
    assert escape_uri("/a b?&+\xe9") == "/a%20b%3F&+%E9"
    assert escape_args("a&b+;") == "a%26b%2B%3B"


@pytest.mark.parametrize(("args", "value"), [("x=1&X=2", "1"), ("y&X=%20", "%20"), ("xx=1", ""), ("x", ""), ("x=", "")])
def test_finds_arguments(args: str, value: str) -> None:
    assert argument(args, "x") == value


@given(st.text("0123456789ymsdhwMk g", max_size=12) | st.text())
def test_reads_any_unit(text: str) -> None:
    for value in (seconds(text), seconds(text, fine=False), size(text), number(text)):
        assert value is None or value >= 0


def test_reads_units() -> None:
    assert [seconds(text) for text in ("1d", "1h 30m", "60", "1s500ms", "", "1x", "1y", "-1")] == [
        86400.0,
        5400.0,
        60.0,
        1.5,
        None,
        None,
        None,
        None,
    ]
    assert seconds("1y", fine=False) == 31_536_000.0
    assert seconds("1ms", fine=False) is None


@given(st.text("htp:s/unix[]@.:?8a", max_size=20) | st.text())
def test_takes_any_url(text: str) -> None:
    schemes = {"http": (False, 80), "https": (True, 443)}
    for uri_part in (True, False):
        url = parse_url(text, schemes, bare=True, uri_part=uri_part)
        assert url is None or url.target is not None


@given(st.lists(st.text(".*ab", max_size=6)), st.text(".ab", max_size=8))
def test_finds_in_any_table(names: list[str], host: str) -> None:
    table: HostTable[int] = HostTable()
    for position, name in enumerate(names):
        table.add(name, position)
    found = table.find(host)
    if host and host in names and not any(name == f".{host}" for name in names):
        assert found == (names.index(host), f'name "{host}"') or host.startswith(".")
