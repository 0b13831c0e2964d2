"""What every renderer writes of every example; after a wanted change run `python -m tests.report.accept`."""

import pytest

from tests.report.accept import GOLDEN, rendered
from tests.report.examples import EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_renderer_writes_what_was_accepted(name):
    for kind, text in rendered(EXAMPLES[name]).items():
        assert text == (GOLDEN / f"{name}.{kind}").read_text(encoding="utf-8"), f"{name}.{kind}"


def test_no_golden_file_is_left_over():
    wanted = {f"{name}.{kind}" for name, report in EXAMPLES.items() for kind in rendered(report)}
    assert {path.name for path in GOLDEN.iterdir()} == wanted
