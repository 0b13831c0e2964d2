"""The drawing of the way: every hop once, nothing overlaps, nothing from outside becomes an element."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from tests.report.examples import EXAMPLES
from why502.report.parts import Role
from why502.report.picture import picture


def drawn(name: str) -> ET.Element:
    return ET.fromstring(picture(EXAMPLES[name]))


DRAWN = sorted(name for name, report in EXAMPLES.items() if report.hops)


@pytest.mark.parametrize("name", DRAWN)
def test_it_is_well_formed_and_as_large_as_it_says(name: str) -> None:
    svg = drawn(name)
    _, _, width, height = (float(each) for each in svg.attrib["viewBox"].split())
    assert svg.tag == "svg"
    assert float(svg.attrib["width"]) == width
    for box in svg.iter("rect"):
        assert 0 <= float(box.attrib["x"]) <= float(box.attrib["x"]) + float(box.attrib["width"]) <= width
        assert 0 <= float(box.attrib["y"]) <= float(box.attrib["y"]) + float(box.attrib["height"]) <= height


@pytest.mark.parametrize("name", DRAWN)
def test_every_hop_has_a_box_and_no_two_overlap(name: str) -> None:
    boxes = [
        tuple(float(box.attrib[key]) for key in ("x", "y", "width", "height"))
        for box in drawn(name).iter("rect")
        if "box" in box.attrib.get("class", "")
    ]
    assert len(boxes) == 1 + sum(each.role is not Role.CLIENT for each in EXAMPLES[name].hops), "you, and each hop"
    for at, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[at + 1 :]:
            apart = x + width <= other_x or other_x + other_width <= x
            assert apart or y + height <= other_y or other_y + other_height <= y


@pytest.mark.parametrize("name", DRAWN)
def test_it_says_in_words_what_it_shows(name: str) -> None:
    title = drawn(name).find("title")
    assert title is not None
    assert (title.text or "").startswith("you")


def test_without_hops_nothing_is_drawn() -> None:
    report = replace(EXAMPLES["healthy"], hops=())
    assert picture(report) == ""
