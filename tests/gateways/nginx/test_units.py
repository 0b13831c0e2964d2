"""Times, sizes and numbers."""

from hypothesis import given
from hypothesis import strategies as st

from why502.gateways.nginx.units import number, seconds, size


@given(st.text("0123456789ymsdhwMk g", max_size=12) | st.text())
def test_reads_any_unit(text: str) -> None:
    for value in (seconds(text), seconds(text, fine=False), size(text), number(text)):
        assert value is None or value >= 0


def test_reads_units() -> None:
    assert [seconds(text) for text in ("1d", "1h 30m", "60", "1s500ms", "", "1x", "1y", "-1")] == [
        86400.0,
        5400.0,
        60.0,
        1.5,
        None,
        None,
        None,
        None,
    ]
    assert seconds("1y", fine=False) == 31_536_000.0
    assert seconds("1ms", fine=False) is None
