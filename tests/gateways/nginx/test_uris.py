"""URIs and hosts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
