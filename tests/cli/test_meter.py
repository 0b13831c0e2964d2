import pytest

from why502.cli.meter import EVERY, PATIENCE, Meter, line, metering, size


@pytest.mark.parametrize(
    ("done", "total", "seconds", "told"),
    [
        (5 * 10**8, 10**9, 1.0, " 50 % of 1.0 GB, 500.0 MB/s, 1 s left"),
        (10**6, 0, 2.0, "1.0 MB, 500 kB/s"),
        (2 * 10**6, 10**6, 1.0, "2.0 MB, 2.0 MB/s"),
        (0, 10**9, 0.0, "  0 % of 1.0 GB, 0 B/s"),
    ],
)
def test_a_line(done: int, total: int, seconds: float, told: str) -> None:
    assert line(done, total, seconds) == told


def test_a_size_has_a_unit() -> None:
    assert [size(each) for each in (0, 999, 1500, 10**15)] == ["0 B", "999 B", "2 kB", "1000.0 TB"]


def test_nothing_is_shown_of_what_is_soon_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from why502.cli import meter

    now = 100.0
    monkeypatch.setattr(meter.time, "monotonic", lambda: now)
    with metering(on=True) as shown:
        assert isinstance(shown, Meter)
        shown(1, 10)
        assert capsys.readouterr().err == ""
        now += PATIENCE + EVERY
        shown(5, 10)
        shown(6, 10)
        assert capsys.readouterr().err.count("50 %") == 1
    assert capsys.readouterr().err == "\r\x1b[K"
    with metering(on=False) as shown:
        assert shown is None
