"""A plain file: any part of it, from many threads, without a copy in between; what is rotated away is found again."""

import os
import stat
import threading

from why502.observations.frozen import frozen
from why502.vantage.blocks.contract import InputError, RandomReader
from why502.vantage.blocks.opening import opened, said, visible


@frozen
class PlainSource:
    """A regular file that is not compressed. `inode` is that of the file that was found."""

    path: str
    size: int
    inode: int
    mtime: float | None = None
    seekable: bool = True

    @property
    def name(self) -> str:
        return visible(self.path)

    def open(self) -> RandomReader:
        number, _ = reopened(self.path, self.inode)
        return PlainReader(number, self.size, self.name)


class PlainReader(RandomReader):
    """Reads up to the size at the start; what was appended since is not part of it. Owns the descriptor.

    `base`: where in the file the source begins.
    """

    def __init__(self, number: int, size: int, name: str, base: int = 0) -> None:
        super().__init__()
        self.size = size
        self._number, self._name, self._base = number, name, base
        self._lock = threading.Lock()
        self._shrank = False

    def read_into(self, buffer: memoryview, offset: int) -> int:
        done, wanted = 0, min(len(buffer), self.size - offset)
        while done < wanted:
            try:
                count = os.preadv(self._number, [buffer[done:wanted]], self._base + offset + done)
            except OSError as error:
                self._say(f"{self._name}: {said(error)} at byte {offset + done}; the rest of this part is not read")
                break
            if count == 0:
                self._shrunk(offset + done)
                break
            done += count
        return max(done, 0)

    def close(self) -> None:
        if self._number < 0:
            return
        number, self._number = self._number, -1
        end = os.fstat(number).st_size - self._base
        os.close(number)
        if end < self.size:
            self._shrunk(end)

    def _shrunk(self, at: int) -> None:
        with self._lock:
            if self._shrank:
                return
            self._shrank = True
        self._say(f"{self._name}: was cut while it was read ({self.size} bytes at the start, {max(at, 0)} then)")

    def _say(self, trouble: str) -> None:
        with self._lock:
            if trouble not in self.troubles:
                self.troubles.append(trouble)


def reopened(path: str, inode: int) -> tuple[int, os.stat_result]:
    """Open the file that was found under this name, also where it was renamed beside since. Raises `InputError`."""
    try:
        number, info = opened(path)
    except InputError:
        there = _beside(path, inode)
        if there is None:
            raise
        return there
    if info.st_ino == inode:
        return number, info
    os.close(number)
    there = _beside(path, inode)
    if there is None:
        raise InputError(f"{visible(path)}: was rotated away before it was read")
    return there


def _beside(path: str, inode: int) -> tuple[int, os.stat_result] | None:
    """Find a file by its number in the directory of its former name."""
    # A path may be a link: its file is rotated where it lies, not where the link stands.
    for folder in dict.fromkeys((os.path.dirname(os.path.realpath(path)), os.path.dirname(path) or ".")):
        try:
            with os.scandir(folder) as entries:
                names = [each.path for each in entries if each.inode() == inode]
        except OSError:
            continue
        for name in names:
            try:
                number, info = opened(name)
            except InputError:
                continue
            if info.st_ino == inode and stat.S_ISREG(info.st_mode):
                return number, info
            os.close(number)
    return None
