from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.diagnosis.options import TargetError
from why502.diagnosis.target import authorization, is_address, netloc, parse_target


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("https://shop.example.com/a?b=1", ("https", "shop.example.com", None, "/a?b=1")),
        ("HTTP://Shop.Example.COM:8080", ("http", "shop.example.com", 8080, "/")),
        ("shop.example.com", (None, "shop.example.com", None, "/")),
        ("localhost:3000/x", (None, "localhost", 3000, "/x")),
        ("http://[::1]:81/", ("http", "::1", 81, "/")),
        ("127.0.0.1:80", (None, "127.0.0.1", 80, "/")),
        ("http://bücher.example/ü", ("http", "xn--bcher-kva.example", None, "/%C3%BC")),
        ("http://a/b%20c#d", ("http", "a", None, "/b%20c")),
        ("shop.example.com/?next=http://b/", (None, "shop.example.com", None, "/?next=http://b/")),
    ],
)
def test_it_is_taken_apart(written: str, parts: tuple[object, ...]) -> None:
    target = parse_target(written)
    assert (target.scheme, target.host, target.port, target.path) == parts


@pytest.mark.parametrize(
    "written",
    ["", "a b", "ftp://a/", "http://", "http://a:0/", "http://a:99999/", "http://a:b/", "1.2.3", "a..b", "-a.example",
     "http://a\r\nHost: b/", "http://[::1/", "x" * 9000, "a." + "b" * 64, "http://256.1.1.1/"],
)  # fmt: skip
def test_what_cannot_be_understood_is_said(written: str) -> None:
    with pytest.raises(TargetError) as told:
        parse_target(written)
    assert len(str(told.value)) < 600
    assert all(each.isprintable() for each in str(told.value))


def test_a_password_is_not_kept() -> None:
    assert "secret" not in parse_target("http://user:secret@shop.example.com/").written


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("http://user:pass@shop.example.com/", b"user:pass"),
        ("user:pass@shop.example.com:8080", b"user:pass"),
        ("https://user@shop.example.com/", b"user:"),
        ("http://a%40b:p%3A%2F%C3%BC@shop.example.com/", "a@b:p:/ü".encode()),
        ("http://user:p@ss:w@[::1]:80/x", b"user:p@ss:w"),
    ],
)
def test_a_user_in_the_url_is_told_as_curl_tells_it(written: str, told: bytes) -> None:
    ((name, value),) = authorization(written)
    assert name == "Authorization"
    assert value.startswith("Basic ")
    assert b64decode(value.removeprefix("Basic ")) == told
    assert "@" not in parse_target(written).written


@pytest.mark.parametrize("written", ["http://shop.example.com/a@b", "http://@a/", "shop.example.com?to=u:p@b", "::1"])
def test_without_a_user_nothing_is_told(written: str) -> None:
    assert authorization(written) == ()


def test_addresses_and_hosts() -> None:
    assert is_address("::1")
    assert is_address("fe80::1%eth0")
    assert not is_address("shop")
    assert netloc("::1", 8080, "http") == "[::1]:8080"
    assert netloc("a", 443, "https") == "a"
    assert netloc("a", 443, "http") == "a:443"
    assert netloc("a", None, "http") == "a"


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_an_error(written: str) -> None:
    try:
        target = parse_target(written)
    except TargetError:
        return
    assert target.host
    for _, value in authorization(written):
        assert b":" in b64decode(value.removeprefix("Basic "), validate=True)
    assert target.path.startswith("/")
    assert not any(sign in target.path + target.host for sign in "\r\n \0")
