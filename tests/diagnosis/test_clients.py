import os
import threading
from pathlib import Path

import pytest

from tests.report.logs.made import BAD, FAILED, access, write
from why502.diagnosis.clients import can_be_read_again, failed_by_client, rows
from why502.diagnosis.scanning import LogsOptions, run
from why502.logs.questions import EVERYTHING, condition
from why502.vantage.blocks.contract import InputError
from why502.vantage.blocks.naming import find


def counted(path: str, where: str | None = None) -> dict[tuple[str, ...], int]:
    options = LogsOptions()
    tally = run([path], options).tally
    return rows(failed_by_client([path], options, tally, condition(where) if where else EVERYTHING), ["client"])


def truth(lines: list[str]) -> dict[tuple[str, ...], int]:
    made: dict[tuple[str, ...], int] = {}
    for line in lines:
        if '" 502 ' in line:
            client = (line.split()[0],)
            made[client] = made.get(client, 0) + 1
    return made


def test_failed_requests_are_counted_by_client_exactly(tmp_path: Path) -> None:
    lines = access()
    found = counted(write(tmp_path / "a.log", lines))
    assert found == truth(lines)
    assert sum(found.values()) == FAILED


def test_what_only_looks_like_a_failure_is_none(tmp_path: Path) -> None:
    lines = [line.replace("/items/", "/502/items-502-") for line in access(agent="502 502")]
    assert sum(counted(write(tmp_path / "a.log", lines)).values()) == FAILED


def test_a_condition_holds_here_too(tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", access())
    one = counted(path, f"minute=2026-11-20T09:{min(BAD)}Z and route='GET /items/*'")
    assert sum(one.values()) == FAILED // len(BAD)
    assert counted(path, "status=503") == {}


def test_what_can_be_read_only_once_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    tally = run([write(tmp_path / "a.log", access())]).tally
    with pytest.raises(InputError, match="only once"):
        failed_by_client([str(path)], LogsOptions(), tally, EVERYTHING)
    assert can_be_read_again(find([str(tmp_path / "a.log")]).sources[0])
    assert threading.active_count() < 50
