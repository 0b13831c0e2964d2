"""How a command ends: its exit status, one line for a wrong input, never a traceback unless it is asked for."""

import errno
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches

import click

from why502.cli import INTERRUPTED
from why502.cli.group import routed, why502_command

WRONG_INPUT, NOT_TOLD, NOBODY_READS = 2, 3, 141
LONGEST = 200
UNWRITABLE = {errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EBADF}
"""A full disk, a file or a terminal that takes no more, a standard output that was closed."""


def run(given: Sequence[str]) -> int:
    """Run a command line; every way out is an exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    words, output = routed(given), sys.stdout
    try:
        result = why502_command.main(words, prog_name="why502", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        return nobody_reads()
    except SystemExit as left:
        # click's own way out: of a pipe that nobody reads, whose output it has muffled, or of a shell's completion.
        return nobody_reads() if sys.stdout is not output else int(left.code or 0)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except click.ClickException as wrong:
        return complain(said(wrong, words))
    except OSError as full:
        if full.errno not in UNWRITABLE:
            return own_fault(full, verbose=is_verbose(words))
        return unwritable(full)
    except Exception as ours:  # noqa: BLE001  (the last resort: a fault of the tool is one line, not a traceback)
        return own_fault(ours, verbose=is_verbose(words))
    return result if isinstance(result, int) else 0


def nobody_reads() -> int:
    """Leave quietly."""
    muffle()
    return NOBODY_READS


def unwritable(full: OSError) -> int:
    """Say that the report cannot be written (a full disk)."""
    muffle()
    complain(f"cannot write: {full.strerror}")
    return NOT_TOLD


def muffle() -> None:
    """Let what is still buffered for standard output go nowhere: it must not fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)


def is_verbose(words: Sequence[str]) -> bool:
    """Tell whether `-v` stands among the words."""
    return bool({"-v", "--verbose", "-vv"} & set(words))


def said(wrong: click.ClickException, words: Sequence[str]) -> str:
    """Turn click's complaint into one line that names the input."""
    if isinstance(wrong, click.UsageError) and "No such command" in wrong.format_message():
        return no_such_command(words[0])
    return " ".join(wrong.format_message().split())


def no_such_command(word: str) -> str:
    """Say that a first word is neither a command nor an address, and what it may have been meant to be."""
    names = why502_command.list_commands(click.Context(why502_command))
    near = get_close_matches(word, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"an address is written http://{word}/, see 'why502 --help'"
    return f"{word!r} is neither a command nor an address; {hint}"


def complain(what: str) -> int:
    """Print one line, control characters made visible, and return the status of a wrong input."""
    from why502.report.visible import bounded, visible

    sys.stderr.write(f"why502: {visible(bounded(what, LONGEST))}\n")
    return WRONG_INPUT


def own_fault(ours: Exception, *, verbose: bool) -> int:
    """Own up to a fault of the tool in one line; with `-v` show where."""
    if verbose:
        import traceback

        traceback.print_exception(ours)
    text = " ".join(f"{type(ours).__name__}: {ours}".split())
    complain(f"a fault of its own: {text[:120]} (report it with the output of -v)")
    return NOT_TOLD
