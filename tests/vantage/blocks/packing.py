"""Make compressed streams of every kind."""

import bz2
import gzip
import importlib
import lzma
from collections.abc import Callable
from typing import Any

from why502.vantage.blocks.contract import StreamReader
from why502.vantage.blocks.magic import Codec


def zstd(data: bytes) -> bytes:
    try:
        module: Any = importlib.import_module("compression.zstd")
    except ImportError:
        module = importlib.import_module("backports.zstd")
    packed: bytes = module.compress(data)
    return packed


PACKED: dict[Codec, Callable[[bytes], bytes]] = {
    Codec.GZIP: gzip.compress,
    Codec.BZIP2: bz2.compress,
    Codec.XZ: lzma.compress,
    Codec.ZSTD: zstd,
}


class Given(StreamReader):
    """A stream of these bytes, handed out `step` at a time."""

    def __init__(self, data: bytes, step: int = 1 << 16) -> None:
        super().__init__()
        self.data, self.step, self.closed, self.stopped = data, step, False, False

    def read(self, most: int) -> bytes:
        count = min(most, self.step)
        piece, self.data = self.data[:count], self.data[count:]
        return b"" if self.stopped else piece

    def stop(self) -> None:
        self.stopped = True

    def close(self) -> None:
        self.closed = True
