import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs import nginx_guess


def guesses(lines: list[bytes]) -> list[str]:
    """Guess, and write variables without braces."""
    return [re.sub(r"\$\{(\w+)\}", r"$\1", each) for each in nginx_guess.guesses(lines)]


START = b'127.0.0.1 - - [20/Nov/2026:14:02:10 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"'
COMBINED = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (b" 0.004 0.003", "$request_time $upstream_response_time"),
        (b" rt=0.004", "rt=$request_time"),
        (
            b' rt=0.004 uct="0.000" uht="0.003" urt="0.003"',
            'rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time"',
        ),
        (b" 10.0.0.1:80 502 0.004", "$upstream_addr $upstream_status $request_time"),
        (
            b' upstream: "unix:/run/a.sock" request_time: 0.100',
            'upstream: "$upstream_addr" request_time: $request_time',
        ),
        (b' "203.0.113.9:443"', None),
        (b" 502", None),
        (b' ua="10.0.0.1:80, 10.0.0.2:80"', 'ua="$upstream_addr"'),
        (b' us="502, 200" upstream_addr="10.0.0.1:80"', 'us="$upstream_status" upstream_addr="$upstream_addr"'),
    ],
)
def test_what_stands_behind_combined(tail: bytes, expected: str | None) -> None:
    found = guesses([START + tail] * 5)
    if expected is None:
        assert found == []
    else:
        assert len(found) == 1
        assert found[0].startswith(COMBINED)
        assert found[0].endswith(expected)


def test_another_order() -> None:
    line = b'10.0.0.9 a.example [20/Nov/2026:14:02:10 +0000] 0.004 "GET / HTTP/1.1" 502 5 "-" 10.0.0.1:80'
    made = '$remote_addr $http_x1 [$time_local] $http_x3 "$request" $status $body_bytes_sent "$http_x7" $upstream_addr'
    assert guesses([line]) == [made]


def test_what_one_client_of_many_makes_is_not_believed() -> None:
    plain = [START + b' ua="curl" rt=0.004'] * 30
    sly = START + b' ua="10.0.0.9:80" rt=0.004'
    assert all("upstream_addr" not in each for each in guesses([*plain, sly]))


def test_an_object() -> None:
    line = (
        b'{"time":"2026-11-20T14:02:19+00:00","status":502,"upstream_addr":"10.0.0.1:80","x":"a\\"b",'
        b'"n":{"request_time":0.004}}'
    )
    made = (
        '{"time":"$time_iso8601","status":$status,"upstream_addr":"$upstream_addr","x":"$http_x3",'
        '"n":{"request_time":$request_time}}'
    )
    assert guesses([line]) == [made]


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes_are_answered(lines: list[bytes]) -> None:
    assert isinstance(guesses(lines), list)


@given(st.lists(st.sampled_from([b" ", b'"', b"{", b"}", b"=", b"0.1", b"[", b"\\", b":", b"ua=", b"$"]), max_size=60))
def test_a_line_made_to_be_slow_is_answered(parts: list[bytes]) -> None:
    assert isinstance(guesses([START + b"".join(parts) * 20]), list)


def test_objects_whose_keys_change_places() -> None:
    one = b'{"status":502,"time":"2026-11-20T14:02:19.5Z","up":{"upstream_addr":"10.0.0.1:80"}}'
    two = b'{"up":{"upstream_addr":"10.0.0.1:80"},"time":"2026-11-20T14:02:19Z","status":200,"list":[1]}'
    assert nginx_guess.paths([one, two]) == {
        "status": ("status",),
        "time_iso8601": ("time",),
        "upstream_addr": ("up", "upstream_addr"),
    }


@pytest.mark.parametrize(
    "line",
    [
        b'{"status":502,"time":"2026-11-20T14:02:19Z"}',
        b'{"status":502,"upstream_addr":"10.0.0.1:80"}',
        b'{"status":502,"time":"2026-11-20T14:02:19Z","upstream_addr":"curl/8"}',
        b"{" * 3000,
        b"[1]",
    ],
)
def test_objects_that_tell_too_little(line: bytes) -> None:
    assert nginx_guess.paths([line]) == {}


def test_a_dash_says_nothing() -> None:
    served = START + b" - - 0.000 -"
    asked = START + b" 10.0.0.1:80 502 0.004 0.003"
    found = guesses([served] * 20 + [asked])
    assert len(found) == 1
    assert found[0].endswith("$upstream_addr $upstream_status $request_time $upstream_response_time")


def test_a_request_that_is_none_changes_nothing() -> None:
    plain = START + b" rt=0.004"
    assert guesses([plain] * 3) == guesses([plain, plain, plain.replace(b"GET / HTTP/1.1", b"\\x16\\x03")])
