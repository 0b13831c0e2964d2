"""Patterns that mean in Python what they mean to nginx, or are refused."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.gateways.nginx.patterns import Found, Unknown, names, search


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        (r"\.php$", "/a.php", ()),
        (r"^/(?<year>\d+)/(.*)$", "/12/x", ("12", "x")),
        (r"^/(?'y'\d+)(?P<z>z)?", "/12", ("12", "")),
        (r"[[:alpha:]-]+[^/]$", "ab-c", ()),
        (r"^(?i)/ABC", "/abc", ()),
        (r"x(?i:Y)(?-i)Z", "xyZ", ()),
        (r"[+--]$", "-", ()),
        (r"[]a[&&~~||]", "[", ()),
        (r"a{2,}b{", "aab{", ()),
        (r"a{,3}$", "a{,3}", ()),
        (r"^\/foo\-\_", "/foo-_", ()),
        (r"[\w-.]+$", "a-.", ()),
        (r"\Qa.b\E(c)", "a.bc", ("c",)),
        (r"(a)\1\x41\x{42}\z", "aaAB", ("a",)),
        (r"\h\R$", "\t\r\n", ()),
        (r"(?>a+)b++", "aabb", ()),
        (r"^[^\x00-\x7f]$", "\xe9", ()),
        ("[a-c\\d_-]{3}", "b1-", ()),
    ],
)
def test_matches(pattern: str, text: str, groups: tuple[str, ...]) -> None:
    found = search(pattern, text)
    assert isinstance(found, Found)
    assert found.groups == groups


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\.php$", "/a.phpx"),
        (r"\Qa.b\E", "axb"),
        (r"^\d", "\u0661"),
        (r"[[:upper:]]", "abc"),
        ("^É$", "é"),
        ("a", "A"),
    ],
)
def test_does_not_match(pattern: str, text: str) -> None:
    assert search(pattern, text) is None


def test_ignores_case_of_letters_only_in_ascii() -> None:
    assert isinstance(search("ABC", "abc", caseless=True), Found)
    assert search("\xc9", "\xe9", caseless=True) is None


@pytest.mark.parametrize(
    "pattern", ["(?R)", "(", ")", "a**", "(?|a|b)", r"\K", "(*UTF8)a", "a(?i)b|c", "[a", r"\p{L}", "\\"]
)
def test_refuses_what_it_does_not_have(pattern: str) -> None:
    assert isinstance(search(pattern, "a"), Unknown)
    assert names(pattern) == ()


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a*)*b", "((a|b)+c?)+$", "(?:(?:a+){2,})+$", "((a{1,})x?)*$"])
def test_is_never_caught_by_repeats_within_repeats(pattern: str) -> None:
    started = time.perf_counter()
    assert isinstance(search(pattern, "a" * 2000 + "!"), Unknown)
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    "pattern", ["(.*)" * 6 + "x", r"\w*\d*\w*\d*\w*\w*x", ".*.*.*.*.*.*x", "(a*)(a*)(a*)(a*)(a*)a*x"]
)
def test_is_never_caught_by_repeats_that_share_a_text(pattern: str) -> None:
    started = time.perf_counter()
    assert isinstance(search(pattern, "1a" * 1000), Unknown)
    assert time.perf_counter() - started < 10


def test_tries_usual_patterns_on_long_texts() -> None:
    long = "/" + "/".join(["part"] * 4) + "/" + "x" * 1500
    assert isinstance(search(r"^/(\w+)/(\w+)/([^/]+)/([^/]+)/(.*)$", long), Found)
    assert isinstance(search(r"^(.*)/(.*)$", long), Found)


def test_tells_names() -> None:
    assert names(r"(?<a>.)(?P<b>.)(.)") == ("a", "b")


@given(st.text(max_size=30) | st.text("()[]{}?*+|\\^$<>:=!-iaz09,'", max_size=16), st.text("aAz09[]/", max_size=12))
def test_takes_any_pattern(pattern: str, text: str) -> None:
    search(pattern, text)
