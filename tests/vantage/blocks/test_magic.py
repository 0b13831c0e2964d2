import io
import struct
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantage.blocks.packing import PACKED
from why502.vantage.blocks.magic import Codec, archive_of, codec_of, is_binary, may_be_compressed


@given(codec=st.sampled_from(Codec), data=st.binary(max_size=50))
def test_what_is_compressed_is_known_by_its_first_bytes(codec: Codec, data: bytes) -> None:
    packed = PACKED[codec](data)
    assert codec_of(packed) is codec
    for count in range(len(packed)):
        if codec_of(packed[:count]) is None:
            assert may_be_compressed(packed[:count]), "more is waited for as long as it may be compressed"


@pytest.mark.parametrize(
    "line", [b"BZh9 is how this line begins\n", b"2026/11/20 ...", b"\x1f", b"(not zstd)", b"P*M", b'{"a": 1}', b""]
)
def test_text_is_not_taken_for_compressed(line: bytes) -> None:
    assert codec_of(line) is None


def test_a_line_is_not_waited_for() -> None:
    assert not may_be_compressed(b"1")
    assert not may_be_compressed(b"BZh9 i")


def test_skippable_frames_of_zstd_are_zstd() -> None:
    assert codec_of(b"\x50\x2a\x4d\x18\x04\0\0\0abcd") is Codec.ZSTD


def test_archives_are_named() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("access.log"))
    assert archive_of(made.getvalue()) == "a tar archive"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("access.log", "x")
    assert archive_of(made.getvalue()) == "a zip archive"
    assert archive_of(b"PAR 1 a line") is None
    assert archive_of(b"") is None


@pytest.mark.parametrize(
    ("head", "binary"),
    [
        (b"10.0.0.1 - - [20/Nov/2026:10:00:00 +0000]\n", False),
        ("größer 日本\n".encode(), False),
        (b"latin \xe4\xf6\n", False),
        (b"\x1b[31mred\x1b[0m\n", False),
        (b"\0" * 3000 + b"a log that was cut\n", False),
        (b"", False),
        (b"\0" * 100, False),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x03\0\x3e\0\x01\0\0\0", True),
        (b"LPKSHHRH" + struct.pack("<16I", *range(16)), True),
        (struct.pack("<hi32s4s32s256s", 7, 4711, b"pts/0", b"ts/0", b"root", b"192.0.2.1") * 3, True),
    ],
)
def test_binaries_are_told_from_logs(head: bytes, binary: bool) -> None:
    assert is_binary(head) is binary
