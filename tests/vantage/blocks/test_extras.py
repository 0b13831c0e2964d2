import shlex
import sys

from why502.vantage.blocks.contract import InputError
from why502.vantage.blocks.extras import first_package, missing


def test_the_first_package_that_is_there_is_taken() -> None:
    assert first_package("no_such_package_here", "zlib", "json").__name__ == "zlib"  # type: ignore[union-attr]
    assert first_package("no_such_package_here.deep") is None


def test_what_is_missing_is_said_with_the_command_in_one_line() -> None:
    error = missing("why502[remote]", "s3://bucket/log:")
    assert isinstance(error, InputError)
    line = str(error)
    assert "\n" not in line
    assert line.startswith("s3://bucket/log: needs")
    assert shlex.split(line.rpartition(": ")[2]) == [sys.executable, "-m", "pip", "install", "why502[remote]"]
