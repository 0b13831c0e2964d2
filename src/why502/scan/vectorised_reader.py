"""What the values of rows that fit a plan's steps mean: the second half of `reading.read`, for many lines at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from why502.logs import numbers, times
from why502.logs import reading as lines
from why502.logs import routes as naming
from why502.logs.format import Judged, Signs
from why502.logs.plan import WORDS, Kind, Plan, Role
from why502.logs.reading import LONGEST_WORD
from why502.logs.tally import Outcome
from why502.scan.jobs import Reading, in_utc
from why502.scan.part import SERVER_ERROR, code
from why502.scan.vectorised_lines import Mask, Rows, Span, Text
from why502.scan.vectorised_values import (
    LARGE,
    SMALL,
    UNREAD,
    Memo,
    Numbers,
    Resolve,
    Values,
    microseconds,
    of_rows,
    runs,
    seconds_of,
    without_fractions,
    without_long_numbers,
    without_seconds,
)

LISTS = -1
"""Instead of an upstream's number: several servers were tried."""

_PROTOCOLS = (len(b" HTTP/1.1"), len(b" HTTP/2"))
_MOST_KNOWN = 1 << 15
"""Different values of a role; more are forgotten."""


@dataclass
class Ended:
    """What a request's last attempt came to."""

    upstream: bytes
    status: int
    judged: Judged

    @property
    def outcome(self) -> Outcome:
        return Outcome.FAILED if self.judged.failed else Outcome.SERVED


class Memos:
    """What is remembered of one plan's values."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.units = {role: lines.unit_of(plan, role) for role in (Role.SECONDS, Role.UPSTREAM_SECONDS)}
        self.values = {role: Values(LARGE if role in (Role.REQUEST, Role.PATH) else SMALL) for role in Role}
        self.texts: dict[Role, list[bytes]] = {role: [b""] for role in Role}
        self.known: dict[Role, dict[bytes, int]] = {role: {b"": 0} for role in Role}
        self.ended: list[Ended] = []
        self.named: list[int] = []
        self.failed: list[bool] = []
        self.told: list[bool] = []
        self.codes: list[int] = []
        """Of each way to end: its upstream's number among all, whether it failed, whether more than a count is kept."""
        self.ends = Memo()
        self.sorts = Memo(LARGE)
        self.dated = Memo()
        self.methods = Memo(LARGE)

    def number(self, role: Role, value: bytes) -> int:
        """Return the number of a value that a role had."""
        known = self.known[role]
        found = known.get(value)
        if found is None:
            found = known[value] = len(self.texts[role])
            self.texts[role].append(value)
        return found

    def end(self, ended: Ended) -> int:
        """Remember a way to end; return its number."""
        self.ended.append(ended)
        self.failed.append(ended.judged.failed)
        self.told.append(ended.judged.failed or ended.judged.partner)
        self.codes.append(code(ended.judged))
        return len(self.ended) - 1

    @property
    def full(self) -> bool:
        """Tell whether it is time to forget."""
        return len(self.ended) > _MOST_KNOWN or any(len(each) > _MOST_KNOWN for each in self.texts.values())


class Reader:
    """The values of rows that fit a plan's steps, as columns."""

    def __init__(self, reading: Reading, memos: Memos, rows: Rows) -> None:
        self.memos = memos
        self.plan = memos.plan
        self.rows = rows
        self._reading = reading
        self.at: Numbers = np.zeros(0, dtype=np.int64)
        self.status: Numbers = np.zeros(0, dtype=np.int64)

    def keep(self, good: Mask) -> None:
        """Drop the other rows."""
        self.rows.keep(good)
        self.at, self.status = self.at[good], self.status[good]

    def raw(self, role: Role, row: int) -> bytes:
        """Return the bytes of a value, as `reading` keeps them."""
        span = self.rows.spans.get(role)
        if span is None:
            return b""
        raw = self.rows.text.raw(int(span.start[row]), int(span.end[row]))
        if span.present:
            return b"" if raw in (b"", b"-") or raw.startswith(b"-") else b"+"
        return raw

    def known(self, role: Role, row: int) -> bytes:
        """Return the bytes of a value; none for `-`."""
        raw = self.raw(role, row)
        return b"" if raw == b"-" else raw

    def request(self, row: int) -> tuple[bytes, bytes]:
        """Return method and target."""
        whole = self.raw(Role.REQUEST, row)
        return naming.split_request(whole) if whole else (self.raw(Role.METHOD, row), self.raw(Role.PATH, row))

    def fits(self) -> bool:
        """Drop rows that are not of the plan after all; tell whether any is left."""
        good = np.ones(len(self.rows.lines), dtype=np.bool_)
        for role in self.plan.needs:
            span = self.rows.spans.get(role)
            if span is None:
                return False
            good &= self.present(span) if span.present else span.end > span.start
        if not good.any():
            return False
        self.rows.keep(good)
        self.status = self._statuses()
        self.at = self._at()
        good = self.status >= 0
        if self.plan.kind is not Kind.OTHER:
            good &= self.at != UNREAD
        if not good.any():
            return False
        if not good.all():
            self.keep(good)
        return True

    def present(self, span: Span) -> Mask:
        """Tell which values count as present (`plan.Take`)."""
        there: Mask = (span.end > span.start) & (self.rows.text.bytes.take(span.start) != ord("-"))
        return there

    def _statuses(self) -> Numbers:
        span = self.rows.spans.get(Role.STATUS)
        if span is None:
            return np.zeros(len(self.rows.lines), dtype=np.int64)

        def resolve(row: int) -> int:
            found = numbers.status(self.raw(Role.STATUS, row))
            return -1 if found is None else found

        if span.present:
            return np.array([resolve(row) for row in range(len(self.rows.lines))], dtype=np.int64)
        return self.memos.values[Role.STATUS].look(self.rows.text, span, resolve)

    def _time(self, raw: bytes, date: bytes) -> int:
        timed = times.parse(raw, date)
        if timed is None:
            return UNREAD
        at, naive = timed
        return in_utc(at, self._reading.zones) if naive and not self.plan.naive_utc else at

    def _at(self) -> Numbers:
        """Return the times in UTC; those of one minute are read once."""
        span = self.rows.spans.get(Role.TIME)
        if span is None or span.present or Role.DATE in self.rows.spans or not self._reading_by_minutes():
            return self._any_at()
        first, again = runs(self.rows.text, span)
        firsts = span.kept(first)
        seconds = seconds_of(self.rows.text, firsts)

        def resolve(row: int) -> int:
            at = self._time(self.raw(Role.TIME, int(first[row])), b"")
            return at if at == UNREAD else at - int(seconds[row])

        at = self.memos.values[Role.TIME].look(self.rows.text, firsts, resolve, without_seconds)
        return np.repeat(np.where(at == UNREAD, at, at + seconds), again)

    def _reading_by_minutes(self) -> bool:
        return all(start % 60 == 0 for start, _ in self._reading.zones[1:])

    def _any_at(self) -> Numbers:
        span, dates = self.rows.spans.get(Role.TIME), self.rows.spans.get(Role.DATE)
        values, size = self.memos.values, len(self.rows.lines)
        if span is None:
            return np.full(size, UNREAD)
        if span.present or (dates is not None and dates.present):
            return np.array([self._time(self.raw(Role.TIME, row), self.raw(Role.DATE, row)) for row in range(size)])
        if dates is None:
            return values[Role.TIME].look(
                self.rows.text, span, lambda row: self._time(self.raw(Role.TIME, row), b""), without_fractions
            )
        number = self.memos.number
        clocks = values[Role.TIME].look(
            self.rows.text, span, lambda row: number(Role.TIME, self.raw(Role.TIME, row)), without_fractions
        )
        days = values[Role.DATE].look(self.rows.text, dates, lambda row: number(Role.DATE, self.raw(Role.DATE, row)))
        return self.memos.dated.look(
            [(clocks << 32 | days).view(np.uint64) + np.uint64(1)],
            lambda row: self._time(self.raw(Role.TIME, row), self.raw(Role.DATE, row)),
        )

    def upstreams(self) -> Numbers:
        """Return the numbers of the upstreams."""

        def resolve(row: int) -> int:
            raw = self.raw(Role.UPSTREAM, row)
            if self.plan.attempts and len(lines._split(raw)) > 1:
                return LISTS
            return self.memos.number(Role.UPSTREAM, b"" if raw == b"-" else raw)

        return self._column(Role.UPSTREAM, resolve)

    def _column(self, role: Role, resolve: Callable[[int], int]) -> Numbers:
        span = self.rows.spans.get(role)
        if span is None:
            return np.zeros(len(self.rows.lines), dtype=np.int64)
        if span.present:
            there = self.memos.number(role, b"+")
            return np.where(self.present(span), there, 0)
        return self.memos.values[role].look(self.rows.text, span, resolve)

    def ends(self, upstream: Numbers, judge: Callable[[Signs], Judged]) -> Numbers:
        """Judge the last attempt of each row; return the place in `memos.ended`."""
        memos = self.memos

        def told(row: int) -> int:
            raw = self.raw(Role.UPSTREAM_STATUS, row)
            first = lines._split(raw)[0] if self.plan.attempts else raw
            return memos.number(Role.UPSTREAM_STATUS, b"" if first == b"-" else first)

        def word(role: Role) -> Numbers:
            return self._column(role, lambda row: memos.number(role, self.raw(role, row)[:LONGEST_WORD]))

        answered = self._column(Role.UPSTREAM_STATUS, told)
        words = [word(role) for role in WORDS]
        columns = [(upstream << 32 | answered << 10 | self.status).view(np.uint64)]
        if any(role in self.rows.spans for role in WORDS):
            columns += [(words[0] << 32 | words[1]).view(np.uint64), (words[2] << 32 | words[3]).view(np.uint64)]
        columns.append(np.ones(len(upstream), dtype=np.uint64))

        def resolve(row: int) -> int:
            name = memos.texts[Role.UPSTREAM][int(upstream[row])]
            given = [memos.texts[role][int(column[row])] for role, column in zip(WORDS, words, strict=True)]
            signs = Signs(
                status=int(self.status[row]),
                upstream_status=memos.texts[Role.UPSTREAM_STATUS][int(answered[row])][:LONGEST_WORD],
                words=(given[0], given[1], given[2], given[3]),
                upstream=bool(name),
                last=True,
                group=bool(name) and int(self.status[row]) >= SERVER_ERROR and b":" not in name,
            )
            return memos.end(Ended(name, signs.status, judge(signs)))

        return memos.ends.look(columns, resolve)

    def durations(self, role: Role) -> Numbers | None:
        """Return microseconds, -1 where they are not known; `None`: the plan has none."""
        span = self.rows.spans.get(role)
        if span is None:
            return None
        unit = self.memos.units[role]

        def resolve(row: int) -> int:
            raw = self.raw(role, row)
            if self.plan.attempts and role is Role.UPSTREAM_SECONDS:
                raw = lines._split(raw)[0]
            found = numbers.microseconds(raw, unit)
            return -1 if found is None else found

        if span.present:
            return np.array([resolve(row) for row in range(len(self.rows.lines))], dtype=np.int64)
        return microseconds(self.rows.text, span, unit, self.memos.values[role], resolve)

    def routes(self, number: Callable[[bytes], int]) -> Numbers:
        """Return the numbers of the routes."""
        text, spans, values = self.rows.text, self.rows.spans, self.memos.values
        whole, method, path = (spans.get(role) for role in (Role.REQUEST, Role.METHOD, Role.PATH))
        size = len(self.rows.lines)

        def resolve(row: int) -> int:
            return number(naming.route(*self.request(row)))

        if any(each is not None and each.present for each in (whole, method, path)):
            return np.array([resolve(row) for row in range(size)], dtype=np.int64)
        if whole is not None and (method is None or bool((whole.end > whole.start).all())):
            return self._by_request(whole, resolve)
        if whole is not None or method is None:
            return np.array([resolve(row) for row in range(size)], dtype=np.int64)
        known = self.memos.number
        methods = values[Role.METHOD].look(text, method, lambda row: known(Role.METHOD, self.raw(Role.METHOD, row)))
        if path is None:
            return self.memos.methods.look([methods.view(np.uint64) + np.uint64(1)], resolve)
        paths = values[Role.PATH].look(
            text,
            _cut(text, path),
            lambda row: known(Role.PATH, self.raw(Role.PATH, row)),
            without_long_numbers,
        )
        return self.memos.methods.look([(methods << 32 | paths).view(np.uint64) + np.uint64(1)], resolve)

    def _by_request(self, span: Span, resolve: Resolve) -> Numbers:
        """Look up `METHOD /path?query HTTP/1.1` by what is before the query; what looks otherwise as a whole."""
        text = self.rows.text
        target = text.next(b" ", span.start, span.end) + 1
        usual = np.zeros(len(target), dtype=np.bool_)
        last = span.start.copy()
        for size in _PROTOCOLS:
            rest = np.flatnonzero(~usual)
            if not len(rest):
                break
            ends = span.end[rest] - size
            found = ends >= target[rest]
            found &= text.is_at(b" HTTP/", np.where(found, ends, 0))
            last[rest[found]] = ends[found]
            usual[rest[found]] = True
        routes = np.empty(len(target), dtype=np.int64)
        if usual.all():
            cut = _cut(text, Span(target, last, present=False))
            key = Span(span.start, cut.end, present=False)
            return self.memos.values[Role.REQUEST].look(text, key, resolve, without_long_numbers)
        for memo, chosen in ((Role.REQUEST, np.flatnonzero(usual)), (Role.NONE, np.flatnonzero(~usual))):
            if not len(chosen):
                continue
            key = span.kept(chosen)
            if memo is Role.REQUEST:
                cut = _cut(text, Span(target[chosen], last[chosen], present=False))
                key = Span(key.start, cut.end, present=False)
            routes[chosen] = self.memos.values[memo].look(text, key, of_rows(chosen, resolve), without_long_numbers)
        return routes


def _cut(text: Text, span: Span) -> Span:
    """Cut targets at their query or fragment, where they are paths."""
    found = np.minimum(text.next(b"?#", span.start, span.end), span.end)
    return Span(span.start, np.where(text.bytes.take(span.start) == ord("/"), found, span.end), present=False)
