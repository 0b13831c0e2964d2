"""What the gateway's message names leads, and only for the failure itself."""

import pytest

from tests.evidence import below, case
from why502.observations.failure import FailureId
from why502.observations.verdict import Excluded, Grade
from why502.rules.named import errno, named_another, names, said

BOTH = case(FailureId.TLS_FAILED, detail=(("named", "tls.chain-incomplete,tls.untrusted-issuer"),))


def test_the_first_is_named_and_the_next_specific() -> None:
    assert names(BOTH) == ("tls.chain-incomplete", "tls.untrusted-issuer")
    grades = [each.grade for name in names(BOTH) if (each := said(BOTH, name, "")) is not None]
    assert grades == [Grade.NAMED, Grade.SPECIFIC]
    assert said(BOTH, "tls.name-mismatch", "") is None


def test_others_are_excluded_by_it() -> None:
    assert isinstance(named_another(BOTH, "tls.name-mismatch"), Excluded)
    assert named_another(BOTH, "tls.untrusted-issuer") is None
    assert named_another(case(), "tls.name-mismatch") is None


def test_it_says_nothing_of_a_link_further_down() -> None:
    assert names(below(BOTH, "tls.untrusted-issuer")) == ()


@pytest.mark.parametrize(("text", "number"), [("111", 111), ("", None), ("x", None), ("1" * 30, None), ("²", None)])
def test_the_errno_is_a_small_number(text: str, number: int | None) -> None:
    assert errno(case(detail=(("errno", text),))) == number
