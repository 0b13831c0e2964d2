"""The time zone of this host, by which times without a zone are read."""

import os
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

LOCALTIME = "/etc/localtime"


def local_zone(path: str = LOCALTIME) -> tzinfo:
    """Return the zone that `TZ` names, else that of `/etc/localtime`; UTC where neither can be read."""
    named = os.environ.get("TZ", "").removeprefix(":")
    try:
        if named:
            return named_zone(named)
        with open(path, "rb") as file:
            return ZoneInfo.from_file(file)
    except (ValueError, OSError, LookupError):
        return UTC


def named_zone(name: str) -> tzinfo:
    """Return a zone by its name in the time zone database (`Europe/Berlin`). Raises `LookupError`."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError) as error:  # a path, a directory
        raise LookupError(name) from error
