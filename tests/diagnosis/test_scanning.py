import gzip
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.report.logs.made import (
    AGENT,
    BEGIN,
    FAILED,
    FIRST,
    NUMBERED_FORMAT,
    REQUESTS,
    access,
    errors,
    numbered,
    write,
)
from why502.diagnosis import scanning
from why502.diagnosis.scanning import HEAD, FormatError, LogsOptions, Readers, first_lines, prepare, run, zones
from why502.logs.tally import Outcome
from why502.scan.engine import Plain
from why502.vantage.blocks.contract import InputError


def test_a_log_is_found_recognised_and_counted(tmp_path: Path) -> None:
    outcome = run([write(tmp_path / "access.log", access())])
    (file,) = outcome.tally.files
    assert (file.lines, file.unparsed, file.formats) == (REQUESTS, 0, ("nginx",))
    assert file.first == int(BEGIN.timestamp())
    assert (outcome.tally.requests, outcome.tally.failed) == (REQUESTS, FAILED)
    assert outcome.gateways == ("nginx",)
    (episode,) = outcome.incidents.episodes
    assert episode.upstreams == (FIRST,)
    assert outcome.cells is None


def test_several_formats_at_once(tmp_path: Path) -> None:
    names = [write(tmp_path / "access.log", access(extended=False)), write(tmp_path / "error.log", errors())]
    outcome = run(names)
    assert [each.formats for each in outcome.tally.files] == [("nginx-combined",), ("nginx-error",)]
    assert outcome.tally.requests == REQUESTS
    # The second format begins far behind the file's head.
    mixed = run([write(tmp_path / "mixed.log", [*access(extended=False), *errors()])])
    assert set(mixed.tally.files[0].formats) == {"nginx-combined", "nginx-error"}
    assert mixed.tally.files[0].unparsed == 0


def test_a_stream_is_read_once_and_wholly(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    text = "".join(f"{line}\n" for line in access()).encode()
    writer = threading.Thread(target=path.write_bytes, args=(text,))
    writer.start()
    outcome = run([str(path)])
    writer.join()
    assert outcome.tally.requests == REQUESTS
    assert outcome.tally.files[0].unparsed == 0


def test_compressed_logs_are_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "access.log.1.gz"
    text = "".join(f"{line}\n" for line in access()).encode()
    path.write_bytes(gzip.compress(text))
    assert run([str(path)]).tally.requests == REQUESTS
    path.write_bytes(gzip.compress(text)[:-2000])
    cut = run([str(path)])
    assert 0 < cut.tally.requests < REQUESTS
    assert any("gz" in each for each in cut.tally.files[0].troubles)


def test_a_given_format_goes_first_and_others_are_still_recognised(tmp_path: Path) -> None:
    names = [write(tmp_path / "a.log", numbered()), write(tmp_path / "error.log", errors())]
    outcome = run(names, LogsOptions(log_format=NUMBERED_FORMAT))
    assert outcome.tally.joined == FAILED
    assert [each.unparsed for each in outcome.tally.files] == [0, 0]
    with pytest.raises(FormatError, match="--log-format: "):
        run(names, LogsOptions(log_format="nothing of the kind"))


def test_times_without_zone_are_of_the_given_one_over_the_change_of_clocks(tmp_path: Path) -> None:
    shape = (
        "2026/10/25 {} [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, "
        "client: 192.0.2.1, server: a.example"
    )
    path = write(tmp_path / "error.log", [shape.format(clock) for clock in ("01:59:59", "03:00:00")])
    (file,) = run([path], LogsOptions(zone=ZoneInfo("Europe/Berlin"))).tally.files
    assert file.first is not None
    assert file.last is not None
    assert datetime.fromtimestamp(file.first, UTC).isoformat() == "2026-10-24T23:59:59+00:00"
    assert file.last - file.first == 2 * 3600 + 1


def test_only_the_asked_time_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "access.log", access())
    begin = int(BEGIN.timestamp())
    tally = run([path], LogsOptions(since=begin + 60, until=begin + 119)).tally
    assert (tally.requests, tally.files[0].outside) == (20, REQUESTS - 20)


def test_what_is_no_log_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    names = [write(tmp_path / "a.log", access()), write(tmp_path / "notes.txt", ["only words", "and more"])]
    missing = str(tmp_path / "missing.log")
    outcome = run([*names, missing])
    assert outcome.tally.requests == REQUESTS
    assert outcome.unknown == (names[1],)
    assert outcome.tally.files[1].unparsed == 2
    assert [(each.name, each.why) for each in outcome.skipped] == [(missing, "no such file or directory")]
    with pytest.raises(InputError, match=r"missing\.log: no such file"):
        run([missing])


def test_an_empty_file_is_no_unknown_one(tmp_path: Path) -> None:
    outcome = run([write(tmp_path / "a.log", [])])
    assert outcome.unknown == ()
    assert outcome.tally.requests == 0


def test_it_can_be_stopped(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    outcome = run([write(tmp_path / "a.log", access())], stop=stop)
    assert outcome.stopped
    assert outcome.tally.requests == 0


def test_a_stream_that_waits_is_told_to_stop(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    readers, stop = Readers(), threading.Event()
    found: list[int] = []

    def reading() -> None:
        found.append(run([str(path)], stop=stop, readers=readers).tally.requests)

    thread = threading.Thread(target=reading)
    thread.start()
    with path.open("w") as pipe:
        pipe.write("".join(f"{line}\n" for line in access()[:100]))
        pipe.flush()
        while thread.is_alive():
            stop.set()
            readers.stop()
            thread.join(0.05)
    assert found[0] <= 100


def test_secrets_in_lines_are_masked(tmp_path: Path) -> None:
    secret = "sk_live_51H8abcdefghijklmnop"
    lines = [line.replace("/items/", f"/items/?token={secret}&n=") for line in access()]
    outcome = run([write(tmp_path / "a.log", [*lines, f"odd token={secret}"])])
    samples = [sample.text for each in outcome.incidents.episodes for sample in each.samples]
    assert samples
    assert all(b"token=" in each for each in samples)
    assert not any(secret.encode() in each for each in (*samples, *(each.text for each in outcome.tally.unparsed)))


def test_cells_are_kept_where_they_are_asked_for(tmp_path: Path) -> None:
    outcome = run([write(tmp_path / "a.log", access())], LogsOptions(cells=True))
    assert outcome.cells is not None
    served = sum(count for cell, count in outcome.cells.items() if cell.outcome is Outcome.SERVED)
    assert served == REQUESTS - FAILED


def test_without_the_kernel_the_same_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.replace(AGENT, '\\x22 502 "') for line in access()]
    path = write(tmp_path / "a.log", [*lines, "odd"])
    first = run([path])
    monkeypatch.setattr(scanning, "best", lambda: Plain)
    second = run([path])
    assert first.tally == second.tally
    assert first.incidents == second.incidents


def test_a_head_that_is_cut_leaves_its_last_line_out() -> None:
    assert first_lines(b"a\r\nb") == [b"a", b"b"]
    assert first_lines(b"a\n" + b"b" * HEAD) == [b"a"]
    assert first_lines(b"b" * HEAD) == [b"b" * HEAD]


def test_a_constant_zone_costs_nothing() -> None:
    assert len(zones(UTC)) == 1
    assert len(zones(ZoneInfo("Etc/UTC"))) == 1
    assert len(zones(ZoneInfo("Europe/Berlin"))) > 80


def test_files_of_one_format_share_one_reading(tmp_path: Path) -> None:
    names = [write(tmp_path / f"{number}.log", access()) for number in range(3)]
    ready = prepare(names, LogsOptions())
    assert len({id(job.reading) for job in ready.jobs}) == 1


def test_the_logs_of_this_host_are_read_by_its_own_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in these lines says which value is what."""
    (tmp_path / "odd.log").write_text('502|1763647331.120|10.0.0.9:80|"GET /a HTTP/1.1"\n' * 3)
    (tmp_path / "nginx.conf").write_text(
        "http { log_format odd '$status|$msec|$upstream_addr|\"$request\"';\n access_log odd.log odd; }\n"
    )
    monkeypatch.setattr(scanning.configurations, "LOGS", str(tmp_path))
    assert scanning.prepare([str(tmp_path / "odd.log")], LogsOptions()).unknown
    monkeypatch.setattr(
        scanning.configurations,
        "usual",
        lambda: iter([(tmp_path / "nginx.conf").read_bytes().replace(b"http { ", b"")]),
    )
    tally = scanning.run([str(tmp_path / "odd.log")], LogsOptions()).tally
    assert tally.failed == 3
    assert {upstream for upstream, _ in tally.by_upstream} == {"10.0.0.9:80"}
