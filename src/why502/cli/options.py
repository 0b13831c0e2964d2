"""The options that every diagnosing command has, and what they become."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from why502.observations.frozen import frozen

Command = TypeVar("Command", bound=Callable[..., Any])
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
SPAN = re.compile(r"(\d{1,6})([smhdw]?)", re.ASCII)
HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9]{1,15})?\]", re.ASCII)
BODY = 8 << 20
FORMATS = ("text", "json", "markdown", "html")


@frozen
class Printing:
    """How the report is written."""

    format: str
    output: str | None
    save: str | None
    verbose: bool
    quiet: bool
    colour: bool


def diagnosing(command: Command) -> Command:
    """Give a command the options of every diagnosis."""
    for option in reversed((*LOOKING, *PRINTING)):
        command = option(command)
    return command


def printing_options(command: Command) -> Command:
    """Give a command the options of how a report is written."""
    for option in reversed(PRINTING):
        command = option(command)
    return command


PRINTING = (
    click.option("--json", "as_json", is_flag=True, help="The same as --format json."),
    click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="How the report is written."),
    click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the report to this file."),
    click.option("-v", "--verbose", is_flag=True, help="Tell all evidence, and what was excluded."),
    click.option("-q", "--quiet", is_flag=True, help="One line for each target."),
    click.option("--no-color", is_flag=True, help="No colour (NO_COLOR is honoured too)."),
)
LOOKING = (
    click.option(
        "--since",
        default="15m",
        show_default=True,
        metavar="SPAN|TIME",
        help="How far back logs count: 15m, 2h, a time.",
    ),
    click.option(
        "--deadline",
        type=click.FloatRange(0.5, 600),
        default=15.0,
        show_default=True,
        metavar="SECONDS",
        help="When the whole diagnosis ends at the latest.",
    ),
    click.option(
        "--tries", type=click.IntRange(1, 20), default=3, show_default=True, metavar="N", help="Requests to send."
    ),
    click.option("-X", "--request", "method", metavar="METHOD", help="Method of the request."),
    click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Header to send."),
    click.option("--data", metavar="DATA", help="Body of the request, or @FILE; POST unless -X differs."),
    click.option("--connect-to", metavar="HOST:PORT", help="Connect there instead of where the URL says."),
    click.option("--resolve", multiple=True, metavar="HOST:PORT:ADDRESS", help="Address to use for a name and port."),
    click.option("--insecure", is_flag=True, help="Take any certificate of the target."),
    click.option(
        "--save", type=click.Path(dir_okay=False), metavar="BUNDLE", help="Keep the evidence, for `why502 replay`."
    ),
    click.option(
        "--no-look", "no_look", multiple=True, metavar="LOOKER", help="Do not look at this: host.units, or all of host."
    ),
    click.option("--outside", is_flag=True, help="Do not look inside this host."),
    click.option("--no-probe", is_flag=True, help="Read only; make no connections."),
    click.option("--no-mark", is_flag=True, help="Put no token into the User-Agent."),
    click.option("--no-follow", is_flag=True, help="Do not follow redirects."),
    click.option("--repeat-unsafe", is_flag=True, help="Send a POST or the like more than once."),
    click.option("--trust-upstream", is_flag=True, help="Send your headers to the upstream itself too."),
)


def seconds_back(written: str, now: datetime) -> float:
    """Read `--since`: a span (15m, 2h, 1d) or a local time (2026-11-20T14:00)."""
    span = SPAN.fullmatch(written)
    if span is not None:
        return float(int(span[1]) * UNITS[span[2] or "s"])
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise click.UsageError(
            f"--since {written!r}: neither a span such as 15m nor a time such as 2026-11-20T14:00"
        ) from None
    back = (now - at.astimezone(UTC)).total_seconds()
    if back < 0:
        raise click.UsageError(f"--since {written!r}: lies in the future")
    return back


def header(written: str) -> tuple[str, str]:
    """Read one `-H`."""
    name, colon, value = written.partition(":")
    if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or any(c in value for c in "\r\n\0"):
        raise click.UsageError(
            f"-H {written.split(maxsplit=1)[0] if written.strip() else ''!r} …: not of the form 'Name: value'"
        )
    return name, value.strip()


def host_port(written: str, option: str) -> tuple[str, int]:
    """Read `host:port`; brackets around IPv6."""
    host, _, port = written.rpartition(":")
    if not HOST.fullmatch(host) or not _is_port(port):
        raise click.UsageError(f"{option} {written!r}: not of the form HOST:PORT")
    return host.strip("[]").lower(), int(port)


def resolve(written: str) -> list[tuple[str, int, str]]:
    """Read one `--resolve` as curl does: addresses are divided by commas, IPv6 may stand in brackets."""
    host, _, rest = written.partition(":")
    port, _, addresses = rest.partition(":")
    literals = [each.strip("[]") for each in addresses.split(",")]
    if not host or not _is_port(port) or not all(map(_is_address, literals)):
        raise click.UsageError(f"--resolve {written!r}: not of the form HOST:PORT:ADDRESS")
    return [(host.lower(), int(port), each) for each in literals]


def body(written: str) -> bytes:
    """Read `--data` as curl does: `@FILE` is the file without its line ends, `@-` standard input."""
    if not written.startswith("@"):
        return written.encode("utf-8", "surrogateescape")
    try:
        with click.open_file(written[1:], "rb") as file:
            data: bytes = file.read(BODY + 1)
    except OSError as error:
        raise click.UsageError(f"--data {written}: {error.strerror}") from None
    if len(data) > BODY:
        raise click.UsageError(f"--data {written}: above {BODY >> 20} MiB")
    return data.replace(b"\r", b"").replace(b"\n", b"")


def _is_port(written: str) -> bool:
    return written.isascii() and written.isdigit() and len(written) < 6 and 0 < int(written) < 65536  # noqa: PLR2004


def _is_address(written: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(written)
    except ValueError:
        return False
    return True
