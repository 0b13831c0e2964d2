"""The commands, one file each: found by their file names, imported when they are called."""

import importlib
import pkgutil
import re
from collections.abc import Sequence

import click

import why502.cli

SHOWN_FIRST = ("explain", "logs", "gateways", "replay", "demo", "schema")
"""The order of `--help`; a command that is not named here follows."""

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://.*|\[.*|localhost|[^/]*[.:].*|[^/]+/.*", re.IGNORECASE | re.DOTALL)
"""A URL, an address in brackets, `localhost`, or a name with a dot, a port or a path."""


class Commands(click.Group):
    """Commands by the names of the files beside this one; a first argument that is an address means `diagnose`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Name every file that holds a command."""
        files = [found.name for found in pkgutil.iter_modules(why502.cli.__path__)]
        names = [name for name in files if command_in(name) is not None]
        return sorted(names, key=lambda name: (SHOWN_FIRST.index(name) if name in SHOWN_FIRST else 99, name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the one file of this name."""
        return command_in(cmd_name)


def command_in(name: str) -> click.Command | None:
    """Return what the file of this name holds as `command`, if there is such a file."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name not in {
        found.name for found in pkgutil.iter_modules(why502.cli.__path__)
    }:
        return None
    command = getattr(importlib.import_module(f"why502.cli.{name}"), "command", None)
    return command if isinstance(command, click.Command) else None


def routed(given: Sequence[str]) -> list[str]:
    """Put `diagnose` in front where the first word is an address, an option of it, or missing."""
    if not given:
        return ["diagnose"]
    first = given[0]
    if first in {"--help", "-h", "--version"}:
        return list(given)
    if first.startswith("-") or (ADDRESS.fullmatch(first) and command_in(first) is None):
        return ["diagnose", *given]
    return list(given)


HELP = """Prove why a site answers 502 Bad Gateway.

\b
why502 URL [URL ...]   diagnose a request, from where you stand
why502                 the same for this host: every gateway on it, every route it serves

Exit status: 0 no fault found, 1 a fault was found, 2 the command line or an input was wrong,
3 could not tell.
"""


@click.group(
    cls=Commands,
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar="",
    subcommand_metavar="URL... | COMMAND ...",
    epilog="`why502 --help` lists the commands, `why502 diagnose --help` the options of a diagnosis.",
)
@click.version_option(package_name="why502", message="why502 %(version)s")
def why502_command() -> None:
    """Prove why a site answers 502 Bad Gateway."""
