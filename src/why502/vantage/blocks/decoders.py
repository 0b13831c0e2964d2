"""One decompressor for each codec, all used alike and bounded in memory: so much out for each call, whatever comes in.

gzip is read by isal where it is installed (four times as fast as zlib, and checked just the same), zstd by Python's own
module from 3.14 on, else by `backports.zstd`, which is the same module for older Pythons.
"""

import zlib
from typing import Any, Protocol

from why502.vantage.blocks.extras import first_package, missing
from why502.vantage.blocks.magic import Codec

XZ_MEMORY = 160 << 20
"""Bytes that an xz stream may ask for; `xz -9` takes 65 MiB."""

ZSTD_WINDOW = 27
"""Binary logarithm of the longest zstd window: 128 MiB, as zstd itself allows without being asked."""

GZIP_HEADER = 31
"""What zlib calls the gzip format with the longest window."""


class Decoder(Protocol):
    """As `bz2.BZ2Decompressor` is: one member of a stream, `max_length` bytes out at most for each call."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class GzipDecoder:
    """zlib's and isal's decompressor in the shape of the others."""

    def __init__(self, made: Any) -> None:
        self._made = made

    @property
    def eof(self) -> bool:
        return bool(self._made.eof)

    @property
    def needs_input(self) -> bool:
        return not self._made.unconsumed_tail and not self.eof

    @property
    def unused_data(self) -> bytes:
        return bytes(self._made.unused_data)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return bytes(self._made.decompress(self._made.unconsumed_tail + data, max(max_length, 0)))


def decoder(codec: Codec, name: str) -> Decoder:
    """Make a decompressor for one member. Raises `MissingPackageError` where no package can read it."""
    match codec:
        case Codec.GZIP:
            module: Any = first_package("isal.isal_zlib") or zlib
            return GzipDecoder(module.decompressobj(GZIP_HEADER))
        case Codec.BZIP2:
            import bz2

            return bz2.BZ2Decompressor()
        case Codec.XZ:
            import lzma

            return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=XZ_MEMORY)
        case Codec.ZSTD:
            return _zstd(name)


def _zstd(name: str) -> Decoder:
    module: Any = first_package("compression.zstd", "backports.zstd")
    if module is None:
        raise missing("why502[compressed]", f"{name}: compressed by zstd")
    made: Decoder = module.ZstdDecompressor(options={module.DecompressionParameter.window_log_max: ZSTD_WINDOW})
    return made


def damages(codec: Codec) -> tuple[type[Exception], ...]:
    """Return what a decompressor raises for a stream that is damaged."""
    # bz2 raises OSError and ValueError, none of which a decompressor that opens nothing has another use for.
    common = (OSError, ValueError, EOFError)
    match codec:
        case Codec.GZIP:
            isal: Any = first_package("isal.isal_zlib")
            return (*common, zlib.error, isal.error) if isal is not None else (*common, zlib.error)
        case Codec.BZIP2:
            return common
        case Codec.XZ:
            import lzma

            return (*common, lzma.LZMAError)
        case Codec.ZSTD:
            module: Any = first_package("compression.zstd", "backports.zstd")
            return (*common, module.ZstdError) if module is not None else common
