"""The generated documents."""

from pathlib import Path

import pytest

from tools import generate_docs
from why502.logs.recognition import known_formats
from why502.observations.failure import FailureId


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(generate_docs, "DOCS", tmp_path / "docs")
    return tmp_path / "docs"


def test_a_stale_document_is_named(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate_docs.main(["--check"]) == 1
    assert generate_docs.main([]) == 0
    assert generate_docs.main(["--check"]) == 0
    (docs / "facts.md").write_text("old")
    capsys.readouterr()
    assert generate_docs.main(["--check"]) == 1
    assert capsys.readouterr().err == "docs/facts.md is out of date: run `make docs` and commit it\n"
    assert (docs / "facts.md").read_text() == "old"


def test_the_catalogue_has_every_failure(docs: Path) -> None:
    generate_docs.main([])
    page = (docs / "causes.md").read_text()
    assert all(f"| `{failure.value}` |" in page for failure in FailureId)


def test_every_log_format_has_a_page(docs: Path) -> None:
    generate_docs.main([])
    page = (docs / "formats.md").read_text()
    for form in known_formats():
        assert f"| [`{form.name}`](#{form.name}) | {form.gateway} | " in page
        assert f"### {form.name}\n\n" in page


def test_every_kind_of_fact_is_described_and_looked_for() -> None:
    rows = [line.split(" | ") for line in generate_docs.facts_page().splitlines() if line.startswith("| `")]
    assert len(rows) > 10
    assert all(text.strip() for row in rows for text in row[:4])


def test_a_cell_holds_any_text() -> None:
    assert generate_docs.table(("a|b",), [("one\n two",)]) == "| a\\|b |\n| --- |\n| one two |"
