"""The time zone of a place: logs without a zone are in the local time of the host that wrote them."""

import io
import struct
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from why502.observations.place import Place
from why502.vantage.base import Raw, Vantage

LOCALTIME = "/etc/localtime"
MOST = 65536


class _Ending(io.BytesIO):
    """Bytes that end: zoneinfo reads on for ever where the last line of a file has no end."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, or raise where there is nothing left."""
        got = super().read(size)
        if size is not None and size > 0 and not got:
            raise EOFError("the file is cut off")
        return got


async def zone_of(vantage: Vantage, place: Place) -> tzinfo:
    """Read `/etc/localtime` (RFC 8536); UTC where there is none, as the C library does."""
    raw = await vantage.read(place, LOCALTIME, MOST)
    if not isinstance(raw, Raw):
        return UTC
    try:
        return ZoneInfo.from_file(_Ending(raw.data))
    except (ValueError, OSError, LookupError, EOFError, AssertionError, struct.error):
        # what zoneinfo raises for damaged files is not documented; all of these were seen
        return UTC
