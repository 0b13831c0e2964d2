"""What a pass directive names; groups are in `test_settings`."""

from hypothesis import given
from hypothesis import strategies as st

from why502.gateways.nginx.upstream import parse_url


@given(st.text("htp:s/unix[]@.:?8a", max_size=20) | st.text())
def test_takes_any_url(text: str) -> None:
    schemes = {"http": (False, 80), "https": (True, 443)}
    for uri_part in (True, False):
        url = parse_url(text, schemes, bare=True, uri_part=uri_part)
        assert url is None or url.target is not None
