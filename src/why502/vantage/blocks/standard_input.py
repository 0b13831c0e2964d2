"""Standard input and named pipes, read as bytes come, once; compressed or not."""

import os
import stat

from why502.observations.frozen import frozen
from why502.vantage.blocks.compressed import recognised
from why502.vantage.blocks.contract import InputError, StreamReader
from why502.vantage.blocks.opening import opened, said, visible
from why502.vantage.blocks.pipe import PipeReader

NAME = "standard input"


@frozen
class StandardInput:
    """What is piped or redirected into the command. `number`: its descriptor, which stays open."""

    number: int = 0
    name: str = NAME
    size: int | None = None
    seekable: bool = False
    mtime: float | None = None

    def open(self) -> StreamReader:
        try:
            number = os.dup(self.number)
            info = os.fstat(number)
        except OSError as error:
            raise InputError(f"{NAME}: {said(error)}") from None
        if stat.S_ISDIR(info.st_mode):
            os.close(number)
            raise InputError(f"{NAME}: a directory")
        return recognised(PipeReader(number, self.name), self.name)


@frozen
class PipeSource:
    """A FIFO that the user named (`<(zcat …)` too). It is read once, compressed or not."""

    path: str
    size: int | None = None
    seekable: bool = False
    mtime: float | None = None

    @property
    def name(self) -> str:
        return visible(self.path)

    def open(self) -> StreamReader:
        number, _ = opened(self.path)
        return recognised(PipeReader(number, self.name), self.name)
