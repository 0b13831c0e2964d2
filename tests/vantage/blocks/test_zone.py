from datetime import UTC, datetime
from pathlib import Path

import pytest

from why502.vantage.blocks.zone import local_zone, named_zone

BERLIN = Path("/usr/share/zoneinfo/Europe/Berlin")


def test_tz_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("America/New_York", ":America/New_York"):
        monkeypatch.setenv("TZ", name)
        away = datetime(2026, 7, 1, tzinfo=UTC).astimezone(local_zone()).utcoffset()
        assert away is not None
        assert away.total_seconds() == -4 * 3600


@pytest.mark.parametrize("content", [None, b"", b"TZif", b"\0" * 100])
def test_what_cannot_be_read_is_utc(content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    path = tmp_path / "localtime"
    if content is not None:
        path.write_bytes(content)
    assert local_zone(str(path)) is UTC
    monkeypatch.setenv("TZ", "Not/A/Zone")
    assert local_zone(str(path)) is UTC


@pytest.mark.parametrize("name", ["Nowhere/Else", "../etc/passwd", "/etc/passwd", "", "Europe"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(LookupError):
        named_zone(name)
    assert str(named_zone("Europe/Berlin")) == "Europe/Berlin"
