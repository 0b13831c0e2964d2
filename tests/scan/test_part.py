import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.format import Judged, LogFormat
from why502.logs.formats import ingress_nginx, nginx_combined
from why502.logs.numbers import WHOLE, hash64
from why502.logs.tally import FAILURES, OTHERS, Outcome
from why502.observations.failure import FailureId
from why502.scan import engine as engines
from why502.scan import part as parts
from why502.scan.engine import Engine, Plain
from why502.scan.jobs import Reading
from why502.scan.part import (
    MOST_LEVEL,
    UNPARSED,
    Distinct,
    FilePart,
    Part,
    Place,
    Samples,
    Waiting,
    code,
    limited,
    lowered,
    place_of,
)

ENGINES = [Plain, *([engines.Compiled] if engines.has_kernel() else [])]
each_engine = pytest.mark.parametrize("make", ENGINES, ids=lambda each: each.__name__)


def scanned(make: type[Engine], form: LogFormat, text: bytes, offset: int = 0, **bounds: int) -> Part:
    lines = tuple(text.splitlines())
    engine = make(Reading(formats=((form, form.plans(lines)),), **bounds))  # type: ignore[call-arg, arg-type]
    engine.block(text, 0, offset, last=True)
    return engine.part(served=True)


LINE = (
    b'10.244.0.%d - - [20/Nov/2026:14:02:%02d +0000] "GET /two HTTP/1.1" %d 612 "-" "curl/8.4.0" 90 1.004 '
    b"[shop-web-80] [] %s 0 %s %s 0123456789abcdef\n"
)


@each_engine
def test_attempts_are_rescued_or_tried(make: type[Engine]) -> None:
    text = LINE % (1, 0, 200, b"a:1, b:2 : c:3", b"1.000, 0.100 : 0.004", b"502, 504 : 200")
    text += LINE % (2, 1, 502, b"a:1, b:2", b"0.001, 0.002", b"503, 502")
    text += LINE % (3, 2, 200, b"a:1, b:2", b"0.001, 0.002", b"404, 200")
    part = scanned(make, ingress_nginx.FORMAT, text)
    unknown = FAILURES.index(FailureId.UNKNOWN) + 1
    own = FAILURES.index(FailureId.UPSTREAM_ANSWERED_ERROR) + 1
    assert part.by_upstream == {
        (b"a:1", (200, unknown, Outcome.RESCUED)): 1,
        (b"b:2", (200, unknown, Outcome.RESCUED)): 1,
        (b"c:3", (200, 0, Outcome.SERVED)): 1,
        (b"a:1", (502, own, Outcome.TRIED)): 1,
        (b"b:2", (502, unknown, Outcome.FAILED)): 1,
        (b"b:2", (200, 0, Outcome.SERVED)): 1,
    }
    assert sum(count for (_, what), count in part.by_route.items()) == 3
    assert part.upstream_slowest == {b"a:1": 1_000_000, b"b:2": 100_000, b"c:3": 4000}
    assert len(part.seen.pairs) == 3
    assert len(part.hit.pairs) == 1


@each_engine
def test_the_name_of_a_group_is_no_live_upstream(make: type[Engine]) -> None:
    part = scanned(make, ingress_nginx.FORMAT, LINE % (1, 0, 502, b"a:1, shop", b"0.001, 0.000", b"502, 502"))
    none = FAILURES.index(FailureId.NO_LIVE_UPSTREAM) + 1
    unknown = FAILURES.index(FailureId.UNKNOWN) + 1
    assert part.by_upstream == {
        (b"a:1", (502, unknown, Outcome.TRIED)): 1,
        (b"shop", (502, none, Outcome.FAILED)): 1,
    }


@each_engine
def test_lines_outside_the_asked_time(make: type[Engine]) -> None:
    text = b"".join(LINE % (1, second, 200, b"a:1", b"0.1", b"200") for second in range(10))
    start = 1_795_183_320  # 14:02:00
    part = scanned(make, ingress_nginx.FORMAT, text, since=start + 2, until=start + 4)
    file = part.files[0]
    assert (file.lines, file.outside, file.first, file.last) == (10, 7, start + 2, start + 4)
    assert sum(part.by_minute.values()) == 3


COMBINED = b'10.0.0.%d - - [20/Nov/2026:14:%02d:00 +0000] "GET /%s HTTP/1.1" %d 5 "-" "-"\n'


@given(
    lines=st.lists(
        st.builds(
            lambda client, minute, path, status: COMBINED % (client, minute, path, status),
            st.integers(1, 3),
            st.integers(0, 3),
            st.sampled_from([b"a", b"b/17", b"%s"]),
            st.sampled_from([200, 502]),
        )
        | st.sampled_from([b"\n", b"what\n", b"\0\0\n"]),
        max_size=25,
    ),
    chance=st.randoms(use_true_random=False),
)
def test_parts_merge_in_any_order_to_the_whole(lines: list[bytes], chance: random.Random) -> None:
    whole = scanned(Plain, nginx_combined.FORMAT, b"".join(lines)) if lines else Part()
    engines_of = [Plain(Reading(formats=((nginx_combined.FORMAT, nginx_combined.PLANS),))) for _ in range(3)]
    offset = 0
    for line in lines:
        chance.choice(engines_of).block(line, 0, offset, last=False)
        offset += len(line)
    made = [engine.part(served=True) for engine in engines_of]
    chance.shuffle(made)
    total = Part()
    for each in made:
        total.merge(each)
    total.settled()
    total.waiting.lines.sort(key=repr)
    whole.waiting.lines.sort(key=repr)
    assert total == whole


PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, WHOLE)), max_size=80)


@given(PAIRS, PAIRS)
def test_clients_seen_apart_are_those_seen_together(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "MOST_CLIENTS", 16)
        together, first, second = Distinct(), Distinct(), Distinct()
        for pairs, into in ((one, first), (other, second)):
            for minute, hashed in pairs:
                into.add(minute, hashed)
                together.add(minute, hashed)
        first.merge(second)
    assert first == together
    assert len(first.pairs) <= 16


KEPT = st.lists(
    st.builds(
        lambda offset, minute, failure: (place_of(0, offset), 0, offset, minute, failure, b"x"),
        st.integers(0, 500),
        st.integers(0, 200),
        st.sampled_from([1, 2, UNPARSED]),
    ),
    max_size=60,
)


@given(KEPT, KEPT)
def test_samples_are_the_same_however_they_come(
    one: list[tuple[int, int, int, int, int, bytes]], other: list[tuple[int, int, int, int, int, bytes]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "MOST_SAMPLES", 24)
        together, first, second = Samples(), Samples(), Samples()
        for given_, into in ((one, first), (other, second)):
            for each in given_:
                into.add(each)
                together.add(each)
        first.merge(second)
    assert first == together
    assert len(first.kept) <= 24


@given(st.lists(st.integers(0, WHOLE), max_size=40), st.lists(st.integers(0, WHOLE), max_size=40))
def test_lines_wait_within_bounds(one: list[int], other: list[int]) -> None:
    where: Place = (0, b"", b"", 502, 1, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "MOST_WAITING", 16)
        together, first, second = Waiting(), Waiting(), Waiting()
        for keys, into in ((one, first), (other, second)):
            for number, key in enumerate(keys):
                for each in (into, together):
                    each.total += 1
                    each.add((key, 0, 0, number, where))
        first.merge(second)
    assert (first.below, first.total, sorted(first.lines)) == (together.below, together.total, sorted(together.lines))
    assert len(first.lines) <= 16


def test_levels_take_what_is_written_at_the_bound() -> None:
    served: Place = (1, b"u", b"r", 200, 0, int(Outcome.SERVED))
    failed: Place = (1, b"u", b"r", 502, 1, int(Outcome.FAILED))
    assert [lowered(served, level)[1:3] for level in range(MOST_LEVEL + 1)] == [
        (b"u", b"r"),
        (b"u", None),
        (None, None),
        (None, None),
        (None, None),
    ]
    assert [lowered(failed, level)[1:3] for level in range(MOST_LEVEL + 1)] == [
        (b"u", b"r"),
        (b"u", b"r"),
        (b"u", b"r"),
        (b"u", None),
        (None, None),
    ]


def test_too_many_cells_lose_the_least_told_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_CELLS", 4)
    part = Part(cells={(0, b"u", b"r%d" % each, 200, 0, 0): 1 for each in range(9)} | {(0, b"u", b"x", 502, 1, 1): 2})
    part.settled()
    assert part.level == 1
    assert part.cells == {(0, b"u", None, 200, 0, 0): 9, (0, b"u", b"x", 502, 1, 1): 2}


def test_too_many_upstreams_are_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_UPSTREAMS", 8)
    names = [b"u%d" % each for each in range(40)]
    part = Part(by_upstream={(name, (200, 0, 0)): 1 for name in (*names, b"")})
    part.settled()
    left = {name for name, _ in part.by_upstream} - {b"", OTHERS.encode()}
    assert len(left) <= 8
    assert left == {name for name in names if hash64(name) <= part.upstreams_below}
    assert sum(part.by_upstream.values()) == 41
    assert limited(b"", 0) == b""


def test_files_add_up() -> None:
    one, other = FilePart(lines=3, unparsed=1, first=10, last=20), FilePart(lines=2, outside=1, first=5, last=15)
    one.plans[0], other.plans[0] = 2, 1
    one.add(other)
    assert (one.lines, one.unparsed, one.outside, one.first, one.last, one.plans[0]) == (5, 1, 1, 5, 20, 3)


@given(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 1 << 40)), max_size=50))
def test_places_are_told_apart(places: set[tuple[int, int]]) -> None:
    assert len({place_of(file, offset) for file, offset in places}) == len(places)


def test_codes_leave_room_for_what_is_unparsed() -> None:
    assert code(Judged()) == 0
    assert len({code(Judged(failed=True, failure=each)) for each in FailureId}) == len(FailureId)
    assert len(FailureId) < UNPARSED
