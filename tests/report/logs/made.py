"""Small logs as nginx writes them, with one planted incident, and what is told of them."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from why502.diagnosis.scanning import LogsOptions, LogsOutcome, run
from why502.report.logs.assemble import assemble
from why502.report.logs.model import LogsReport

BEGIN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTES = 60
A_MINUTE = 20
BAD = range(30, 36)
"""Minutes in which the first of two servers refuses connections."""

FAILED = len(BAD) * A_MINUTE // 2
REQUESTS = MINUTES * A_MINUTE
FIRST, SECOND = "10.0.0.1:8080", "10.0.0.2:8080"
AGENT = "curl/8.5.0"
WHEN = "%d/%b/%Y:%H:%M:%S +0000"


def access(agent: str = AGENT, extended: bool = True) -> list[str]:
    """Lines of an access log; `extended`: with the upstream's fields."""
    lines = []
    for number in range(REQUESTS):
        minute, place = divmod(number, A_MINUTE)
        at = BEGIN + timedelta(minutes=minute, seconds=place * 3)
        upstream = FIRST if place % 2 == 0 else SECOND
        failed = minute in BAD and upstream == FIRST
        status, size = (502, 157) if failed else (200, 612)
        client = f"192.0.2.{number % 50}"
        line = f'{client} - - [{at.strftime(WHEN)}] "GET /items/{number} HTTP/1.1" {status} {size} "-" "{agent}"'
        behind = f' rt=0.0{place:02} ua="{upstream}" us="{status}" ut="0.0{place:02}" uht="-"'
        lines.append(line + (behind if extended else ""))
    return lines


NUMBERED_FORMAT = '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent $connection'


def numbered() -> list[str]:
    """The access log in `NUMBERED_FORMAT`: with the number of the connection, as the error log has it."""
    return [line.partition(' "-" ')[0] + f" {number}" for number, line in enumerate(access(extended=False))]


def errors() -> list[str]:
    """The error log's lines of the same failures."""
    lines = []
    for number in range(REQUESTS):
        minute, place = divmod(number, A_MINUTE)
        if minute in BAD and place % 2 == 0:
            at = BEGIN + timedelta(minutes=minute, seconds=place * 3)
            lines.append(
                f"{at:%Y/%m/%d %H:%M:%S} [error] 77#77: *{number} connect() failed (111: Connection refused) while "
                f"connecting to upstream, client: 192.0.2.{number % 50}, server: shop.example.com, "
                f'request: "GET /items/{number} HTTP/1.1", upstream: "http://{FIRST}/items/{number}", '
                'host: "shop.example.com"'
            )
    return lines


def write(path: Path, lines: list[str]) -> str:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def outcome_of(*logs: list[str], log_format: str | None = None) -> LogsOutcome:
    with TemporaryDirectory() as folder:
        names = [write(Path(folder) / f"log{number}", lines) for number, lines in enumerate(logs)]
        return run(names, LogsOptions(log_format=log_format))


@cache
def refused() -> LogsReport:
    """The report of an access log and its error log, joined by the number of the connection."""
    return assemble(outcome_of(numbered(), errors(), log_format=NUMBERED_FORMAT))


@cache
def plain() -> LogsReport:
    """The report of an access log with upstreams."""
    return assemble(outcome_of(access()))


@cache
def clean() -> LogsReport:
    """The report of a log in which nothing fails."""
    return assemble(outcome_of([line for line in access() if '" 502 ' not in line]))
