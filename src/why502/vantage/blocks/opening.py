"""Open a file only to read it: a regular file or a pipe, never a device, without waiting or leaving a trace."""

import os
import stat
from contextlib import suppress

from why502.vantage.blocks.contract import InputError

FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
NO_ATIME = getattr(os, "O_NOATIME", 0)
"""Only a file's owner (and root) may leave its access time untouched."""


def said(error: OSError) -> str:
    """Put an error in a few words, without the path."""
    return (error.strerror or str(error) or type(error).__name__).lower()


def opened(path: str) -> tuple[int, os.stat_result]:
    """Open a regular file or a pipe; the user named it, so links are followed. Raises `InputError`."""
    try:
        # Asked before it is opened, for opening a device can already do something.
        kind = unfit(os.stat(path))
        if kind is not None:
            raise InputError(f"{visible(path)}: {kind}")
        number = _open(path)
    except (OSError, ValueError) as error:
        words = said(error) if isinstance(error, OSError) else "not a name of a file"
        raise InputError(f"{visible(path)}: {words}") from None
    try:
        info = os.fstat(number)
        kind = unfit(info)
    except OSError as error:
        os.close(number)
        raise InputError(f"{visible(path)}: {said(error)}") from None
    if kind is not None:
        os.close(number)
        raise InputError(f"{visible(path)}: {kind}")
    return number, info


def _open(path: str) -> int:
    if NO_ATIME:
        with suppress(PermissionError):
            return os.open(path, FLAGS | NO_ATIME)
    return os.open(path, FLAGS)


def unfit(info: os.stat_result) -> str | None:
    """Say what a file is that is neither a regular file nor a pipe."""
    if stat.S_ISREG(info.st_mode) or stat.S_ISFIFO(info.st_mode):
        return None
    if stat.S_ISDIR(info.st_mode):
        return "a directory"
    return "a socket" if stat.S_ISSOCK(info.st_mode) else "a device"


def visible(name: str) -> str:
    """Return a name in one line that can be printed, whatever bytes it has."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in name)
