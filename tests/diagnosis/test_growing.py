from pathlib import Path

import pytest

from tests.report.logs.made import FAILED, REQUESTS, access, errors, write
from why502.diagnosis import growing as module
from why502.diagnosis.growing import Growing
from why502.diagnosis.scanning import LogsOptions
from why502.scan.engine import Plain


def looked(growing: Growing) -> None:
    for _ in range(3):
        for piece in growing.following.look():
            growing.add(piece)


@pytest.mark.parametrize("plain", [False, True])
def test_what_comes_is_added_and_can_be_told_at_any_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    if plain:
        monkeypatch.setattr(module, "best", lambda: Plain)
    lines, path = access(), tmp_path / "a.log"
    write(path, lines[:600])
    growing = Growing([str(path)], LogsOptions())
    looked(growing)
    assert growing.outcome().tally.requests == 600
    with path.open("a") as log:
        log.write("".join(f"{line}\n" for line in lines[600:]))
    looked(growing)
    for _ in range(2):
        outcome = growing.outcome()
        assert (outcome.tally.requests, outcome.tally.failed) == (REQUESTS, FAILED)
    assert outcome.incidents.episodes
    list(growing.following.close())
    assert growing.outcome(ended=True).tally.requests == REQUESTS


def test_a_log_that_begins_empty_is_recognised_when_it_has_lines(tmp_path: Path) -> None:
    first, second = tmp_path / "a.log", tmp_path / "error.log"
    write(first, [])
    write(second, errors())
    growing = Growing([str(first), str(second)], LogsOptions())
    looked(growing)
    assert growing.outcome().tally.requests == 0
    write(first, access(extended=False)[:5])
    looked(growing)
    outcome = growing.outcome(ended=True)
    assert outcome.tally.requests == 5
    assert {each.formats for each in outcome.tally.files} == {("nginx-combined",), ("nginx-error",)}
    list(growing.following.close())
