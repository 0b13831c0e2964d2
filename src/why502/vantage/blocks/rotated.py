"""The order of rotated logs by their names alone: oldest first, the live one last (pure).

Known: logrotate's numbers (`access.log.2.gz`, `access.2.log`) and dates (`-20261120`, with the hour too),
savelog's and Tomcat's dates (`.2026-11-20`). Names that hold a time in another way are sorted by it as they are.
"""

import re

from why502.observations.frozen import frozen

COMPRESSED = re.compile(r"\.(?:gz|bz2|xz|zst|zstd|Z|lz4)$", re.IGNORECASE)
DATE = re.compile(r"[-_.](\d{4})[-_.]?(\d\d)[-_.]?(\d\d)(?:[-_.T]?(\d{2,10}(?:[-_:.]\d\d){0,2}))?(?=$|\.)")
NUMBER = re.compile(r"\.(\d{1,5})(?=$|\.[A-Za-z]+$)")


@frozen
class Rotation:
    """What a file's name says: `stem` is equal for all files of one set; `order` sorts them, oldest first."""

    stem: str
    order: tuple[int, str, int]


def rotation(path: str) -> Rotation:
    """Read a path's last part; the folder stays part of the stem."""
    folder, slash, name = path.rpartition("/")
    name = uncompressed(name)
    dated = DATE.search(name)
    if dated and dated.start():
        stem = name[: dated.start()] + name[dated.end() :]
        number = NUMBER.search(stem)
        if number:
            stem = stem[: number.start()] + stem[number.end() :]
        when = "".join(each for each in "".join(part or "" for part in dated.groups()) if each.isdigit())
        return Rotation(stem=folder + slash + stem, order=(0, when, -int(number[1]) if number else 0))
    number = NUMBER.search(name)
    if number and number.start():
        stem = name[: number.start()] + name[number.end() :]
        return Rotation(stem=folder + slash + stem, order=(1, "", -int(number[1])))
    return Rotation(stem=folder + slash + name, order=(2, "", 0))


def uncompressed(path: str) -> str:
    """Return the name that the file had before it was compressed."""
    return COMPRESSED.sub("", path)
