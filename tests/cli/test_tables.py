import csv
import io
import json
import sys
from pathlib import Path

import pytest

from tests.report.logs.made import FAILED, FIRST, REQUESTS, access, write
from why502.cli.running import run


@pytest.fixture
def log(tmp_path: Path) -> str:
    return write(tmp_path / "access.log", access())


def out_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["logs", *words]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    return out


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_holds_every_request_once(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(out_of(capsys, "--format", "csv", log))
    assert list(found[0]) == ["minute", "upstream", "route", "status", "failure", "outcome", "count"]
    assert sum(int(row["count"]) for row in found) == REQUESTS
    assert sum(int(row["count"]) for row in found if row["outcome"] == "failed") == FAILED
    assert {row["minute"][:14] for row in found} == {"2026-11-20T09:"}


def test_a_condition_limits_it(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(out_of(capsys, "--format", "csv", "--where", f"status=502 and upstream={FIRST}", log))
    assert sum(int(row["count"]) for row in found) == FAILED
    assert {row["upstream"] for row in found} == {FIRST}


@pytest.mark.parametrize("by", [["upstream"], ["upstream", "route"], ["minute", "status"], ["failure", "outcome"]])
def test_tables_add_up_in_every_format(log: str, capsys: pytest.CaptureFixture[str], by: list[str]) -> None:
    words = [word for each in by for word in ("--by", each)]
    found = rows(out_of(capsys, *words, "--format", "csv", log))
    assert list(found[0]) == [*by, "requests", "failed", "rescued", "messages"]
    assert sum(int(row["requests"]) for row in found) == REQUESTS
    assert sum(int(row["failed"]) for row in found) == FAILED
    value = json.loads(out_of(capsys, *words, "--json", log))
    assert value["by"] == by
    assert [{name: str(each) for name, each in row.items()} for row in value["rows"]] == found
    assert all(name in out_of(capsys, *words, log) for name in by)


def test_clients_are_counted_by_their_failures(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(out_of(capsys, "--by", "client", "--by", "status", "--format", "csv", log))
    assert sum(int(row["failed"]) for row in found) == FAILED
    assert len(found) == 25


def test_a_condition_alone_makes_a_table(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = out_of(capsys, "--where", "status=502", log)
    assert out.splitlines()[0].split() == ["upstream", "status", "failure", "requests", "failed", "rescued", "messages"]
    assert out.splitlines()[1].split() == [FIRST, "502", "unknown", "60", "60", "0", "0"]


def test_parquet_holds_the_same(log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import duckdb

    path = str(tmp_path / "cells.parquet")
    assert out_of(capsys, "--format", "parquet", "-o", path, log) == ""
    told = duckdb.sql(
        f"select outcome, sum(count)::bigint, min(minute) from '{path}' group by outcome order by 1"
    ).fetchall()
    assert [(row[0], row[1]) for row in told] == [("failed", FAILED), ("served", REQUESTS - FAILED)]
    assert str(told[1][2]) == "2026-11-20 09:00:00"


def test_without_duckdb_the_command_that_installs_it_is_told(
    log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert run(["logs", "--format", "parquet", "-o", str(tmp_path / "a.parquet"), log]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "-m pip install 'why502[logs]'" in err


def test_a_table_moves_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.replace(FIRST, "10.0.0.1:8080\x1b[2J\u202e") for line in access()]
    path = write(tmp_path / "a.log", lines)
    for words in (["--by", "upstream"], ["--format", "csv"], ["--by", "upstream", "--json"]):
        run(["logs", *words, path])
        assert capsys.readouterr().out.replace("\n", "").isprintable()
