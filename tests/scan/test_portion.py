"""Tasks divide and merge to the same whole, however they are cut and in whatever order; bounds that bite included."""

import pickle
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.scan.canonical import digest
from tests.scan.test_cluster import ACCESS, access, errors, jobs_of
from why502.logs import routes
from why502.logs.recognition import known_formats
from why502.logs.tally import Outcome
from why502.scan import part as parts
from why502.scan import portion as portioned
from why502.scan.driver import MakeEngine
from why502.scan.engine import Plain, makers
from why502.scan.jobs import Job, Reading
from why502.scan.portion import (
    ClusterError,
    Counted,
    Portion,
    counted,
    ended,
    fastest,
    merged,
    portions,
    rebuilt,
    sent,
    weight_of,
)
from why502.vantage.blocks.same import mark

WORDS = [f"{a}{b}{c}" for a in "abcdefgh" for b in "klmn" for c in "stuv"]


def work_of(jobs: list[Job], size: int) -> list[Portion]:
    return list(portions(jobs, {job.number: mark(job.source) for job in jobs}, size))


def in_any_order(some: list[Counted], chance: random.Random) -> Counted:
    """Merge some at a time until there is one."""
    while len(some) > 3:
        chance.shuffle(some)
        at = chance.randrange(2, 4)
        some = [merged(some[:at]), *some[at:]]
    return ended(some, True)


@pytest.mark.parametrize("make", makers().values(), ids=makers())
@pytest.mark.parametrize("seed", range(4))
def test_cut_and_merged_in_any_way_it_is_the_same(make: MakeEngine, seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    text = access(400, str(seed), [f"/shop/{word}/x" for word in WORDS] + ["/cart", "/shop/aks"])
    (tmp_path / "access.log").write_bytes(text)
    (tmp_path / "other.log").write_bytes(access(50, "other", ["/shop/zzz", "/shop/yyy/x", "/zzz"]))
    (tmp_path / "error.log").write_bytes(errors(text))
    jobs = jobs_of(tmp_path / "access.log", tmp_path / "other.log", reading=ACCESS)
    jobs.append(Job(number=2, source=jobs_of(tmp_path / "error.log")[0].source, reading=ACCESS))
    whole = ended([counted(each, make) for each in work_of(jobs, 1 << 30)], True)
    work = work_of(jobs, chance.randrange(2000, 9000))
    assert len(work) > 10
    assert digest(in_any_order([counted(each, make) for each in work], chance).part) == digest(whole.part)


BOUNDS = {"MOST_CELLS": 150, "MOST_CLIENTS": 40, "MOST_SAMPLES": 30, "MOST_WAITING": 60, "MOST_UPSTREAMS": 1}


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("seed", range(3))
def test_bounds_bite_alike_however_it_is_cut(
    bound: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells of what was served count too, though they are not wanted in the end."""
    monkeypatch.setattr(parts, bound, BOUNDS[bound])
    chance = random.Random(seed)
    (tmp_path / "access.log").write_bytes(access(600, str(seed)))
    jobs = jobs_of(tmp_path / "access.log", reading=ACCESS)
    whole = ended([counted(each, Plain) for each in work_of(jobs, 1 << 30)], False)
    bitten = {
        "MOST_CELLS": whole.part.level,
        "MOST_CLIENTS": whole.part.seen.below < parts.WHOLE,
        "MOST_SAMPLES": whole.part.samples.level,
        "MOST_WAITING": whole.part.waiting.below < parts.WHOLE,
        "MOST_UPSTREAMS": whole.part.upstreams_below < parts.WHOLE,
    }
    assert bitten[bound]
    some = [counted(each, Plain) for each in work_of(jobs, 6000)]
    while len(some) > 3:
        chance.shuffle(some)
        some = [merged(some[:2]), *some[2:]]
    assert digest(ended(some, False).part) == digest(whole.part)


def test_cells_of_what_was_served_come_along_until_the_end(tmp_path: Path) -> None:
    """Without them nobody could tell how many cells there are."""
    (tmp_path / "access.log").write_bytes(access(50, "one", odd=0))
    some = [counted(each, fastest) for each in work_of(jobs_of(tmp_path / "access.log", reading=ACCESS), 4000)]
    assert any(at[5] == Outcome.SERVED for at in some[0].part.cells)
    assert any(at[5] == Outcome.SERVED for at in ended(some, True).part.cells)
    assert not any(at[5] == Outcome.SERVED for at in ended(some, False).part.cells)


def test_what_is_merged_stays_as_it_is(tmp_path: Path) -> None:
    """Dask may want the same parts merged again."""
    (tmp_path / "access.log").write_bytes(access(200, "one"))
    some = [counted(each, fastest) for each in work_of(jobs_of(tmp_path / "access.log", reading=ACCESS), 4000)]
    before = [digest(each.part) for each in some]
    first = digest(merged(some).part)
    assert [digest(each.part) for each in some] == before
    assert digest(merged(some).part) == first


def test_a_crowded_prefix_stays_so_when_those_above_it_collapse() -> None:
    top = [f"GET /{word}/x" for word in [f"{a}{b}{c}" for a in "abcdefgh" for b in "ijklmnop" for c in "qrstu"]]
    deep = [f"GET /shop/{word}" for word in WORDS]
    names = [each.encode() for each in (*top, *deep, "GET /else/one")]
    exact = routes.renamed(names)
    early = parts.collapsing(names[len(top) : -1])
    assert early == {b"GET /shop"}
    left = [*names[: len(top)], *(routes.again(each, early) for each in names[len(top) :])]
    late = parts.collapsing(left, early)
    assert {routes.again(each, late) for each in left} == set(exact.values())
    assert routes.again(b"GET /else/one", late) == b"GET /*/*"


def test_formats_go_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "error.log").write_bytes(errors(access(50, "one")))
    found = jobs_of(tmp_path / "error.log")[0].reading
    reading = replace(found, zones=((5, 3600),), partners=False, since=7, until=9)
    assert rebuilt(pickle.loads(pickle.dumps(sent(reading)))) == reading
    assert len({form.name for form in known_formats()}) == len(known_formats())


def test_an_unknown_format_is_one_line() -> None:
    given = portioned.Sent(formats=(("no such format", ()),), bare=Reading(formats=()))
    with pytest.raises(ClusterError, match="'no such format' is not known to a worker"):
        rebuilt(given)


def test_another_version_counts_nothing() -> None:
    given = Portion(readings=(), pieces=(), size=0, version="0.0.0.other")
    with pytest.raises(ClusterError, match=r"has why502 .*, this is 0\.0\.0\.other"):
        counted(given, fastest)


def test_small_files_go_together_and_large_ones_in_parts(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}.log").write_bytes(b"x" * 99 + b"\n")
    (tmp_path / "large.log").write_bytes(b"x" * 2499 + b"\n")
    jobs = jobs_of(*(tmp_path / f"{number}.log" for number in range(10)), tmp_path / "large.log", reading=ACCESS)
    work = work_of(jobs, 1000)
    assert [len(each.pieces) for each in work] == [10, 1, 1, 1]
    assert [each.size for each in work] == [1000, 1000, 1000, 500]
    assert all(len(each.readings) == 1 for each in work)
    assert sum(weight_of(span) for span in portioned.spans(jobs, 1000)) == 3500
