import gzip
import io
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vantage.blocks.packing import PACKED, Given
from why502.vantage.blocks.compressed import CompressedSource, Decompressing, recognised
from why502.vantage.blocks.contract import MissingPackageError, pieces
from why502.vantage.blocks.magic import Codec
from why502.vantage.blocks.naming import find

each_codec = pytest.mark.parametrize("codec", Codec)
CONTENT = b"".join(b"line %d of a log that is long enough\n" % (number * 7919) for number in range(30_000))


def read(data: bytes, step: int = 1 << 16, block: int = 1 << 16) -> tuple[bytes, list[str]]:
    with recognised(Given(data, step), "log") as reader:
        content = b"".join(pieces(reader, block))
    return content, reader.troubles


@given(
    members=st.lists(st.tuples(st.sampled_from(Codec), st.binary(max_size=300)), min_size=1, max_size=4),
    step=st.integers(1, 400),
    block=st.integers(1, 400),
)
@settings(max_examples=40)
def test_members_one_behind_the_other_are_one_stream(members: list[tuple[Codec, bytes]], step: int, block: int) -> None:
    packed = b"".join(PACKED[codec](data) for codec, data in members)
    assert read(packed, step, block) == (b"".join(data for _, data in members), [])


@each_codec
def test_what_is_cut_off_is_delivered_as_far_as_it_goes(codec: Codec) -> None:
    packed = PACKED[codec](CONTENT)
    content, troubles = read(packed[: len(packed) * 3 // 4])
    assert CONTENT.startswith(content)
    assert len(content) > len(CONTENT) // 3 or codec is Codec.XZ or codec is Codec.BZIP2
    assert troubles == [f"log: the {codec.value} stream ends too early; it is read as far as it goes"]


@each_codec
def test_what_is_damaged_ends_at_the_damage(codec: Codec) -> None:
    packed = bytearray(PACKED[codec](CONTENT) + PACKED[codec](CONTENT))
    middle = len(packed) * 3 // 4
    packed[middle : middle + 4000] = b"\xa5" * 4000
    content, (trouble,) = read(bytes(packed))
    # deflate is checked at a member's end only: behind the damage it may read wrong for a while.
    assert content.startswith(CONTENT)
    assert len(content) < len(CONTENT) * 2
    assert f"log: the {codec.value} stream is damaged before byte" in trouble
    assert "\n" not in trouble


@each_codec
def test_junk_behind_is_said_and_zeros_are_padding(codec: Codec) -> None:
    packed = PACKED[codec](b"text\n")
    assert read(packed + b"\0" * 1000) == (b"text\n", [])
    assert read(packed + b"\0" * 8 + packed) == (b"text\ntext\n", [])
    content, troubles = read(packed + b"junk")
    assert content == b"text\n"
    assert troubles == [
        f"log: behind the {codec.value} stream, from byte {len(packed)} on, stands something else, which is not read"
    ]


@given(data=st.binary(max_size=200), codec=st.sampled_from(Codec))
@settings(max_examples=100)
def test_no_bytes_raise(data: bytes, codec: Codec) -> None:
    start = PACKED[codec](b"text\n" * 20)
    content, troubles = read(start[: len(data) % len(start)] + data)
    assert isinstance(content, bytes)
    assert all("\n" not in trouble for trouble in troubles)


def test_plain_text_passes_as_it_is() -> None:
    assert read(b"BZh9 and other lines\n", 3) == (b"BZh9 and other lines\n", [])
    assert read(b"") == (b"", [])


@each_codec
def test_a_bomb_takes_no_memory(codec: Codec) -> None:
    if codec is Codec.BZIP2:
        packed, size = PACKED[codec](bytes(20 << 20)), 20 << 20
    else:
        packed, size = PACKED[codec](bytes(150 << 20)), 150 << 20
    source = Decompressing(Given(packed), codec, "log")
    longest = count = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for piece in pieces(source, 1 << 20):
        longest, count = max(longest, len(piece)), count + len(piece)
    assert (longest <= 1 << 20, count) == (True, size)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 << 10


def test_xz_that_wants_more_memory_than_is_given_is_left() -> None:
    import lzma

    filters = [
        {"id": lzma.FILTER_LZMA2, "dict_size": 512 << 20, "mode": lzma.MODE_FAST, "nice_len": 8, "mf": lzma.MF_HC3}
    ]
    header = lzma.compress(b"x", filters=filters) if sys.maxsize > 1 << 32 else b""
    content, (trouble,) = read(header)
    assert content == b""
    assert "damaged" in trouble or "memory" in trouble


def test_a_file_is_read_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(gzip.compress(CONTENT))
    (source,) = find([str(path)]).sources
    assert isinstance(source, CompressedSource)
    assert source.packed == path.stat().st_size
    with source.open() as reader:
        assert b"".join(pieces(reader)) == CONTENT


def test_a_file_that_gzip_made_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(CONTENT)
    subprocess.run(["gzip", "-k", str(path)], check=True)
    subprocess.run(["sh", "-c", 'cat "$0" "$0" > "$0".twice', f"{path}.gz"], check=True)
    (source,) = find([f"{path}.gz.twice"]).sources
    with source.open() as reader:
        assert b"".join(pieces(reader)) == CONTENT * 2
    assert reader.troubles == []


def test_nothing_stays_open_where_a_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = PACKED[Codec.ZSTD](b"x")
    for module in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    raw = Given(packed)
    with pytest.raises(MissingPackageError):
        recognised(raw, "log")
    assert raw.closed
    # The second member is of a kind that cannot be read: what stands before it counts.
    content, troubles = read(gzip.compress(b"first\n") + packed)
    assert content == b"first\n"
    assert len(troubles) == 1


def test_closing_early_leaves_no_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(os.urandom(1 << 20) * 12))
    (source,) = find([str(path)]).sources
    before = len(os.listdir("/proc/self/fd"))
    with source.open() as reader:
        assert next(pieces(reader, 100))
    assert len(os.listdir("/proc/self/fd")) == before
    assert io.BytesIO(path.read_bytes()).read(2) == b"\x1f\x8b"
