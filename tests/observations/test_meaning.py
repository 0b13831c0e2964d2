"""Every failure has its meaning."""

from why502.observations.failure import FailureId
from why502.observations.meaning import MEANING


def test_every_failure_is_told_in_one_clause() -> None:
    assert MEANING.keys() == set(FailureId)
    assert all(text and not text.endswith(".") and "\n" not in text for text in MEANING.values())
