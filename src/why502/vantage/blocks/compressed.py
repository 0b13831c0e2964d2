"""Compressed streams: member after member; what can be had of a broken one is delivered, and the break is said."""

from why502.observations.frozen import frozen
from why502.vantage.blocks.ahead import Ahead
from why502.vantage.blocks.contract import InputError, MissingPackageError, StreamReader
from why502.vantage.blocks.decoders import Decoder, damages, decoder
from why502.vantage.blocks.magic import HEAD, LONGEST_START, Codec, codec_of, may_be_compressed
from why502.vantage.blocks.opening import visible
from why502.vantage.blocks.pipe import PipeReader
from why502.vantage.blocks.plain import reopened

STEP = 1 << 16
"""Compressed bytes that are read at a time."""

MADE = 1 << 18
"""Bytes that are decompressed at a time; where a stream is damaged, up to so many before the damage are lost."""

MOST_TROUBLES = 10


@frozen
class CompressedSource:
    """A compressed file. `packed`: its bytes as they lie there."""

    path: str
    inode: int
    packed: int
    size: int | None = None
    seekable: bool = False
    mtime: float | None = None

    @property
    def name(self) -> str:
        return visible(self.path)

    def open(self) -> StreamReader:
        number, _ = reopened(self.path, self.inode)
        return recognised(PipeReader(number, self.name), self.name)


def recognised(raw: StreamReader, name: str) -> StreamReader:
    """Read a stream of any kind: decompressed, in a thread of its own, if its first bytes say that it is compressed.

    Waits for the first bytes. Takes the stream over; raises `InputError` where nothing can decompress it.
    """
    head = b""
    # What trickles in is not held up for a full head: one byte rules out what most streams are not.
    while may_be_compressed(head) and (piece := raw.read(HEAD)):
        head += piece
    codec = codec_of(head)
    begun = _Begun(raw, head)
    if codec is None:
        return begun
    try:
        return Ahead(Decompressing(begun, codec, name))
    except InputError:
        raw.close()
        raise


class _Begun(StreamReader):
    """A stream whose first bytes were already read."""

    def __init__(self, raw: StreamReader, head: bytes) -> None:
        super().__init__()
        self._raw, self._head = raw, head
        self.troubles = raw.troubles

    def read(self, most: int) -> bytes:
        if not self._head:
            return self._raw.read(most)
        piece, self._head = self._head[:most], self._head[most:]
        return piece

    def stop(self) -> None:
        self._raw.stop()

    def close(self) -> None:
        self._raw.close()


class Decompressing(StreamReader):
    """Decompresses as it is read. Memory is bounded by the codec's window and one step, however much comes out."""

    def __init__(self, raw: StreamReader, codec: Codec, name: str) -> None:
        super().__init__()
        self._raw, self._codec, self._name = raw, codec, name
        self.troubles = raw.troubles
        self._decoder: Decoder | None = decoder(codec, name)
        self._taken = 0
        self._left = b""
        """Compressed bytes that were read and not yet given to the decoder."""

    def read(self, most: int) -> bytes:
        while self._decoder is not None:
            if self._decoder.eof:
                self._decoder = self._next(self._decoder.unused_data)
                continue
            data = b""
            if self._decoder.needs_input:
                data = self._compressed()
                if not data:
                    self._end(
                        f"{self._name}: the {self._codec.value} stream ends too early; it is read as far as it goes"
                    )
                    return b""
            made = self._made(self._decoder, data, most)
            if made:
                return made
        return b""

    def stop(self) -> None:
        self._raw.stop()

    def close(self) -> None:
        self._decoder = None
        self._raw.close()

    def _made(self, using: Decoder, data: bytes, most: int) -> bytes:
        try:
            return using.decompress(data, min(most, MADE))
        except damages(self._codec) as error:
            words = " ".join(str(error).split())[:100]
            self._end(
                f"{self._name}: the {self._codec.value} stream is damaged before byte {self._taken} ({words}); "
                "the last lines before may be wrong, what lies behind is not read"
            )
        except MemoryError:
            self._end(f"{self._name}: the {self._codec.value} stream wants more memory than it is given; not read")
        return b""

    def _compressed(self) -> bytes:
        if self._left:
            data, self._left = self._left, b""
            return data
        data = self._raw.read(STEP)
        self._taken += len(data)
        return data

    def _next(self, rest: bytes) -> Decoder | None:
        """Begin the next member, if there is one; zeros behind the last one are padding."""
        while True:
            rest = rest.lstrip(b"\0")
            if len(rest) >= LONGEST_START:
                break
            more = self._raw.read(STEP)
            if not more:
                break
            self._taken += len(more)
            rest += more
        if not rest:
            return None
        codec = codec_of(rest)
        if codec is None:
            self._end(
                f"{self._name}: behind the {self._codec.value} stream, from byte {self._taken - len(rest)} on, "
                "stands something else, which is not read"
            )
            return None
        try:
            begun = decoder(codec, self._name)
        except MissingPackageError as error:
            self._end(str(error))
            return None
        self._codec, self._left = codec, rest
        return begun

    def _end(self, trouble: str) -> None:
        self._decoder = None
        if len(self.troubles) < MOST_TROUBLES:
            self.troubles.append(trouble)
