"""What the first bytes of a file say: how it is compressed, or that it is no log at all. Names say nothing.

Magic numbers: RFC 1952 (gzip), RFC 8878 (zstd, with its skippable frames), the xz file format 1.2.1, bzip2's `BZh`.
"""

from enum import Enum

HEAD = 4096
"""Bytes that are looked at."""

MOST_CONTROL = 0.1
"""Share of control bytes from which on a file is no text."""

TEXT = frozenset(b"\t\n\v\f\r\x1b") | frozenset(range(0x20, 0x7F)) | frozenset(range(0x80, 0x100))


class Codec(Enum):
    """How a stream is compressed."""

    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"


_BLOCKS = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
"""How bzip2's first block begins: with a block's number or with the end. `BZh9` alone could begin a line."""

STARTS = {
    Codec.GZIP: (b"\x1f\x8b\x08",),
    Codec.BZIP2: tuple(b"BZh%d" % level + block for level in range(1, 10) for block in _BLOCKS),
    Codec.XZ: (b"\xfd7zXZ\x00",),
    Codec.ZSTD: (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + number]) + b"\x2a\x4d\x18" for number in range(16))),
}
LONGEST_START = max(len(each) for starts in STARTS.values() for each in starts)


def codec_of(head: bytes) -> Codec | None:
    """Tell how a stream that begins so is compressed; `None`: it is not, or not in a way known here."""
    return next((codec for codec, starts in STARTS.items() if head.startswith(starts)), None)


ARCHIVES = (
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x1f\x9d", "compressed by compress"),
    (0, b"\x04\x22\x4d\x18", "compressed by lz4"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"LPKSHHRH", "a file of the journal (named `journal:`)"),
    (0, b"SQLite format 3\0", "a database"),
)
"""Where which bytes stand in files that hold logs in a way that is not read."""


def archive_of(head: bytes) -> str | None:
    """Say what a file is that may hold logs but is not read."""
    return next((what for at, start, what in ARCHIVES if head.startswith(start, at)), None)


def may_be_compressed(head: bytes) -> bool:
    """Tell whether more bytes behind these could make `codec_of` find a codec."""
    return any(each.startswith(head) and each != head for starts in STARTS.values() for each in starts)


def is_binary(head: bytes) -> bool:
    """Tell whether a file that begins so cannot be a log.

    NUL bytes at the beginning do not count: a log that was cut while its writer kept its place begins with a hole.
    """
    seen = head.lstrip(b"\0")
    return sum(each not in TEXT for each in seen) > MOST_CONTROL * len(seen)
