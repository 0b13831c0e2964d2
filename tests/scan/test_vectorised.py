"""The vectorised engine counts what the plain one counts, whatever the bytes and however they are divided."""

import random
import sys
from collections.abc import Iterator
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from tests.scan.test_engine import SHELF, counted, mutated, ordered, reading_of  # noqa: E402
from why502.logs.format import Judged, LogFormat, Signs  # noqa: E402
from why502.logs.numbers import bucket, hash64  # noqa: E402
from why502.logs.plan import Blanks, Literal, Plan, Quote, Role, Seek, Step, Take, Unit  # noqa: E402
from why502.observations.failure import FailureId  # noqa: E402
from why502.scan import engine as engines  # noqa: E402
from why502.scan import vectorised, vectorised_cells  # noqa: E402
from why502.scan.driver import Feed  # noqa: E402
from why502.scan.engine import Plain  # noqa: E402
from why502.scan.jobs import Reading, zones_of  # noqa: E402
from why502.scan.part import Part  # noqa: E402
from why502.scan.vectorised import Vectorised  # noqa: E402
from why502.scan.vectorised_lines import Room, Span, Text  # noqa: E402
from why502.scan.vectorised_values import buckets, hashes  # noqa: E402


@pytest.fixture(autouse=True, scope="module")
def by_columns() -> Iterator[None]:
    """However few the lines are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectorised, "FEW", 0)
        yield


ROWS = tuple(form for form in SHELF if any(plan.steps for plan in reading_of(form).plans))
FAILING = frozenset({502, 503, 504})


@pytest.mark.parametrize("form", SHELF, ids=lambda each: each.name)
def test_vectorised_is_plain_on_damaged_lines(form: LogFormat) -> None:
    chance = random.Random(form.name)
    reading = reading_of(form)
    examples = [each.line for each in form.examples]
    lines = [mutated(chance.choice(examples), chance) for _ in range(200)] + examples
    text = b"\n".join(lines)
    pieces = [chance.randrange(1, 20000) for _ in range(5)]
    assert counted(Vectorised(reading), text, pieces) == counted(Plain(reading), text, [])


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_vectorised_is_plain_on_arbitrary_bytes(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(ROWS))
    reading = reading_of(form)
    example = data.draw(st.sampled_from(form.examples)).line
    at = data.draw(st.integers(0, len(example)))
    end = data.draw(st.sampled_from([b"", b"\n", b"\r\n", b"\n\n", b"\r"]))
    text = example[:at] + data.draw(st.binary(max_size=200)) + example[at:] + end
    assert counted(Vectorised(reading), text, []) == counted(Plain(reading), text, [7])


@pytest.mark.parametrize("form", ROWS[::3], ids=lambda each: each.name)
def test_merged_in_any_order_it_is_the_same(form: LogFormat) -> None:
    chance = random.Random(7)
    reading = reading_of(form)
    text = b"".join(mutated(each.line, chance) + b"\n" for each in form.examples * 20)
    whole = counted(Plain(reading), text, [])
    for order in (1, -1):
        made = [Vectorised(reading) for _ in range(3)]
        offset = 0
        for number, line in enumerate(text.splitlines(keepends=True)):
            made[number % 3].block(line, 0, offset, last=False)
            offset += len(line)
        first, *others = made[::order]
        for other in others:
            first.merge(other)
        assert ordered(first.part(served=True)) == whole


# ---- any plan, any values ----

_STEPS: tuple[Step, ...] = (
    Seek(text=b": "),
    Blanks(),
    Literal(text=b"["),
    Take(role=Role.TIME, stop=b"]"),
    Literal(text=b'] "'),
    Take(role=Role.REQUEST, stop=b'"', quote=Quote.BACKSLASH),
    Literal(text=b'" '),
    Take(role=Role.STATUS, stop=b" "),
    Literal(text=b" rt="),
    Take(role=Role.SECONDS, stop=b" ", unit=Unit.MILLISECONDS),
    Literal(text=b" "),
    Take(role=Role.UPSTREAM, stop=b";"),
    Literal(text=b";"),
    Take(role=Role.UPSTREAM_STATUS, stop=b";"),
    Literal(text=b";"),
    Take(role=Role.UPSTREAM_SECONDS, stop=b";"),
    Literal(text=b';"'),
    Take(role=Role.WORD_A, stop=b'"', quote=Quote.DOUBLED),
    Literal(text=b'" '),
    Take(role=Role.WORD_B, stop=b" ", present=True, bare=True),
    Literal(text=b" "),
    Take(role=Role.CLIENT, stop=b"|", port=True),
    Literal(text=b"|"),
    Take(role=Role.KEY, stop=b" ", quote=Quote.LISTED),
    Literal(text=b" "),
    Take(role=Role.WORD_C),
)


def _judge(signs: Signs) -> Judged:
    told = int(signs.upstream_status) if signs.upstream_status.isdigit() else 0
    if not (signs.status in FAILING or told in FAILING):
        return Judged()
    failure = FailureId.UNKNOWN if signs.words[0] or signs.group else FailureId.CONNECT_TIMEOUT
    return Judged(failed=True, failure=failure, partner=signs.words[1] == b"+")


def _reading(*, attempts: bool = False, **more: int) -> Reading:
    plan = Plan(name="made", steps=_STEPS, attempts=attempts, needs=frozenset({Role.TIME, Role.STATUS}))
    form = LogFormat(
        home="", name="made", gateway="", plans=lambda _: (plan,), judge=_judge, examples=(), source="", rank=0
    )
    return Reading(formats=((form, (plan,)),), zones=zones_of(UTC), **more)


_TIMES = (
    b"20/Nov/2026:14:02:11 +0100",
    b"20/Nov/2026:14:02:59 +0100",
    b"2026-11-20T14:02:11.120Z",
    b"2026-11-20T14:02:11.121+01:00",
    b"2026/11/20 14:02:60",
    b"Fri Nov 20 14:02:11.123456 2026",
    b"Fri Nov 20 14:02:11 2026",
    b"1795000000.123",
    b"1795000000123",
    b"31/Foo/2026:14:02:11 +0100",
    b"01/Jan/1970:00:00:11 +0100",
    b"-",
)
_PATHS = (
    b"/",
    b"/a?x=/1",
    b"/orders/12345/x",
    b"/orders/12346/x#b?c",
    b"/orders/v2/x12",
    b"/orders/1234" + b"5" * 30,
    b"/" + b"long/" * 30,
    b"http://h?a=/b",
    b"http://h/12345?a=/b",
    b"/a b HTTP/1.1 c",
    b"*",
    b"",
    b"12345",
)
_REQUESTS = tuple(
    method + path + protocol
    for method in (b"GET ", b"M1234 ", b" ", b"")
    for path in _PATHS
    for protocol in (b" HTTP/1.1", b" HTTP/2", b" HTTP/", b" ", b"")
)
_LINE = st.builds(
    lambda *values: b'%s: %s[%s] "%s" %s rt=%s %s;%s;%s;"%s" %s %s|%s' % values,
    st.sampled_from([b"host", b"h: :", b"\0\0h", b"\0", b"x" * 254, b"x" * 256, b": " * 9]),
    st.sampled_from([b" ", b"    ", b" " * 90, b""]),
    st.sampled_from(_TIMES),
    st.sampled_from(_REQUESTS) | st.sampled_from([b'GET /\\"a HTTP/1.1', b"GET /\\\\ HTTP/1.1", b"-"]),
    st.sampled_from([b"200", b"502", b"504", b"-", b"000", b"99", b"600 "]),
    st.sampled_from([b"0.134", b"12", b"12.", b".5", b"1.2.3", b"12345678", b"123456789", b"1e3", b"7ms", b"-", b""]),
    st.sampled_from([b"10.0.0.1:80", b"-", b"", b"a, b", b"a : b", b"u" * 130, b"u" * 300, b"unix:/x", b"a,b"]),
    st.sampled_from([b"200", b"502", b"-", b"", b"502, 200", b"502 : 200", b"9" * 150]),
    st.sampled_from([b"0.001", b"-", b"", b"0.1, 0.2", b"5", b"9999999"]),
    st.sampled_from([b"", b"a", b'a""b', b"w" * 119, b"w" * 121, b'""']),
    st.sampled_from([b"", b"-", b"0.1", b"-1", b"a b", b'q"']),
    st.sampled_from(
        [
            b"10.0.0.1",
            b"",
            b"-",
            b"2001:db8::1",
            b"c" * 48,
            b"c" * 49,
            b"\x00",
            b"10.0.0.1:80",
            b":",
            b"::1:9",
            b":" * 20,
        ]
    ),
    st.sampled_from([b"1 ", b" ", b"- x\r", b"a, b : c d", b"a : ", b", ", b"1 : x\r\r", b"1 :x", b""]),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(_LINE, max_size=40), st.booleans(), st.booleans())
def test_vectorised_is_plain_on_any_values(lines: list[bytes], attempts: bool, bounded: bool) -> None:
    reading = _reading(attempts=attempts, **({"since": 1795179660, "until": 1795186929} if bounded else {}))
    text = b"\n".join(lines)
    assert counted(Vectorised(reading), text, [300]) == counted(Plain(reading), text, [])


def test_bounds_are_kept_as_the_plain_engine_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _many(3000)
    monkeypatch.setattr("why502.logs.routes.MOST_ROUTES", 100)
    for module in ("why502.scan.part", "why502.scan.vectorised_cells"):
        monkeypatch.setattr(f"{module}.MOST_UPSTREAMS", 32)
        monkeypatch.setattr(f"{module}.MOST_CELLS", 200)
    monkeypatch.setattr("why502.scan.part.MOST_CLIENTS", 64)
    monkeypatch.setattr("why502.scan.vectorised.MOST_CLIENTS", 64)
    monkeypatch.setattr(vectorised_cells, "MOST_PENDING", 50)
    reading = _reading()
    whole = counted(Plain(reading), b"\n".join(lines), [])
    assert whole.level > 0
    assert whole.upstreams_below < (1 << 64) - 1
    assert counted(Vectorised(reading), b"\n".join(lines), [20000] * 40) == whole


def _many(count: int) -> list[bytes]:
    chance = random.Random(3)
    return [
        b'h:  [20/Nov/2026:14:%02d:11 +0100] "GET /a/x%s/%d HTTP/1.1" %d rt=%d 10.0.%d.1;-;0.%03d;"" - 10.1.%d.%d|- '
        % (
            chance.randrange(60),
            bytes(chance.choices(b"ghijkl", k=3)),
            chance.randrange(10**6),
            chance.choice([200, 200, 304, 502]),
            chance.randrange(10**9),
            chance.randrange(100),
            chance.randrange(1000),
            chance.randrange(4),
            chance.randrange(250),
        )
        for _ in range(count)
    ]


def test_values_that_find_no_room_in_a_memo_are_read_all_the_same() -> None:
    chance = random.Random(5)
    line = b'h:  [20/Nov/2026:14:02:11 +0100] "GET /%s HTTP/1.1" 200 rt=%s %s;-;-;"%s" - 10.1.1.1|- '
    lines = [
        line
        % (b"p%d" % chance.randrange(9000), b"%dus" % chance.randrange(9000), b"u%d" % number, b"w%d" % (number % 7))
        for number in range(9000)
    ]
    reading = _reading()
    assert counted(Vectorised(reading), b"\n".join(lines), []) == counted(Plain(reading), b"\n".join(lines), [])


def test_without_what_was_served() -> None:
    text = b"\n".join(_many(400))
    reading = _reading()
    parts: list[Part] = []
    for served in (True, False):
        engine = Vectorised(reading)
        engine.block(text, 0, 0, last=True)
        parts.append(engine.part(served=served))
    failed = {place: count for place, count in parts[0].cells.items() if place[5] != 0}
    assert 0 < len(failed) < len(parts[0].cells)
    assert parts[1].cells == failed
    assert parts[1].by_minute == parts[0].by_minute


def test_a_hostile_block_takes_no_step_for_each_byte() -> None:
    """Lines as long as they may be, and a byte that is sought and stands nowhere."""
    reading = _reading()
    lines = [b": " * 32000, b"h:  [" + b"x" * 65000, b"h:  [" + b'] "' * 20000, b"\\" * 65536, b"h:" + b" " * 65000]
    assert counted(Vectorised(reading), b"\n".join(lines), []) == counted(Plain(reading), b"\n".join(lines), [])


@pytest.mark.parametrize("text", [b"\n", b"\r", b"\r\nb", b"x" * 300, b"\0" * 300, b"\nb" + b"x" * 300])
@pytest.mark.parametrize("stop", [b"", b"x"])
def test_no_literal_goes_on_into_the_next_line(text: bytes, stop: bytes) -> None:
    steps = (Take(role=Role.TIME, stop=b"|"), Literal(text=b"|"), Literal(text=text), Take(role=Role.WORD_A, stop=stop))
    plan = Plan(name="made", steps=(*steps, Literal(text=stop)) if stop else steps)
    form = LogFormat(
        home="", name="made", gateway="", plans=lambda _: (plan,), judge=_judge, examples=(), source="", rank=0
    )
    reading = Reading(formats=((form, (plan,)),))
    lines = b"1795000000|" + text + b"\n1795000000|\r\nb|x\n1795000000|" + text[:-1] + b"\r\nbxx" + text + b"\r\n"
    for size in range(len(lines) % 29, len(lines) + 1, 29):
        given = lines[:size]
        assert counted(Vectorised(reading), given, []) == counted(Plain(reading), given, [])


# ---- numbers ----


@given(st.lists(st.integers(0, (1 << 36) - 1), min_size=1))
def test_buckets(values: list[int]) -> None:
    assert buckets(np.array(values, dtype=np.int64)).tolist() == [bucket(each) for each in values]


@given(st.lists(st.binary(max_size=80).filter(lambda each: b"\n" not in each), min_size=1))
def test_hashes(values: list[bytes]) -> None:
    text = Text(b"\n".join(values) + b"\n", Room(), last=False)
    ends = np.cumsum([len(each) + 1 for each in values]) - 1
    span = Span(np.array([end - len(each) for end, each in zip(ends, values, strict=True)]), ends, present=False)
    assert hashes(text, span, lambda row: hash64(values[row])).tolist() == [hash64(each) for each in values]


def test_what_was_handed_out_goes_on_counting() -> None:
    lines = _many(500)
    reading = _reading()
    engine = Vectorised(reading)
    offset = 0
    for line in lines:
        engine.block(line + b"\n", 0, offset, last=False)
        offset += len(line) + 1
        if offset % 7 == 0:
            engine.part(served=True)
    assert ordered(engine.part(served=True)) == counted(Plain(reading), b"\n".join(lines), [])


def test_few_lines_are_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectorised, "FEW", 24)
    text = b"\n".join([*_many(100), b"", b"\r", b"what"])
    reading = _reading()
    assert counted(Vectorised(reading), text, [500] * 30) == counted(Plain(reading), text, [])


# ---- which engine ----


def test_the_fastest_engine_that_can_run_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "has_kernel", lambda: False)
    assert engines.best() is Vectorised
    assert list(engines.makers()) == ["vectorised", "plain"]
    assert engines.slow() is None
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert engines.best() is Plain
    assert "why502[logs]" in (engines.slow() or "")
    monkeypatch.setattr(engines, "has_kernel", lambda: True)
    assert engines.best() is engines.Compiled
    assert engines.slow() is None


def test_a_stream_in_pieces_of_any_size() -> None:
    text = b"\r\n".join(_many(60)) + b"\r\n"
    reading = _reading()
    engine = Vectorised(reading)
    feed = Feed(engine, 0)
    for at in range(0, len(text), 997):
        feed.more(text[at : at + 997])
    feed.end()
    assert ordered(engine.part(served=True)) == counted(Plain(reading), text, [])
