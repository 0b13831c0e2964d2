"""Identifiers explained."""

import pytest

from why502.cli.explain import all_causes
from why502.cli.main import main
from why502.observations.failure import FailureId


@pytest.mark.parametrize("failure", FailureId, ids=lambda failure: failure.value)
def test_every_failure_has_a_page(failure: FailureId, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", failure.value]) == 0
    assert capsys.readouterr().out.startswith(f"{failure.value}\n\nThe gateway ")


def test_every_cause_has_a_page_and_stands_under_its_failures(capsys: pytest.CaptureFixture[str]) -> None:
    for cause in all_causes():
        assert main(["explain", cause.id]) == 0
        assert cause.page.strip() in capsys.readouterr().out
        for failure in cause.explains & set(FailureId):
            main(["explain", FailureId(failure).value])
            assert cause.id in capsys.readouterr().out


def test_several_at_once_or_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "connect-refused", "tls-failed"]) == 0
    assert "tls-failed\n\nThe gateway" in capsys.readouterr().out
    assert main(["explain", "connect-refused", "nothing"]) == 2
    assert not capsys.readouterr().out
