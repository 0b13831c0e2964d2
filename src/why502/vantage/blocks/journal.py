"""The systemd journal: `journal:` (all of it), `journal:UNIT` or `journald://UNIT`, through `journalctl`.

Lines are `2026-11-20T14:02:11+0000 host program[pid]: message`; a message of several lines goes on in lines that begin
with blanks, so that no message can imitate another entry. Source: journalctl(1), `--output=short-iso`.
"""

import os
import signal
import subprocess
from contextlib import suppress

from why502.observations.frozen import frozen
from why502.vantage.blocks.contract import InputError, StreamReader
from why502.vantage.blocks.opening import said, visible
from why502.vantage.blocks.pipe import PipeReader
from why502.vantage.commands import ARGUMENT, ENVIRONMENT, binary

WORDS = ("--no-pager", "--quiet", "--all", "--output=short-iso", "--utc")
GRACE = 2.0
"""Seconds that it has to end."""


@frozen
class JournalSource:
    """What the journal holds of a unit, or of all. `since`: seconds since 1970 from which on it is wanted."""

    unit: str = ""
    since: int | None = None
    following: bool = False
    size: int | None = None
    seekable: bool = False
    mtime: float | None = None

    @property
    def name(self) -> str:
        return f"journal:{self.unit}"

    def open(self) -> StreamReader:
        return self.started()

    def started(self) -> "ProgramReader":
        """Start journalctl."""
        program = binary("journalctl")
        if program is None:
            raise InputError(f"{self.name}: there is no journalctl here")
        return started([program, *self.words()], self.name)

    def words(self) -> list[str]:
        """Return what journalctl is told."""
        since = [f"--since=@{self.since}"] if self.since is not None else []
        tail = ["--follow", "--lines=0" if self.since is None else "--no-tail"] if self.following else []
        return [*WORDS, *since, *tail, *([f"--unit={self.unit}"] if self.unit else [])]


def find(name: str) -> JournalSource:
    """Read such a name; raises `InputError` where what it names cannot be a unit."""
    unit = name.partition(":")[2].removeprefix("//").rstrip("/")
    if unit and not ARGUMENT.fullmatch(unit):
        raise InputError(f"{visible(name)}: not a name of a unit")
    return JournalSource(unit=unit)


def started(words: list[str], name: str) -> "ProgramReader":
    """Start a program of which the output is read."""
    # In memory and not through a pipe: a program that complains much is not to wait for somebody who reads it.
    complaints = os.memfd_create("complaints")
    try:
        child = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        os.close(complaints)
        raise InputError(f"{name}: {said(error)}") from None
    return ProgramReader(child, complaints, name)


class ProgramReader(PipeReader):
    """Reads a program's output. Closed early, the program is ended; what it complained about is a trouble."""

    def __init__(self, child: "subprocess.Popen[bytes]", complaints: int, name: str) -> None:
        if child.stdout is None:
            raise InputError(f"{name}: gives no output")
        super().__init__(os.dup(child.stdout.fileno()), name)
        child.stdout.close()
        self._child, self._complaints = child, complaints

    def close(self) -> None:
        if self._complaints < 0:
            return
        whole = self.over and not self.stopped
        super().close()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(GRACE if whole else 0)
        if self._child.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        words = " ".join(os.pread(self._complaints, 4096, 0).decode("utf-8", "replace").split())[:300]
        os.close(self._complaints)
        self._complaints = -1
        if whole and (self._child.returncode or words):
            self.troubles.append(f"{self.name}: {visible(words) or f'exit status {self._child.returncode}'}")
