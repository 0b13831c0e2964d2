"""Complaints about lengths, and others."""

import pytest

from why502.rules.lengths import of_length


@pytest.mark.parametrize(
    ("wrong", "length"),
    [
        ('duplicate header line: "Content-Length: 3"', True),
        ('unknown "Transfer-Encoding": "x"', True),
        ("invalid chunked response", True),
        ('invalid header: "X Y"', False),
        ("", False),
    ],
)
def test_a_complaint_about_a_length(wrong: str, length: bool) -> None:
    assert of_length(wrong) is length
