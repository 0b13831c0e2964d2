"""The entry: what it answers at once, and what it imports for that."""

import subprocess
import sys

import pytest

import why502
from why502.cli.main import main


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"why502 {why502.__version__}\n"


def test_the_version_is_told_without_importing_anything_heavy() -> None:
    code = "import sys; from why502.cli.main import main; main(['--version']); print(*sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    loaded = {name.partition(".")[0] for name in printed.splitlines()[1].split()}
    assert not loaded & {"click", "asyncio", "importlib.metadata", "dns", "h2", "cryptography", "OpenSSL"}


@pytest.mark.parametrize(
    "way", [["-m", "why502"], ["-c", "from why502.cli.main import main; raise SystemExit(main())"]]
)
def test_it_is_started_both_ways(way: list[str]) -> None:
    done = subprocess.run([sys.executable, *way, "--help"], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.startswith("Usage: why502 URL")


def test_a_full_disk_is_said_in_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "why502", "--version"], stdout=full, stderr=subprocess.PIPE, check=False, timeout=30
        )
    assert (done.returncode, done.stderr) == (3, b"why502: cannot write: No space left on device\n")
