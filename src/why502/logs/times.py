"""The times that logs write, as seconds since 1970: the shapes are told apart by their third and fifth byte."""

import re
from datetime import UTC, datetime

MONTHS = {
    name: number
    for number, name in enumerate(
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"], 1
    )
}

_CLOCK = rb"(\d\d):(\d\d):(\d\d)(?:[.,]\d{1,9})?"
_ZONE = rb"(?: ?([+-])(\d\d):?(\d\d)|(Z))?"
_LOCAL = re.compile(rb"(\d\d)/([A-Z][a-z]{2})/(\d{4}):" + _CLOCK + _ZONE)
_ISO = re.compile(rb"(\d{4})[-/](\d\d)[-/](\d\d)[T ]" + _CLOCK + _ZONE)
_CTIME = re.compile(rb"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) " + _CLOCK + rb" (\d{4})")
_BARE = re.compile(_CLOCK)
_DATE = re.compile(rb"(\d{4})[-/](\d\d)[-/](\d\d)")
_EPOCH = re.compile(rb"(\d{9,19})(?:\.\d{1,9})?")
_DIGITS = {9: 1, 10: 1, 13: 10**3, 16: 10**6, 19: 10**9}


def parse(raw: bytes, date: bytes = b"") -> tuple[int, bool] | None:
    """Read a time as (seconds since 1970, whether it lacked a zone and was taken as UTC); `None`: not a time.

    `20/Nov/2026:14:02:11 +0100` (also with fraction, also without zone), `2026-11-20T14:02:11.120Z` (also with `/`, a
    blank for `T`, `,` before the fraction), `Fri Nov 20 14:02:11.123456 2026`, seconds, milli-, micro- or nanoseconds
    since 1970 by their number of digits, and `14:02:11` beside a `date`. Years 1970 to 2199.
    """
    if found := _LOCAL.fullmatch(raw):
        day, month, year, *rest = found.groups()
        return _seconds(year, MONTHS.get(month, 0), day, rest)
    if found := _ISO.fullmatch(raw):
        year, month, day, *rest = found.groups()
        return _seconds(year, int(month), day, rest)
    if found := _CTIME.fullmatch(raw):
        month, day, *clock, year = found.groups()
        return _seconds(year, MONTHS.get(month, 0), day, [*clock, None, None, None, None])
    if found := _EPOCH.fullmatch(raw):
        unit = _DIGITS.get(len(found[1]))
        return None if unit is None else (int(found[1]) // unit, False)
    if (found := _BARE.fullmatch(raw)) and (dated := _DATE.fullmatch(date)):
        return _seconds(dated[1], int(dated[2]), dated[3], [*found.groups(), None, None, None, None])
    return None


def _seconds(year: bytes, month: int, day: bytes, rest: list[bytes | None]) -> tuple[int, bool] | None:
    hour, minute, second = (int(each or b"0") for each in rest[:3])
    sign, zone_hours, zone_minutes, zulu = rest[3:7]
    in_range = 1970 <= int(year) <= 2199 and 1 <= month <= 12 and 1 <= int(day) <= 31  # noqa: PLR2004
    if not in_range or hour > 23 or minute > 59 or second > 60:  # noqa: PLR2004
        return None
    away = (int(zone_hours or b"0") * 60 + int(zone_minutes or b"0")) * 60
    at = days(int(year), month, int(day)) * 86400 + hour * 3600 + minute * 60 + second
    return at - (-away if sign == b"-" else away), sign is None and zulu is None


def days(year: int, month: int, day: int) -> int:
    """Count the days from 1970 to a date; the 31st of a shorter month is a day of the next."""
    return datetime(year, month, 1, tzinfo=UTC).toordinal() - _START + day - 1


_START = datetime(1970, 1, 1, tzinfo=UTC).toordinal()
