import gzip
import os
from pathlib import Path

import pytest

from why502.vantage.blocks.compressed import CompressedSource
from why502.vantage.blocks.contract import Found, InputError, Source, pieces
from why502.vantage.blocks.journal import JournalSource
from why502.vantage.blocks.naming import find
from why502.vantage.blocks.plain import PlainSource
from why502.vantage.blocks.standard_input import StandardInput

LINE = b'10.0.0.1 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 502 1\n'


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for number in (2, 10):
        Path(f"access.log.{number}.gz").write_bytes(gzip.compress(b"%d " % number + LINE))
    Path("access.log.1").write_bytes(b"1 " + LINE)
    Path("access.log").write_bytes(LINE)
    Path("error.log").write_bytes(b"2026/11/20 10:00:00 [error] 1#1: *1 upstream\n")
    return tmp_path


def names(found: Found) -> list[str]:
    return [source.name for source in found.sources]


def skipped(found: Found) -> dict[str, str]:
    return {each.name: each.why for each in found.skipped}


ACCESS = ["access.log.10.gz", "access.log.2.gz", "access.log.1", "access.log"]


@pytest.mark.usefixtures("logs")
def test_a_pattern_is_put_in_the_order_of_time() -> None:
    found = find(["access.log*"])
    assert names(found) == ACCESS
    assert [type(each) for each in found.sources] == [CompressedSource, CompressedSource, PlainSource, PlainSource]
    assert found.skipped == ()


@pytest.mark.usefixtures("logs")
def test_sets_stand_as_they_are_named() -> None:
    assert names(find(["error.log", "access.log.1", "access.log"])) == ["error.log", "access.log.1", "access.log"]
    assert names(find(["access.log", "access.log.1", "error.log"])) == ["access.log.1", "access.log", "error.log"]


def test_a_directory_means_its_logs_and_those_one_level_down(logs: Path) -> None:
    (logs / "site").mkdir()
    (logs / "site" / "access.log").write_bytes(LINE)
    (logs / "site" / "deep").mkdir()
    (logs / "site" / "deep" / "access.log").write_bytes(LINE)
    (logs / "program").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0\x3e\0\x01\0\0\0")
    (logs / "stdout.log").symlink_to("/dev/null")
    (logs / "gone.log").symlink_to("nowhere")
    (logs / "round").symlink_to(".")
    os.mkfifo(logs / "pipe")
    found = find([str(logs)])
    assert names(found) == [f"{logs}/{each}" for each in [*ACCESS, "error.log", "site/access.log"]]
    assert {name.removeprefix(f"{logs}/"): why for name, why in skipped(found).items()} == {
        "program": "not a text",
        "stdout.log": "a device",
        "gone.log": "no such file or directory",
        "round": "a link to a directory",
        "pipe": "a pipe",
        "site/deep": "a directory further down",
    }


def test_a_file_is_taken_once_under_whatever_names(logs: Path) -> None:
    os.link("access.log.1", "saved.log")
    (logs / "current").symlink_to("access.log")
    found = find(["access.log", "access.log", "./access.log", "current", "saved.log", "access.log.1", str(logs)])
    assert sorted(os.stat(each).st_ino for each in names(found)) == sorted(
        os.stat(each).st_ino for each in [*ACCESS, "error.log"]
    )
    assert len(names(found)) == 5
    assert skipped(found)["current"] == "the same file as access.log, which is read"


@pytest.mark.usefixtures("logs")
def test_a_log_that_stands_there_compressed_and_not_is_taken_once() -> None:
    content = b"1 " + LINE * 1000
    Path("access.log.1").write_bytes(content)
    Path("access.log.1.gz").write_bytes(gzip.compress(content))
    found = find(["access.log*"])
    assert names(found) == ACCESS
    assert skipped(found) == {"access.log.1.gz": "a compressed copy of access.log.1, which is read"}
    Path("access.log.1.gz").write_bytes(gzip.compress(b"another day " + content))
    assert sorted(names(find(["access.log*"]))) == sorted([*ACCESS, "access.log.1.gz"])


@pytest.mark.usefixtures("logs")
def test_a_log_that_logrotate_is_just_compressing_is_taken_once() -> None:
    content = b"".join(b"%d " % (number * 7919) + LINE for number in range(20_000))
    Path("access.log.1").write_bytes(content)
    packed = gzip.compress(content)
    for part in (0, 5, len(packed) // 2, len(packed)):
        Path("access.log.1.gz").write_bytes(packed[:part])
        read = b""
        for source in find(["access.log.1", "access.log.1.gz"]).sources:
            with source.open() as reader:
                read += b"".join(pieces(reader))
        assert read == content


@pytest.mark.parametrize("name", ["missing.log", "*.nothing", "access.log/x", "a\0b", "", "ftp://host/log", "x" * 5000])
@pytest.mark.usefixtures("logs")
def test_a_name_that_means_nothing_is_an_error_of_one_line(name: str) -> None:
    with pytest.raises(InputError) as met:
        find(["access.log", name])
    assert str(met.value).isprintable()
    assert name[:3].replace("\0", "") in str(met.value) or "\0" in name


def test_what_is_no_log_but_named_is_said_and_the_rest_is_read(logs: Path) -> None:
    (logs / "binary").write_bytes(b"\x01\x02\x03\0" * 100)
    (logs / "logs.zip").write_bytes(b"PK\x03\x04" + bytes(100))
    found = find(["access.log", "/dev/null", "binary", "logs.zip"])
    assert names(found) == ["access.log", "binary"]
    assert all(each.named for each in found.skipped)
    assert skipped(found) == {"/dev/null": "a device", "logs.zip": "a zip archive, which is not read"}
    with pytest.raises(InputError, match="nothing to read: /dev/null: a device"):
        find(["/dev/null"])


def test_an_empty_directory_and_no_name_are_errors(tmp_path: Path) -> None:
    for given in ([str(tmp_path)], []):
        with pytest.raises(InputError, match="nothing to read"):
            find(given)


def test_a_name_with_the_signs_of_a_pattern_is_itself_where_it_is_there(logs: Path) -> None:
    (logs / "a[1]*.log").write_bytes(LINE)
    assert names(find(["a[1]*.log"])) == ["a[1]*.log"]


def test_a_pattern_may_mean_directories(logs: Path) -> None:
    (logs / "site").mkdir()
    (logs / "site" / "x.log").write_bytes(LINE)
    assert names(find(["si*"])) == ["site/x.log"]
    assert names(find(["**/*.log"])) == ["access.log", "error.log", "site/x.log"]


def test_a_file_that_may_not_be_read_is_said_and_the_rest_is_read(logs: Path) -> None:
    (logs / "error.log").chmod(0)
    root = os.geteuid() == 0
    if root:
        for folder in (logs, *logs.parents[:2]):
            folder.chmod(0o755)
        os.seteuid(65534)
    try:
        found = find([str(logs)])
        with pytest.raises(InputError, match=r"nothing to read: error\.log: permission denied"):
            find(["error.log"])
    finally:
        if root:
            os.seteuid(0)
    assert skipped(found) == {f"{logs}/error.log": "permission denied"}
    assert len(found.sources) == 4


def test_a_log_that_begins_with_a_hole_is_a_log_and_a_sparse_table_is_none(logs: Path) -> None:
    for name, content in (("cut.log", LINE), ("lastlog", b"\x01\0\0\0\x02\0\0\0pts" + bytes(200))):
        with (logs / name).open("wb") as file:
            file.seek(1 << 20)
            file.write(content * 5)
    found = find([str(logs)])
    assert f"{logs}/cut.log" in names(found)
    assert skipped(found) == {f"{logs}/lastlog": "not a text"}


def test_a_file_without_a_size_is_read_as_it_comes() -> None:
    (source,) = find(["/proc/self/status"]).sources
    with source.open() as reader:
        assert b"".join(pieces(reader, 100)).startswith(b"Name:")


def test_names_of_other_kinds(logs: Path) -> None:
    asked: list[str] = []

    def remote(url: str) -> tuple[Source, ...]:
        asked.append(url)
        return (StandardInput(name=url),)

    found = find(["-", "access.log", "-", "s3://bucket/log", "journald://nginx.service", "journal:"], remote=remote)
    assert names(found) == ["access.log", "standard input", "s3://bucket/log", "journal:nginx.service", "journal:"]
    assert asked == ["s3://bucket/log"]
    assert isinstance(found.sources[-1], JournalSource)
    assert logs.exists()
