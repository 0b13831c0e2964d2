import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from tests.report.logs.made import FAILED, FIRST, NUMBERED_FORMAT, REQUESTS, access, errors, numbered, write
from why502.cli.logs import moment_of, zone_of
from why502.cli.running import run
from why502.report.schema import schema

EVIL = "\x1b]0;owned\x07\x1b[2J\u202e</script><script>alert(1)</script>"
COMMAND = [sys.executable, "-m", "why502", "logs"]
BUSY = 10


@pytest.fixture
def log(tmp_path: Path) -> str:
    return write(tmp_path / "access.log", access())


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(["logs", *words])
    out, err = capsys.readouterr()
    return status, out, err


def test_incidents_are_a_fault(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = told(capsys, log)
    assert (status, err) == (1, "")
    assert f"{FAILED} of 1,200 requests (5.00 %) failed, in 1 incident" in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_nothing_failed_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "a.log", [line for line in access() if '" 502 ' not in line])
    assert told(capsys, path)[0] == 0


def test_the_report_for_programs_validates(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = told(capsys, "--json", log)
    value = json.loads(out)
    Draft202012Validator(schema()).validate(value)
    assert (status, err) == (1, "")
    assert value["logs"]["requests"] == REQUESTS
    assert value["incidents"][0]["episode"]["upstreams"] == [FIRST]


@pytest.mark.parametrize(("format_", "begins"), [("markdown", "# Recovered: "), ("html", "<!doctype html>")])
def test_other_formats_and_a_file(
    log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], format_: str, begins: str
) -> None:
    assert told(capsys, "--format", format_, log)[1].startswith(begins)
    path = tmp_path / "report"
    status, out, _ = told(capsys, "--format", format_, "-o", str(path), log)
    assert (status, out) == (1, "")
    assert path.read_text(encoding="utf-8").startswith(begins)


@pytest.mark.parametrize("words", [[], ["--json"], ["--format", "markdown"], ["--format", "html"], ["-v"], ["-q"]])
def test_text_of_a_client_moves_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    path = write(tmp_path / "a.log", [*access(agent=EVIL), EVIL, f"{EVIL} 502"])
    status, out, err = told(capsys, *words, path)
    assert status == 1
    assert err == ""
    assert out.replace("\n", "").isprintable()
    assert "<script" not in out or words in ([], ["-v"], ["--json"], ["--format", "markdown"])
    if words == ["--format", "html"]:
        assert "<script" not in out


def test_the_formats_of_two_files_are_both_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [write(tmp_path / "a.log", numbered()), write(tmp_path / "error.log", errors())]
    _, out, _ = told(capsys, "--json", "--log-format", NUMBERED_FORMAT, *names)
    logs = json.loads(out)["logs"]
    assert [each["format"] for each in logs["files"]] == ["nginx", "nginx-error"]
    assert logs["by_failure"] == {"connect-refused": FAILED}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["missing.log"], "missing.log: no such file or directory"),
        (["*.nothing"], "*.nothing: no file matches"),
        (["{notes}"], "not a log that is known; --log-format says how to read it"),
        (["--log-format", "what?", "{log}"], "--log-format: this does not look like"),
        (["--tz", "Nowhere/Else", "{log}"], "--tz 'Nowhere/Else': not a zone"),
        (["--since", "soon", "{log}"], "--since 'soon': neither a span"),
        (["--since", "1h", "--until", "2h", "{log}"], "--until lies before --since"),
        (["--where", "status", "{log}"], "--where: a sign such as ="),
        (["--by", "colour", "{log}"], "'colour' is not one of"),
        (["--by", "status", "--format", "html", "{log}"], "--by makes a table"),
        (["--format", "parquet", "{log}"], "--format parquet needs -o FILE"),
        (["-f", "--by", "status", "{log}"], "--follow tells a report"),
        (["-o", "no/such/folder", "{log}"], "no such directory"),
        ([], "Missing argument"),
    ],
)
def test_a_wrong_input_is_one_line(
    log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    notes = write(tmp_path / "notes.txt", ["only words"])
    status, out, err = told(capsys, *(word.format(log=log, notes=notes) for word in words))
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_what_cannot_be_read_is_named_and_the_rest_is_told(
    log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = write(tmp_path / "notes.txt", ["only words"])
    status, out, err = told(capsys, "--json", log, notes, str(tmp_path / "missing"))
    assert status == 1
    assert json.loads(out)["logs"]["requests"] == REQUESTS
    assert "missing: no such file" in err
    assert "notes.txt: not a log that is known" in err


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\0" * 5000])
def test_nothing_to_read_can_tell_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(content)
    status, out, err = told(capsys, str(path))
    assert status in (2, 3)
    assert "Traceback" not in out + err


def test_a_truncated_archive_is_read_as_far_as_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in access()).encode())[:-500])
    _, out, _ = told(capsys, "--json", str(path))
    value = json.loads(out)
    assert 0 < value["logs"]["requests"] < REQUESTS
    assert any("ends too early" in each["what"] for each in value["unexamined"])


def test_since_and_until_are_of_the_zone(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--tz", "Europe/Berlin", "--since", "2026-11-20T10:30", "--until", "2026-11-20T10:30:59", "--json"]
    status, out, _ = told(capsys, *words, log)
    logs = json.loads(out)["logs"]
    assert (logs["requests"], logs["failed"]) == (20, 10)
    assert status == 1
    assert told(capsys, "--since", "1m", log)[0] == 3


def test_a_moment() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert moment_of("15m", "--since", UTC, now) == int(now.timestamp()) - 900
    assert moment_of(None, "--since", UTC, now) is None
    assert moment_of("2026-11-20T13:00", "--since", zone_of("Europe/Berlin"), now) == int(now.timestamp())
    with pytest.raises(click.UsageError):
        moment_of("yesterday", "--since", UTC, now)


def test_quiet_is_one_line(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "-q", log)[1]
    assert out.count("\n") == 1
    assert out.startswith("recovered ")


# As a process


def finished(*words: str, **more: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, timeout=60, **more)  # type: ignore[call-overload,no-any-return]


def test_standard_input_is_read(log: str) -> None:
    with open(log, encoding="utf-8") as file:
        done = finished("-", "--json", stdin=file)
    value = json.loads(done.stdout)
    assert value["logs"]["requests"] == REQUESTS
    assert value["target"]["value"] == "standard input"


@pytest.mark.parametrize("words", [[], ["--json"], ["--format", "csv"], ["--by", "minute"]])
def test_a_full_disk_is_one_line(log: str, words: list[str]) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [*COMMAND, *words, log], stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert done.returncode == 3
    assert done.stderr == "why502: cannot write: No space left on device\n"


def test_a_file_on_a_full_disk_is_one_line(log: str) -> None:
    done = finished(log, "-o", "/dev/full")
    assert done.returncode == 3
    assert done.stderr == "why502: cannot write: No space left on device\n"


def test_a_reader_that_leaves_is_no_fault(log: str) -> None:
    running = subprocess.Popen(
        [*COMMAND, "--format", "csv", log], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    said = running.stderr.read()
    running.stderr.close()
    assert (running.wait(60), said) == (141, "")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once_with_what_is_known(number: signal.Signals, status: int, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    running = subprocess.Popen(
        [*COMMAND, "--json", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with path.open("w") as pipe:
        # More than the head by which the format is recognised, so that the scan itself is waiting.
        pipe.write("".join(f"{line}\n" for line in access()))
        pipe.flush()
        while is_waiting_for_more(pipe.fileno()):
            time.sleep(0.01)
        running.send_signal(number)
        began = time.monotonic()
        out, err = running.communicate(timeout=60)
        assert time.monotonic() - began < BUSY
    assert running.returncode == status
    assert "Traceback" not in err
    value = json.loads(out)
    assert "interrupted" in value["summary"]
    assert 0 < value["logs"]["requests"] <= REQUESTS


def is_waiting_for_more(number: int) -> bool:
    """Tell whether what was written into a pipe has not all been read."""
    import array
    import fcntl
    import termios

    left = array.array("i", [0])
    fcntl.ioctl(number, termios.FIONREAD, left)
    return left[0] > 0


def test_the_path_of_this_command_loads_little(log: str) -> None:
    code = (
        "import sys; from why502.cli.main import main; main(['logs', '--json', sys.argv[1]]);"
        "print(','.join(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, log], capture_output=True, text=True, check=False, timeout=60)
    loaded = set(done.stderr.strip().split(","))
    assert "why502.scan.driver" in loaded
    heavy = {
        "asyncio",
        "cryptography",
        "dns",
        "h2",
        "OpenSSL",
        "ssl",
        "socket",
        "subprocess",
        "http",
        "email",
        "duckdb",
    }
    heavy |= {"numpy", "fsspec", "why502.report.html", "why502.report.logs.text", "why502.diagnosis.catalogue"}
    assert not heavy & loaded


def test_the_text_is_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The golden report: whoever changes it reads the difference."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "access.log", numbered())
    write(tmp_path / "error.log", errors())
    _, out, _ = told(capsys, "--log-format", NUMBERED_FORMAT, "access.log", "error.log")
    shown = re.sub(r"(why502 )\S+, .* looked from", r"\1VERSION, TIME, looked from", out)
    shown = re.sub(r"(un)?privileged", "privileged", shown)
    golden = Path(__file__).with_name("golden_logs.txt")
    if os.environ.get("ACCEPT"):
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")
