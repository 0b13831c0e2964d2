"""The system's errors in our words; its number is kept."""

import errno
import os
from datetime import UTC, datetime

from why502.observations.place import Window
from why502.observations.probes import Met
from why502.vantage.base import No, Refusal

MET = {
    errno.ECONNREFUSED: Met.REFUSED,
    errno.ETIMEDOUT: Met.TIMED_OUT,
    errno.EHOSTUNREACH: Met.UNREACHABLE,
    errno.ENETUNREACH: Met.UNREACHABLE,
    errno.EINVAL: Met.UNREACHABLE,
    errno.EACCES: Met.DENIED,
    errno.EPERM: Met.DENIED,
    errno.ENOENT: Met.NO_SOCKET,
    errno.ENOTDIR: Met.NO_SOCKET,
    errno.EAGAIN: Met.QUEUE_FULL,
    errno.EADDRNOTAVAIL: Met.EXHAUSTED,
    errno.EMFILE: Met.EXHAUSTED,
    errno.ENFILE: Met.EXHAUSTED,
}
NO = {
    errno.ENOENT: No.MISSING,
    errno.ENOTDIR: No.MISSING,
    errno.ESRCH: No.MISSING,
    errno.EACCES: No.DENIED,
    errno.EPERM: No.DENIED,
    errno.ETIMEDOUT: No.TIMED_OUT,
}


class NotRegularError(OSError):
    """What stands there is no regular file."""


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def refused(error: OSError, began: datetime, *, connecting: bool = False) -> Refusal:
    """Put an error as a refusal; `connecting` says that it was met by a connection."""
    number = error.errno
    met = MET.get(number or 0, Met.OTHER) if connecting else None
    no = No.NOT_REGULAR if isinstance(error, NotRegularError) else NO.get(number or 0, No.FAILED)
    # asyncio words errors of connections itself, and leaves the system's words out.
    text = os.strerror(number) if connecting and number else error.strerror or str(error)
    return Refusal(no=no, at=Window(start=began, end=now()), text=text, errno=number, met=met)
