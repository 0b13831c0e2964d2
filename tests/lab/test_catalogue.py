"""Every scenario is complete, and the lab knows nothing of the tool it measures."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lab import catalogue

LAB = Path(catalogue.__file__).parent
FILES = sorted(LAB.rglob("*.py"))


def test_there_are_enough_faults_and_controls() -> None:
    names = catalogue.names()
    healthy = [name for name in names if name.startswith("healthy/")]
    assert len(healthy) >= 10
    assert len(names) - len(healthy) >= 40


@pytest.mark.parametrize("name", catalogue.names())
def test_a_scenario_has_a_build_and_says_what_it_is(name: str) -> None:
    assert callable(catalogue.load(name))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(LAB)))
def test_nothing_of_the_tool_is_imported(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not [name for name in names if name.split(".")[0] == "why502"]


def test_names_are_found_by_part_and_by_pattern() -> None:
    assert catalogue.names("not_running/unit_stopped") == ["not_running/unit_stopped"]
    assert set(catalogue.names("healthy/*")) == {name for name in catalogue.names() if name.startswith("healthy/")}
