"""Run one of the closed set of read-only commands: a program of the system's own, bounded in time and output."""

import os
import re
import selectors
import signal
import stat
import subprocess
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from why502.observations.frozen import frozen
from why502.observations.place import Window
from why502.vantage.base import No, Raw, ReadOnly, Refusal
from why502.vantage.refusing import now, refused

SYSTEM_DIRECTORIES = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
ENVIRONMENT = {"PATH": ":".join(SYSTEM_DIRECTORIES), "LC_ALL": "C", "TZ": "UTC", "SYSTEMD_COLORS": "0"}
ARGUMENT = re.compile(r"[A-Za-z0-9_@+/][A-Za-z0-9@:._+\\/ -]{0,255}")
"""No option, nothing that a shell or a pattern of systemd's would read otherwise."""
SECONDS = 5.0
BYTES = 8 << 20
ERROR_BYTES = 1 << 16
CHUNK = 1 << 16
OTHERS_WRITE = 0o022


@frozen
class Enter:
    """What is put in front of a command so that it runs in another network, and the descriptors it needs for that."""

    words: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()


NOWHERE = Enter()


def filled(command: ReadOnly, arguments: tuple[str, ...]) -> list[str] | None:
    """Put the arguments into the command, or return None where one is not fit or does not belong."""
    if not all(ARGUMENT.fullmatch(each) for each in arguments):
        return None
    if command.value.count("{}") != len(arguments):
        return None
    left = iter(arguments)
    return [next(left) if word == "{}" else word for word in command.value]


def binary(name: str, directories: tuple[str, ...] = SYSTEM_DIRECTORIES) -> str | None:
    """Return a system program that nobody but root could have written or put there."""
    for directory in directories:
        try:
            real = Path(directory, name).resolve(strict=True)
            trusted = stat.S_ISREG(real.stat().st_mode) and all(map(_of_root_alone, (real, *real.parents)))
        except (OSError, RuntimeError):
            continue
        if trusted:
            return f"{directory}/{name}"
    return None


def _of_root_alone(path: Path) -> bool:
    info = path.stat()
    return info.st_uid == 0 and not info.st_mode & OTHERS_WRITE


def run(
    program: str, words: list[str], began: datetime, seconds: float = SECONDS, most: int = BYTES, enter: Enter = NOWHERE
) -> Raw | Refusal:
    """Run it, without a shell, with a clean environment; it is killed when its time is up or it wrote too much."""
    try:
        child = subprocess.Popen(
            [*enter.words, program, *words[1:]],
            pass_fds=enter.descriptors,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        return refused(error, began)
    try:
        out, err, whole = _output(child, time.monotonic() + seconds, most)
    finally:
        _end(child)
    at = Window(start=began, end=now())
    if not whole and len(out) <= most:
        return Refusal(no=No.TIMED_OUT, at=at, text=f"{words[0]} took too long")
    status = child.returncode or 0
    if whole and status and not out:
        text = err[:500].decode("utf-8", "replace").strip()
        denied = "ermission" in text or "ermitted" in text
        return Refusal(no=No.DENIED if denied else No.FAILED, at=at, text=text or f"exit {status}")
    data = out if out or words[0] != "nginx" else err
    return Raw(data=data[:most], at=at, source=" ".join(words), cut=len(data) > most, status=status if whole else 0)


def _output(child: "subprocess.Popen[bytes]", ends: float, most: int) -> tuple[bytes, bytes, bool]:
    """Return what it wrote, what it complained, and whether it ended by itself."""
    if child.stdout is None or child.stderr is None:
        return b"", b"", False
    pieces: dict[int, bytearray] = {child.stdout.fileno(): bytearray(), child.stderr.fileno(): bytearray()}
    out, err = pieces.values()
    with selectors.DefaultSelector() as waiting:
        for number in pieces:
            waiting.register(number, selectors.EVENT_READ)
        while waiting.get_map():
            left = ends - time.monotonic()
            ready = waiting.select(left) if left > 0 else []
            if not ready or len(out) > most:
                return bytes(out), bytes(err), False
            for key, _ in ready:
                piece = os.read(key.fd, CHUNK)
                if not piece:
                    waiting.unregister(key.fd)
                elif key.fd != child.stderr.fileno() or len(err) < ERROR_BYTES:
                    pieces[key.fd] += piece
    with suppress(subprocess.TimeoutExpired):
        child.wait(max(ends - time.monotonic(), 0.0))
        return bytes(out), bytes(err), len(out) <= most
    return bytes(out), bytes(err), False


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Leave nothing of it behind; one that the kernel holds is not waited for."""
    if child.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            child.wait(1.0)
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()
