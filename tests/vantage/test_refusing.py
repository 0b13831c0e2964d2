"""The system's errors in our words, its number kept."""

import errno

import pytest

from tests.vantages import NOW
from why502.observations.probes import Met
from why502.vantage.base import No
from why502.vantage.refusing import NotRegularError, refused


@pytest.mark.parametrize(
    ("number", "no", "met"),
    [
        (errno.ECONNREFUSED, No.FAILED, Met.REFUSED),
        (errno.ETIMEDOUT, No.TIMED_OUT, Met.TIMED_OUT),
        (errno.EHOSTUNREACH, No.FAILED, Met.UNREACHABLE),
        (errno.EACCES, No.DENIED, Met.DENIED),
        (errno.ENOENT, No.MISSING, Met.NO_SOCKET),
        (errno.EAGAIN, No.FAILED, Met.QUEUE_FULL),
        (errno.EADDRNOTAVAIL, No.FAILED, Met.EXHAUSTED),
        (errno.ECONNRESET, No.FAILED, Met.OTHER),
    ],
)
def test_each_number_has_its_word(number: int, no: No, met: Met) -> None:
    got = refused(OSError(number, "as asyncio puts it"), NOW, connecting=True)
    assert (got.no, got.met, got.errno) == (no, met, number)
    assert "asyncio" not in got.text
    assert refused(OSError(number, "in its words"), NOW).met is None


def test_an_error_without_number_keeps_its_text() -> None:
    got = refused(OSError("AF_UNIX path too long"), NOW, connecting=True)
    assert (got.text, got.errno, got.met) == ("AF_UNIX path too long", None, Met.OTHER)


def test_what_is_no_file_has_a_word_of_its_own() -> None:
    assert refused(NotRegularError(errno.EINVAL, "a pipe"), NOW).no is No.NOT_REGULAR
