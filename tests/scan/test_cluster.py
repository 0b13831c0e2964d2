"""What a cluster of real processes counts is what this process counts, bit for bit; also when a worker is killed."""

import gzip
import os
import random
import re
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client

from tests.scan import clusters
from tests.scan.canonical import digest
from tests.scan.clusters import Scheduler, scheduler
from why502.logs.recognition import chosen, from_directive, known_formats
from why502.logs.tally import Outcome
from why502.observations.frozen import frozen
from why502.scan import cluster as clustered
from why502.scan import scheduler as schedulers
from why502.scan.cluster import run
from why502.scan.cluster import shared as shared_source
from why502.scan.driver import Scanned, scan
from why502.scan.jobs import Job, Reading
from why502.scan.portion import ClusterError, fastest
from why502.scan.scheduler import Cluster
from why502.scan.whole import whole
from why502.vantage.blocks.contract import Source, pieces
from why502.vantage.blocks.journal import JournalSource
from why502.vantage.blocks.naming import find
from why502.vantage.blocks.remote import ObjectSource
from why502.vantage.blocks.standard_input import StandardInput

FORMAT = """log_format main '$remote_addr - - [$time_iso8601] "$request" $status $body_bytes_sent "$http_referer" '
    '"$http_user_agent" $upstream_addr $upstream_status $upstream_response_time $request_time $connection';"""
ACCESS = Reading(formats=(from_directive(FORMAT, known_formats()),))
CHUNK = 1 << 16


def access(
    count: int, seed: str, paths: Sequence[str] = ("/", "/cart", "/api/items/17", "/a/b/c"), odd: float = 0.003
) -> bytes:
    """Write an access log, some lines of which are none."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        status = chance.choice([200, 200, 200, 304, 404, 502, 503, 504])
        second = number * 3 % 86400
        client = f"10.{chance.randrange(3)}.{chance.randrange(200)}.{chance.randrange(250)}"
        tried, seen = chance.choice([("10.0.0.1:80", str(status)), ("10.0.0.1:80, 10.0.0.2:80", f"502, {status}")])
        spent = ", ".join(f"0.{chance.randrange(1000):03d}" for _ in tried.split(","))
        made.append(
            f"{client} - - [2026-11-20T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}+00:00] "
            f'"GET {chance.choice(paths)} HTTP/1.1" {status} 17 "-" "agent {"x" * chance.randrange(60)}" '
            f"{tried} {seen} {spent} 0.{chance.randrange(1000):03d} {number}\n"
        )
        if chance.random() < odd:
            made.append(chance.choice(["\n", "no line of a log\n", "x" * 300_000 + "\n", "\0\0\n"]))
    return "".join(made).encode()


LINE = re.compile(rb'(?m)^(\S{1,15}) - - \[2026-11-20T([0-9:]{8})\S+ "GET (\S+) HTTP/1.1" 502 .* (\d+)$')


def errors(text: bytes) -> bytes:
    """Write the error log that goes with an access log: why each 502."""
    return b"".join(
        b"2026/11/20 %b [error] 7#7: *%b connect() failed (111: Connection refused) while connecting to upstream, "
        b'client: %b, server: shop, request: "GET %b HTTP/1.1", upstream: "http://10.0.0.1:80%b", host: "shop"\n'
        % (found[2], found[4], found[1], found[3], found[3])
        for found in LINE.finditer(text)
    )


def jobs_of(*paths: Path, reading: Reading | None = None) -> list[Job]:
    sources = find([str(each) for each in paths]).sources
    return [Job(number=number, source=each, reading=reading or recognised(each)) for number, each in enumerate(sources)]


def recognised(source: Source) -> Reading:
    with source.open() as reader:
        head = next(pieces(reader, 1 << 16))
    return Reading(formats=chosen(head.split(b"\n")[:-1], known_formats()))


def same(one: Scanned, other: Scanned, jobs: Sequence[Job]) -> bool:
    """Compare the parts, and the tallies that are made of them (which use the parts up)."""
    if digest(one.part) != digest(other.part):
        return False
    tally = whole(other.part, jobs, {})
    assert tally.requests > 100, "there is hardly anything to compare"
    return digest(whole(one.part, jobs, {})) == digest(tally)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheduler]:
    with scheduler(tmp_path_factory.mktemp("cluster")) as made:
        made.workers("one", "two")
        yield made


@pytest.mark.parametrize("served", [False, True])
def test_is_bit_for_bit_what_is_counted_here(shared: Scheduler, tmp_path: Path, served: bool) -> None:
    (tmp_path / "access.log").write_bytes(access(3000, "one"))
    (tmp_path / "access.log.1").write_bytes(access(2000, "two").removesuffix(b"\n"))
    (tmp_path / "old.log.gz").write_bytes(gzip.compress(access(1000, "three")))
    (tmp_path / "small.log").write_bytes(access(3, "four"))
    error_log = tmp_path / "error.log"
    error_log.write_bytes(errors(access(3000, "one")))
    jobs = jobs_of(*(tmp_path / name for name in ("access.log", "access.log.1", "old.log.gz", "small.log")), error_log)
    jobs = [each if "error" in each.source.name else replace(each, reading=ACCESS) for each in jobs]
    seen: list[tuple[int, int]] = []
    there = run(jobs, Cluster(address=shared.address), served=served, chunk=CHUNK, progress=lambda *at: seen.append(at))
    here = scan(jobs, fastest, served=served)
    assert there.troubles == {}
    assert not there.stopped
    assert len(seen) > 10
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    assert any(at[5] == Outcome.SERVED for at in there.part.cells) is served
    tally = whole(scan(jobs, fastest).part, jobs, {})
    assert tally.joined > 0
    assert min(each.lines for each in tally.files) >= 3
    assert same(there, here, jobs)


def test_a_worker_killed_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "access.log").write_bytes(access(2000, "one"))
    jobs = jobs_of(tmp_path / "access.log", reading=ACCESS)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    killed: list[int] = []
    with scheduler(tmp_path) as made:
        (doomed,) = made.workers("doomed", **{clusters.DOOMED: str(fifo)})

        def kill() -> None:
            """Once it has one part and is in the middle of the next: let others come, and end it."""
            pid = int(fifo.read_text())
            made.workers("one", "two")
            doomed.send_signal(signal.SIGKILL)
            killed.append(pid)

        killing = threading.Thread(target=kill, daemon=True)
        killing.start()
        there = run(jobs, Cluster(address=made.address), clusters.waiting, chunk=CHUNK)
        killing.join()
        assert killed == [doomed.pid]
        assert doomed.wait() == -signal.SIGKILL
    assert there.troubles == {}
    assert same(there, scan(jobs, fastest), jobs)


def test_routes_that_only_some_tasks_find_crowded_are_collapsed_in_all(shared: Scheduler, tmp_path: Path) -> None:
    words = [f"{a}{b}" for a in "abcdefghij" for b in "klmnopqrst"]
    few = access(600, "few", [f"/shop/{word}" for word in ("zu", "zv")])
    (tmp_path / "few.log").write_bytes(few)
    (tmp_path / "many.log").write_bytes(access(5000, "many", [f"/shop/{word}/x" for word in words]))
    jobs = jobs_of(tmp_path / "few.log", tmp_path / "many.log", reading=ACCESS)
    there = run(jobs, Cluster(address=shared.address), chunk=len(few))
    assert {name for name, _ in there.part.by_route} >= {b"GET /shop/*", b"GET /shop/*/x"}
    assert b"GET /shop/zu" not in {name for name, _ in there.part.by_route}
    assert same(there, scan(jobs, fastest), jobs)


def test_what_only_this_host_has_is_counted_here(shared: Scheduler, tmp_path: Path) -> None:
    (tmp_path / "access.log").write_bytes(access(2000, "one"))
    (tmp_path / "input").write_bytes(access(2000, "two"))
    files = jobs_of(tmp_path / "access.log", tmp_path / "input", reading=ACCESS)
    number = os.open(tmp_path / "input", os.O_RDONLY)
    try:
        given = Job(number=1, source=StandardInput(number=number), reading=ACCESS)
        there = run([files[0], given], Cluster(address=shared.address), chunk=CHUNK)
    finally:
        os.close(number)
    assert same(there, scan(files, fastest), files)


def test_a_file_that_workers_have_not_is_said(
    shared: Scheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are made to differ between host and workers by changing them once the client has looked at them."""
    names = ("gone", "cut", "touched", "other", "grown", "fine")
    for name in names:
        (tmp_path / name).write_bytes(access(500, name))
    jobs = jobs_of(*(tmp_path / name for name in names), reading=ACCESS)
    expected = scan([job for job in jobs if Path(job.source.name).name in ("grown", "fine")], fastest)
    marks = clustered._marks

    def then_change(*given: object) -> object:
        made = marks(*given)  # type: ignore[arg-type]
        (tmp_path / "gone").unlink()
        os.truncate(tmp_path / "cut", 1000)
        os.utime(tmp_path / "touched", (1, 1))
        with (tmp_path / "other").open("r+b") as file:
            file.write(b"#")
            file.seek(0, os.SEEK_END)
            file.write(b"more\n")
        with (tmp_path / "grown").open("ab") as file:
            file.write(access(5, "more"))
        return made

    monkeypatch.setattr(clustered, "_marks", then_change)
    there = run(jobs, Cluster(address=shared.address), chunk=CHUNK)
    said = {Path(jobs[number].source.name).name: lines for number, lines in there.troubles.items()}
    assert set(said) == {"gone", "cut", "touched", "other"}
    assert all(len(lines) == 1 for lines in said.values())
    assert "no such file" in said["gone"][0]
    assert "(worker tcp://127.0.0.1:" in said["gone"][0]
    assert "parts of the file are not counted)" in said["gone"][0]
    assert "1000 bytes, not" in said["cut"][0]
    assert "written at 1, not" in said["touched"][0]
    assert "its content differs" in said["other"][0]
    assert same(there, expected, [])


def test_told_to_stop_it_gives_what_there_is(shared: Scheduler, tmp_path: Path) -> None:
    (tmp_path / "access.log").write_bytes(access(6000, "one", odd=0))
    jobs = jobs_of(tmp_path / "access.log", reading=ACCESS)
    stop = threading.Event()
    there = run(jobs, Cluster(address=shared.address), stop=stop, chunk=CHUNK, progress=lambda *_: stop.set())
    assert there.stopped
    assert 0 < there.part.files[0].lines < scan(jobs, fastest).part.files[0].lines


def test_what_runs_ends_when_told_to_stop(shared: Scheduler, tmp_path: Path) -> None:
    """One of the files would take hours."""
    (tmp_path / "short.log").write_bytes(access(10, "one"))
    (tmp_path / "long.log.gz").write_bytes(gzip.compress(access(10, "one") * 20_000) * 100)
    jobs = jobs_of(tmp_path / "short.log", tmp_path / "long.log.gz", reading=ACCESS)
    stop = threading.Event()
    there = run(
        jobs, Cluster(address=shared.address), clusters.plain, stop=stop, chunk=1 << 10, progress=lambda *_: stop.set()
    )
    assert there.stopped
    with Client(shared.address, set_as_default=False) as client:
        deadline = time.monotonic() + 20
        while any(client.run(clusters.busy).values()):
            assert time.monotonic() < deadline, "a task that nobody wants goes on"


def test_ctrl_c_cancels_what_runs(shared: Scheduler, tmp_path: Path) -> None:
    (tmp_path / "access.log").write_bytes(access(6000, "one", odd=0))
    jobs = jobs_of(tmp_path / "access.log", reading=ACCESS)
    with pytest.raises(KeyboardInterrupt):
        run(
            jobs,
            Cluster(address=shared.address),
            clusters.plain,
            chunk=CHUNK,
            progress=lambda *_: signal.raise_signal(signal.SIGINT),
        )
    with Client(shared.address, set_as_default=False) as client:
        deadline = time.monotonic() + 20
        while any(client.run(clusters.busy).values()):
            assert time.monotonic() < deadline, "a task that nobody wants goes on"
        assert not any(client.processing().values())


def test_what_is_left_when_others_are_gone_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "access.log").write_bytes(access(2000, "one", odd=0))
    jobs = jobs_of(tmp_path / "access.log", reading=ACCESS)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    monkeypatch.setattr(clustered, "LOOK", 1)
    monkeypatch.setattr(clustered, "PATIENCE", 0.5)
    with scheduler(tmp_path) as made:
        (doomed,) = made.workers("doomed", **{clusters.DOOMED: str(fifo)})

        def kill() -> None:
            fifo.read_text()
            doomed.kill()

        killing = threading.Thread(target=kill, daemon=True)
        killing.start()
        with pytest.raises(ClusterError, match=r"^tcp://[^\n]*: no worker is left$"):
            run(jobs, Cluster(address=made.address), clusters.waiting, chunk=CHUNK)
        killing.join()
        monkeypatch.setattr(schedulers, "PATIENCE", 0.2)
        with pytest.raises(ClusterError, match=r"^tcp://[^\n]*: the scheduler has no workers$"):
            run(jobs, Cluster(address=made.address))
        monkeypatch.undo()
        made.workers("one")
        with pytest.raises(ClusterError, match=r"^tcp://[^\n]*: the scheduler is gone$"):
            run(jobs, Cluster(address=made.address), chunk=CHUNK, progress=lambda *_: made.process.kill())


@frozen
class Watched:
    """What the command puts around a stream so that it can be stopped."""

    behind: Source
    begun: object = None


def test_who_opens_what(tmp_path: Path) -> None:
    (tmp_path / "a.log.gz").write_bytes(gzip.compress(access(5, "one")))
    (compressed,) = find([str(tmp_path / "a.log.gz")]).sources
    there = ObjectSource(url="s3://bucket/a.log", size=5, seekable=True)
    assert shared_source(compressed) is compressed
    assert shared_source(Watched(behind=compressed)) is compressed  # type: ignore[arg-type]
    assert shared_source(Watched(behind=compressed, begun=object())) is None  # type: ignore[arg-type]
    assert shared_source(there) is there
    assert shared_source(StandardInput()) is None
    assert shared_source(JournalSource()) is None


def test_what_an_engine_raises_is_raised(shared: Scheduler, tmp_path: Path) -> None:
    (tmp_path / "access.log").write_bytes(access(10, "one"))
    with pytest.raises(ZeroDivisionError):
        run(jobs_of(tmp_path / "access.log", reading=ACCESS), Cluster(address=shared.address), clusters.broken)


def test_another_version_is_refused(shared: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedulers, "__version__", "0.0.0.other")
    with pytest.raises(ClusterError, match=r"^tcp://.*: worker tcp://.* has why502 .*, this is 0\.0\.0\.other$"):
        run([], Cluster(address=shared.address))


def test_a_function_that_workers_lack_is_refused(shared: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where workers have no why502: what is sent by name is not found there."""
    monkeypatch.setattr(schedulers, "version", clusters.only_here())
    with pytest.raises(ClusterError, match=r"has no why502 that can be used .*only_here"):
        run([], Cluster(address=shared.address))


def test_no_scheduler_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedulers, "CONNECTING", 0.2)
    with pytest.raises(ClusterError, match=r"^tcp://127\.0\.0\.1:1: cannot be connected to [^\n]*$"):
        run([], Cluster(address="tcp://127.0.0.1:1"))
