import sys

import pytest

from tests.vantage.blocks.packing import PACKED
from why502.vantage.blocks.contract import MissingPackageError
from why502.vantage.blocks.decoders import damages, decoder
from why502.vantage.blocks.magic import Codec

each_codec = pytest.mark.parametrize("codec", Codec)


@each_codec
@pytest.mark.parametrize("plain_zlib", [False, True])
def test_a_member_is_read_in_bounded_steps_and_what_stands_behind_is_kept(
    codec: Codec, plain_zlib: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if plain_zlib:
        monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
    content = b"".join(b"line %d\n" % number for number in range(20_000))
    using, left, made = decoder(codec, "log"), PACKED[codec](content) + b"behind", []
    while not using.eof:
        data = b""
        if using.needs_input:
            data, left = left[:1000], left[1000:]
        made.append(using.decompress(data, 500))
        assert len(made[-1]) <= 500
    assert b"".join(made) == content
    assert using.unused_data + left == b"behind"


@each_codec
def test_damage_is_one_of_the_errors_that_are_known(codec: Codec) -> None:
    packed = bytearray(PACKED[codec](bytes(range(256)) * 200))
    # gzip is sure to notice by its checksum alone.
    start = len(packed) - 8 if codec is Codec.GZIP else len(packed) // 2
    packed[start:] = b"\xff" * (len(packed) - start)
    using = decoder(codec, "log")
    with pytest.raises(damages(codec)):  # noqa: PT012 - any of the steps
        for _ in range(10_000):
            using.decompress(bytes(packed) if using.needs_input else b"", 1 << 16)
            if using.eof:
                break


def test_zstd_without_a_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingPackageError, match=r"a\.zst: .*pip install 'why502\[compressed\]'"):
        decoder(Codec.ZSTD, "a.zst")
