"""One scenario from building it to its marks, with a stand-in for the tool."""

from __future__ import annotations

import json
import sys

import pytest

from lab import runner
from lab.stand import Bench
from lab.truth import Place

SAYS = {"verdict": "bad-gateway", "incidents": [{"cause": "network.nothing-listening", "certainty": "suspected"}]}


def test_from_every_place(stand: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    del stand
    program = f"import sys; print({json.dumps(SAYS)!r}); sys.exit(1)"
    monkeypatch.setattr(runner, "TOOL", (sys.executable, "-c", program))
    marks = runner.run_scenario("nothing_listening/nobody_there", "test")
    assert [mark.place for mark in marks] == list(Place)
    for mark in marks:
        assert mark.first is True
        assert mark.trouble == ""
        assert mark.memory > 1000
    assert [mark.proven for mark in marks] == [False, False, None]


def test_a_tool_that_prints_no_report(stand: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    del stand
    monkeypatch.setattr(runner, "TOOL", (sys.executable, "-c", "raise SystemExit('no such thing')"))
    (mark,) = runner.run_scenario("nothing_listening/nobody_there", "test", runner.Wish((Place.ROOT,)))
    assert "no such thing" in mark.trouble
    assert mark.first is False
