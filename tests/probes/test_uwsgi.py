import struct

from hypothesis import given
from hypothesis import strategies as st

from why502.probes.uwsgi import MOST, request


def pairs(packet: bytes) -> dict[str, str]:
    modifier1, size, modifier2 = struct.unpack_from("<BHB", packet)
    assert (modifier1, modifier2, len(packet) - 4) == (0, 0, size)
    at, words = 4, []
    while at < len(packet):
        length = int.from_bytes(packet[at : at + 2], "little")
        words.append(packet[at + 2 : at + 2 + length].decode())
        at += 2 + length
    return dict(zip(words[::2], words[1::2], strict=True))


def test_a_packet_names_the_request() -> None:
    found = pairs(request("GET", "/list?a=b", "shop.example", (("REMOTE_ADDR", "10.0.0.9"),)))
    assert found["PATH_INFO"] == "/list"
    assert found["QUERY_STRING"] == "a=b"
    assert found["REMOTE_ADDR"] == "10.0.0.9"


@given(st.text(), st.text(), st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=5))
def test_any_text_makes_a_packet(path: str, host: str, more: list[tuple[str, str]]) -> None:
    packet = request("GET", path, host, tuple(more))
    assert len(packet) <= MOST + 4
    pairs(packet)
