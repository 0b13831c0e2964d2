"""The time zone of a place: what its programs write into logs that name no zone."""

import io
import struct
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from why502.observations.frozen import frozen
from why502.observations.place import Place
from why502.vantage.base import Raw, Vantage

MOST = 1 << 16


@frozen
class Zone:
    """A zone, and whether it was read; if not, UTC stands in (as the C library does without `/etc/localtime`)."""

    zone: tzinfo
    known: bool


def parse_zone(data: bytes) -> tzinfo | None:
    """Read a compiled zone (RFC 8536)."""
    try:
        return ZoneInfo.from_file(io.BytesIO(data))
    except (ValueError, EOFError, LookupError, ArithmeticError, AssertionError, MemoryError, struct.error):
        return None


async def zone(vantage: Vantage, place: Place) -> Zone:
    """Read `/etc/localtime` of a place."""
    raw = await vantage.read(place, "/etc/localtime", MOST)
    found = parse_zone(raw.data) if isinstance(raw, Raw) and not raw.cut else None
    return Zone(zone=found or UTC, known=found is not None)
