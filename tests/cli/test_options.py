"""What can be given on the command line, and what is refused in one line that names it."""

import contextlib
import io
import time
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
    [("15m", 900), ("90", 90), ("90s", 90), ("2h", 7200), ("1d", 86400), ("1w", 604800), ("0s", 0)],
)
def test_a_span_is_read(written: str, seconds: float) -> None:
    assert seconds_back(written, NOW) == seconds


def test_a_time_is_local_unless_it_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seconds_back("2026-11-21T11:00:00+00:00", NOW) == 3600
    monkeypatch.setenv("TZ", "UTC-3")
    time.tzset()
    try:
        assert seconds_back("2026-11-21T14:00", NOW) == 3600
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("written", ["", "yesterday", "15 m", "-5m", "1e3", "9999999s", "2026-13-01", "١٥m"])
def test_another_word_is_refused(written: str) -> None:
    with pytest.raises(click.UsageError, match="neither a span"):
        seconds_back(written, NOW)


def test_the_future_is_refused() -> None:
    with pytest.raises(click.UsageError, match="future"):
        seconds_back((NOW + timedelta(days=2)).isoformat(), NOW)


def test_a_header_is_read_as_curl_reads_it() -> None:
    assert header("X-Id: a:b ") == ("X-Id", "a:b")
    assert header("Empty:") == ("Empty", "")


@pytest.mark.parametrize("written", ["X-Id", "X Id: a", ": a", "X: a\r\nY: b", "X\n: a", "X: a\0"])
def test_no_header_can_be_smuggled(written: str) -> None:
    with pytest.raises(click.UsageError, match=r"-H .*not of the form"):
        header(written)


def test_where_to_connect_is_read() -> None:
    assert host_port("127.0.0.1:8080", "--connect-to") == ("127.0.0.1", 8080)
    assert host_port("[::1]:80", "--connect-to") == ("::1", 80)
    assert host_port("Shop.Test:443", "--connect-to") == ("shop.test", 443)


@pytest.mark.parametrize(
    "written", ["", "a", ":80", "a:", "a:0", "a:65536", "a:080808", "a:x", "::1:80", "[a]:80", "a b:80", "a:٨٠"]
)
def test_where_not_to_connect_is_refused(written: str) -> None:
    with pytest.raises(click.UsageError, match=r"--connect-to .*HOST:PORT"):
        host_port(written, "--connect-to")


def test_addresses_are_given_to_names() -> None:
    assert resolve("Shop.Test:443:192.0.2.1") == [("shop.test", 443, "192.0.2.1")]
    assert resolve("a:80:[2001:db8::1],192.0.2.2") == [("a", 80, "2001:db8::1"), ("a", 80, "192.0.2.2")]


@pytest.mark.parametrize("written", ["a:80", "a:80:", "a:80:b", ":80:192.0.2.1", "a:0:192.0.2.1", "a:80:192.0.2.1,"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(click.UsageError, match="HOST:PORT:ADDRESS"):
        resolve(written)


def test_a_body_is_read_as_curl_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "body").write_bytes(b"a=1\r\nb=2\n")
    assert body("a=ü") == "a=ü".encode()
    assert body(f"@{tmp_path}/body") == b"a=1b=2"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"from\nstdin")))
    assert body("@-") == b"fromstdin"


def test_a_body_that_cannot_be_read_or_sent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="No such file"):
        body(f"@{tmp_path}/none")
    with (tmp_path / "large").open("wb") as large:
        large.truncate(BODY + 1)
    with pytest.raises(click.UsageError, match="above 8 MiB"):
        body(f"@{tmp_path}/large")


@given(st.text())
def test_no_text_is_worse_than_refused(text: str) -> None:
    for read in (
        lambda: seconds_back(text, NOW),
        lambda: header(text),
        lambda: host_port(text, "-o"),
        lambda: resolve(text),
    ):
        with contextlib.suppress(click.UsageError):
            read()
