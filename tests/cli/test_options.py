import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.cli.options import BODY, body, header, host_port, resolve, seconds_back

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("15m", 900), ("90", 90), ("2h", 7200), ("1d", 86400), ("1w", 604800), ("0s", 0), ("2026-11-21T11:59+00:00", 60)],
)
def test_since_is_a_span_or_a_time(written: str, seconds: float) -> None:
    assert seconds_back(written, NOW) == seconds


def test_since_without_a_zone_is_local_time() -> None:
    local = (NOW - timedelta(hours=1)).astimezone().replace(tzinfo=None).isoformat()
    assert seconds_back(local, NOW) == 3600


@pytest.mark.parametrize("written", ["", "soon", "-5m", "15 m", "1e3", "2026-11-22T12:00+00:00", "15x", "٣m"])
def test_another_since_is_refused(written: str) -> None:
    with pytest.raises(click.UsageError, match="--since"):
        seconds_back(written, NOW)


def test_a_header_is_a_name_and_a_value() -> None:
    assert header("X-A: b: c ") == ("X-A", "b: c")
    assert header("Accept:") == ("Accept", "")


@pytest.mark.parametrize("written", ["", "X", ": a", "X Y: a", "X: a\r\nY: b", "X: \0", "ü: a"])
def test_another_header_is_refused_without_its_value(written: str) -> None:
    with pytest.raises(click.UsageError, match="-H") as wrong:
        header(written)
    assert len(wrong.value.message) < 80


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("localhost:80", ("localhost", 80)),
        ("Gateway.Internal:8080", ("gateway.internal", 8080)),
        ("[::1]:443", ("::1", 443)),
        ("[fe80::1%eth0]:443", ("fe80::1%eth0", 443)),
    ],
)
def test_where_to_connect(written: str, means: tuple[str, int]) -> None:
    assert host_port(written, "--connect-to") == means


@pytest.mark.parametrize("written", ["", "a", "a:", ":80", "a:0", "a:65536", "::1:80", "a b:80", "a:٨٠", "a:-1"])
def test_where_not(written: str) -> None:
    with pytest.raises(click.UsageError, match="--connect-to"):
        host_port(written, "--connect-to")


def test_addresses_for_a_name_as_curl_takes_them() -> None:
    assert resolve("Shop.example.com:443:192.0.2.1") == [("shop.example.com", 443, "192.0.2.1")]
    assert resolve("a:80:[2001:db8::1],192.0.2.2") == [("a", 80, "2001:db8::1"), ("a", 80, "192.0.2.2")]
    assert resolve("a:80:::1") == [("a", 80, "::1")]


@pytest.mark.parametrize(
    "written", ["", "a:80", "a:80:", "a:x:192.0.2.1", "a:80:name", ":80:192.0.2.1", "a:80:192.0.2.1,"]
)
def test_other_addresses_are_refused(written: str) -> None:
    with pytest.raises(click.UsageError, match="--resolve"):
        resolve(written)


@given(st.text(max_size=60))
def test_no_text_breaks_an_option(written: str) -> None:
    for read in (header, resolve, lambda each: host_port(each, "-x"), lambda each: seconds_back(each, NOW)):
        with contextlib.suppress(click.UsageError):
            read(written)


def test_a_body_is_text_or_a_file_as_curl_takes_it(tmp_path: Path) -> None:
    assert body("a=ü") == "a=ü".encode()
    (tmp_path / "body").write_bytes(b"a=1\r\n&b=2\n")
    assert body(f"@{tmp_path}/body") == b"a=1&b=2"


def test_a_body_that_cannot_be_read_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="No such file"):
        body(f"@{tmp_path}/missing")
    with pytest.raises(click.UsageError, match="directory"):
        body(f"@{tmp_path}")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(BODY + 1)
    with pytest.raises(click.UsageError, match="above 8 MiB"):
        body(f"@{tmp_path}/huge")
