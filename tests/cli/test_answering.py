from pathlib import Path

import click
import pytest

from tests.report.logs.made import clean, outcome_of, plain
from why502.cli.answering import Asked, dimensions, put, rendered, status_of
from why502.logs.questions import Dimension, condition
from why502.report.logs.assemble import assemble


def asked(**more: object) -> Asked:
    given: dict[str, object] = {
        "names": ("a.log",), "format": "text", "output": None, "verbose": False, "quiet": False, "colour": False,
        "by": (), "where": None,
    }  # fmt: skip
    return Asked(**{**given, **more})  # type: ignore[arg-type]


def test_the_exit_status_of_a_report() -> None:
    assert (status_of(clean()), status_of(plain()), status_of(assemble(outcome_of([])))) == (0, 1, 3)


def test_a_question_is_about_what_it_counts_by_and_asks_for() -> None:
    question = asked(by=("client", "route"), where=condition("status=502"))
    assert question.question
    assert dimensions(question) == [Dimension.ROUTE, Dimension.STATUS]
    assert not asked().question


@pytest.mark.parametrize("format_", ["json", "html", "markdown", "text"])
def test_every_format_is_rendered(format_: str) -> None:
    assert "10.0.0.1:8080" in rendered(asked(format=format_), plain())
    assert rendered(asked(quiet=True), plain()).count("\n") == 1


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "report"
    put(asked(output=str(path)), "told\n")
    assert path.read_text() == "told\n"
    with pytest.raises(click.UsageError, match="-o"):
        put(asked(output=str(tmp_path)), "told\n")
