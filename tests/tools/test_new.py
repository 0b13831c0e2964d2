"""The scaffolder: drafts that compile and that no test lets pass."""

import ast
from pathlib import Path

import pytest

from tools import new


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "src/why502/causes/tls").mkdir(parents=True)
    (tmp_path / "src/why502/causes/tls/__init__.py").touch()
    monkeypatch.setattr(new, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "source", "test"),
    [
        (["cause", "tls.version-mismatch"], "causes/tls/version_mismatch.py", "causes/tls/test_version_mismatch.py"),
        (["host", "neighbours"], "host/neighbours.py", "host/test_neighbours.py"),
        (["probe", "ajp"], "probes/ajp.py", "probes/test_ajp.py"),
        (["server", "puma"], "servers/puma.py", "servers/test_puma.py"),
        (["gateway", "haproxy"], "gateways/haproxy.py", "gateways/test_haproxy.py"),
        (["fault", "stale-address"], "demo/faults/stale_address.py", None),
    ],
)
def test_a_draft_and_its_failing_test_are_written(words: list[str], source: str, test: str | None, house: Path) -> None:
    assert new.main(words) == 0
    draft = house / "src/why502" / source
    ast.parse(draft.read_text())
    assert "TODO" in draft.read_text()
    if test is not None:
        tree = ast.parse((house / "tests" / test).read_text())
        tests = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        assert tests
        assert all(isinstance(each.body[-1], ast.Raise) for each in tests)
        assert (house / "tests" / test).with_name("__init__.py").exists()


def test_nothing_is_overwritten(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new.main(["cause", "tls.version-mismatch"])
    path = house / "src/why502/causes/tls/version_mismatch.py"
    path.write_text("mine")
    assert new.main(["cause", "tls.version-mismatch"]) == 2
    assert path.read_text() == "mine"
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["cause"],
        ["cause", "version-mismatch"],
        ["cause", "nofamily.x"],
        ["cause", "tls.Version"],
        ["cause", "tls.../../x"],
        ["cause", "../x.y"],
        ["thing", "x"],
        ["host", "a.b"],
    ],
)
def test_wrong_words_are_refused(words: list[str], house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new.main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert {path.name for path in house.rglob("*.py")} == {"__init__.py"}
