"""application.dependency-failed: as yet only compatible."""

from tests.causes.grades import COMPATIBLE, blind, said
from tests.evidence import below, case
from why502.causes.application.dependency_failed import dependency_failed


def test_it_is_no_more_than_compatible() -> None:
    assert said(dependency_failed, below(case(), "application.too-slow")) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(dependency_failed)
