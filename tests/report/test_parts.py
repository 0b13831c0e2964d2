"""The parts of a report: evidence is found by its id, every enumeration has public words."""

import inspect
import re
from enum import Enum

import pytest

from tests.report.examples import EXAMPLES
from why502.report import parts
from why502.report.parts import Contents

ENUMS = [each for _, each in inspect.getmembers(parts, inspect.isclass) if issubclass(each, Enum)]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_cited_evidence_is_there_in_the_order_of_its_citation(name: str) -> None:
    report: Contents = EXAMPLES[name]
    ids = tuple(piece.id for piece in report.evidence)
    assert [piece.id for piece in report.cited(tuple(reversed(ids)))] == list(reversed(ids))
    assert report.cited(("no-such-id", *ids[:1])) == report.evidence[:1]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - {"hostile"}))
def test_what_is_cited_exists(name: str) -> None:
    report = EXAMPLES[name]
    known = {piece.id for piece in report.evidence}
    for incident in report.incidents:
        for link in incident.chain:
            assert set(link.evidence) <= known


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_public_words_are_written_alike(enum: type[Enum]) -> None:
    if not all(isinstance(each.value, str) for each in enum):
        return
    assert all(re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", each.value) for each in enum)
