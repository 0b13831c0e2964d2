import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from why502.logs.routes import (
    LONGEST_SEGMENT,
    MOST_AT_TOP,
    MOST_CHILDREN,
    MOST_SEGMENTS,
    NO_ROUTE,
    again,
    is_variable,
    prefixes_to_collapse,
    renamed,
    route,
    split_request,
)

TARGETS = st.lists(
    st.sampled_from([b"a", b"bc", b"", b"17", b"x?y", b"%20", b"\xff", b"z" * 50, b"*", b"**"]), max_size=11
).map(lambda parts: b"/" + b"/".join(parts))


@pytest.mark.parametrize(
    ("request_line", "parts"),
    [
        (b"GET / HTTP/1.1", (b"GET", b"/")),
        (b"GET /a b HTTP/1.1", (b"GET", b"/a b")),
        (b"GET / HTTP/1.1 HTTP/2", (b"GET", b"/ HTTP/1.1")),
        (b"GET /", (b"", b"")),
        (b"\\x16\\x03\\x01", (b"", b"")),
        (b"", (b"", b"")),
        (b"GET HTTP/1.1", (b"", b"")),
    ],
)
def test_a_request_line(request_line: bytes, parts: tuple[bytes, bytes]) -> None:
    assert split_request(request_line) == parts


@pytest.mark.parametrize(
    ("method", "target", "name"),
    [
        (b"GET", b"/", b"GET /"),
        (b"GET", b"/a/b?x=/1", b"GET /a/b"),
        (b"GET", b"/a#b/c", b"GET /a"),
        (b"EVIL", b"/a", b"* /a"),
        (b"", b"/a", NO_ROUTE),
        (b"CONNECT", b"a:443", b"CONNECT *"),
        (b"OPTIONS", b"*", b"OPTIONS *"),
        (b"GET", b"http://h", b"GET /"),
        (b"GET", b"https://h/a/17", b"GET /a/*"),
        (b"GET", b"/a/", b"GET /a/"),
        (b"GET", b"/1/2/3/4/5/6/7/8/9/10", b"GET" + b" /*" + b"/*" * 7 + b"/**"),
    ],
)
def test_names(method: bytes, target: bytes, name: bytes) -> None:
    assert route(method, target) == name


@pytest.mark.parametrize(
    "segment", [b"17", b"0b7e5a52-9a4e-4a3e-8f5e-3a1b6d9a0c11", b"deadbee7", b"a" * 41, b"a b", b"20261120", b"x12"]
)
def test_what_names_one_of_many(segment: bytes) -> None:
    assert is_variable(segment)


@pytest.mark.parametrize(
    "segment", [b"", b"api", b"v1", b"v12", b"item2", b"index.html", b"deadbeef", b"a" * LONGEST_SEGMENT]
)
def test_what_names_a_kind(segment: bytes) -> None:
    assert not is_variable(segment)


@given(target=TARGETS, method=st.sampled_from([b"GET", b"POST", b"x"]))
def test_a_route_is_bounded_and_a_name_of_itself(target: bytes, method: bytes) -> None:
    name = route(method, target)
    head, _, path = name.partition(b" ")
    assert head in (b"GET", b"POST", b"*")
    assert path.count(b"/") <= MOST_SEGMENTS + 1
    assert len(path) <= (LONGEST_SEGMENT + 1) * MOST_SEGMENTS + 3
    if method != b"x" and not path.endswith(b"/**"):
        assert route(method, path) == name
    assert again(name, frozenset()) == name


@st.composite
def crowded(draw: st.DrawFn) -> list[bytes]:
    """Routes with parents of about as many children as are borne."""
    made: set[bytes] = set()
    for parent, most in ((b"GET /a/", MOST_CHILDREN), (b"GET /a/b/", MOST_CHILDREN), (b"POST /", MOST_AT_TOP)):
        count = draw(st.sampled_from([0, 1, most, most + 1, most + 3]))
        made |= {
            parent + b"k" + bytes([97 + each // 26, 97 + each % 26]) + draw(st.sampled_from([b"", b"/x", b"/y"]))
            for each in range(count)
        }
    spread = draw(st.integers(0, MOST_CHILDREN + 2))
    made |= {
        b"GET /c/" + bytes([97 + each // 26, 97 + each % 26]) + b"/d" + bytes([97 + each // 26, 97 + each % 26])
        for each in range(spread)
    }
    return sorted(made)


@given(crowded(), st.randoms(use_true_random=False))
def test_collapsing_knows_no_order_and_is_a_closure(names: list[bytes], chance: random.Random) -> None:
    found = prefixes_to_collapse(names)
    mixed = names[:]
    chance.shuffle(mixed)
    assert prefixes_to_collapse(mixed) == found
    after = [again(name, found) for name in names]
    assert prefixes_to_collapse(after) <= found
    assert [again(name, found) for name in after] == after
    assert dict(renamed(names)) == dict(zip(names, after, strict=True))


@given(crowded(), st.integers(1, 5), st.randoms(use_true_random=False))
@example([b"GET /a/k%c%c" % (97 + each // 26, 97 + each % 26) for each in range(65)], 2, random.Random(1))
def test_what_collapsed_apart_collapses_to_the_whole(names: list[bytes], parts: int, chance: random.Random) -> None:
    whole = set(renamed(names).values())
    groups: list[list[bytes]] = [[] for _ in range(parts)]
    for name in names:
        chance.choice(groups).append(name)
    merged = [new for group in groups for new in renamed(group).values()]
    collapsed = prefixes_to_collapse(names)
    assert {again(name, collapsed) for name in merged} == whole


def test_too_many_children_are_one() -> None:
    names = [b"GET /user/u%c%c" % (97 + each // 26, 97 + each % 26) for each in range(MOST_CHILDREN + 1)]
    assert prefixes_to_collapse(names[:-1]) == frozenset()
    assert set(renamed(names).values()) == {b"GET /user/*"}
    assert route(b"GET", b"/user/zz", prefixes_to_collapse(names)) == b"GET /user/*"
