"""The loader finds what a module made, once, and nothing that it merely imported."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from why502.discover import shelf


@dataclass(frozen=True)
class Thing:
    home: str
    name: str


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "made_up_room"
    (folder / "inner").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "inner" / "__init__.py").touch()
    make = "from tests.test_discover import Thing\n"
    (folder / "b.py").write_text(f"{make}B = Thing(home=__name__, name='b')\n")
    (folder / "a.py").write_text(f"{make}from made_up_room.b import B\nA = Thing(home=__name__, name='a')\n")
    (folder / "inner" / "c.py").write_text(f"{make}C = Thing(home=__name__, name='c')\nOTHER = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.startswith("made_up_room")]:
        del sys.modules[name]


def test_things_are_found_in_order_and_once(room: Path) -> None:
    package = __import__("made_up_room")
    assert [thing.name for thing in shelf(package, Thing)] == ["a", "b", "c"]


def test_a_new_file_is_enough(room: Path) -> None:
    (room / "d.py").write_text("from tests.test_discover import Thing\nD = Thing(home=__name__, name='d')\n")
    assert "d" in [thing.name for thing in shelf(__import__("made_up_room"), Thing)]


def test_a_file_that_does_not_load_is_not_passed_over(room: Path) -> None:
    (room / "e.py").write_text("import no_such_module\n")
    with pytest.raises(ModuleNotFoundError):
        list(shelf(__import__("made_up_room"), Thing))
