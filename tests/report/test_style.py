"""The style of the page: complete in itself, and a colour for each that is used."""

import re

import pytest

from tests.report.examples import EXAMPLES
from why502.report.style import CSS


def test_it_fetches_nothing() -> None:
    assert not re.search(r"url\(|@import|https?:|expression\(|<", CSS)


def test_its_braces_are_balanced() -> None:
    depth = 0
    for sign in re.sub(r'"[^"]*"', "", CSS):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0


def test_every_colour_that_is_used_is_given_for_light_and_dark() -> None:
    used = set(re.findall(r"var\((--[a-z-]+)\)", CSS))
    light, dark = (set(re.findall(r"(--[a-z-]+):", block)) for block in re.findall(r":root\{([^}]*)\}", CSS)[:2])
    assert used <= light
    assert used <= dark


def test_paper_has_a_style_of_its_own() -> None:
    assert "@media print" in CSS


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_page_holds_it_once(name: str) -> None:
    assert EXAMPLES[name].to_html().count(CSS.strip()[:60]) == 1
