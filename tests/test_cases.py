"""Recorded cases: bundles that lab runs saved, diagnosed again.

`proves`: the cause is proven. `spares`: a look-alike, in which it must not be. `blind`: the same fault, seen without
the rights that decide it: not proven. `python -m tools.record_cases FOLDER` takes the bundles of a lab run
(`python -m lab run --replay --keep FOLDER`).
"""

import csv
from pathlib import Path

import pytest

import why502
from why502.report.model import Report
from why502.report.parts import Certainty, LinkKind

HERE = Path(__file__).parent / "cases"
with (HERE / "cases.tsv").open(encoding="utf-8") as table:
    CASES = list(csv.DictReader(table, delimiter="\t"))


def bundle(case: dict[str, str]) -> Path:
    return HERE / f"{case['scenario'].replace('/', '.')}.{case['vantage']}.bundle"


def proven(report: Report) -> set[str]:
    """Return every cause that is proven anywhere in a report."""
    links = {
        link.id
        for incident in report.incidents
        for link in incident.chain
        if link.kind is LinkKind.CAUSE and link.certainty is Certainty.PROVEN
    }
    beside = {
        each.id for incident in report.incidents for each in incident.alternatives if each.certainty is Certainty.PROVEN
    }
    return links | beside


@pytest.mark.parametrize("case", CASES, ids=[f"{case['cause']}-{case['kind']}" for case in CASES])
def test_case(case: dict[str, str]) -> None:
    report = why502.replay(bundle(case))
    assert (case["cause"] in proven(report)) == (case["kind"] == "proves")
    if case["kind"] == "proves":
        assert report.incidents[0].cause.id == case["cause"] or case["cause"] in proven(report)


def test_no_bundle_is_left_over() -> None:
    assert {path.name for path in HERE.glob("*.bundle")} == {bundle(case).name for case in CASES}


def test_every_cause_has_its_three_kinds() -> None:
    kinds: dict[str, set[str]] = {}
    for case in CASES:
        kinds.setdefault(case["cause"], set()).add(case["kind"])
    assert all(found == {"proves", "spares", "blind"} for found in kinds.values())
