"""The engine for machines without the kernel: NumPy finds and compares, the reference reads what is different.

It counts whole blocks at a time, so it is fast on large ones only. Lines that only the reference can decide, and those
of JSON, of logfmt and of error logs, go through it one by one.
"""

from itertools import repeat

import numpy as np

from why502.logs import numbers
from why502.logs import reading as lines
from why502.logs.numbers import WHOLE
from why502.logs.plan import Kind, Role, Shape
from why502.logs.reading import LONGEST
from why502.logs.tally import LONGEST_SAMPLE, MOST_CLIENTS
from why502.scan.jobs import Reading, in_utc
from why502.scan.part import LONGEST_UPSTREAM, Counter, Part, code, limited
from why502.scan.vectorised_cells import Cells, Sort
from why502.scan.vectorised_lines import Mask, Places, Room, Rows, Text, fitting
from why502.scan.vectorised_reader import LISTS, Memos, Reader
from why502.scan.vectorised_values import Numbers, buckets, hashes, places

BLOCK = 1 << 21
"""Bytes that are worth the while of an engine that does everything by columns."""

FEW = 24
"""Fewer lines of a block than this are read one by one: that takes less time."""

_CLIENTS = 1 << 17
"""Places that remember a client that was seen."""


class Vectorised:
    """Counts by columns (NumPy)."""

    size = BLOCK

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._plans = reading.plans
        self._counter = Counter(reading.judge, since=reading.since, until=reading.until)
        self._cells = Cells()
        self._room = Room()
        self._seen = np.zeros(_CLIENTS, dtype=np.uint64)
        self._memos = [Memos(plan) for plan in self._plans]

    # ---- blocks ----

    def block(self, block: bytes | bytearray | memoryview, file: int, offset: int, *, last: bool) -> int:
        text = Text(block, self._room, last=last)
        if len(text.starts) < FEW:
            self._one_by_one(text, np.arange(len(text.starts)), file, offset)
            return text.used
        size = text.ends - text.begins
        rest = np.flatnonzero((size > 0) & (size <= LONGEST))
        unread = [np.flatnonzero((size == 0) | (size > LONGEST))]
        for number, plan in enumerate(self._plans):
            if not len(rest):
                break
            if plan.shape is not Shape.ROW:
                self._one_by_one(text, rest, file, offset)
                rest = rest[:0]
                break
            rest = self._plan(number, text, rest, file, offset)
        self._unread(text, np.concatenate([*unread, rest]), file, offset)
        if self._cells.full:
            self._settle()
        return text.used

    def _settle(self) -> None:
        """Keep all bounds. The numbers of names are others then, so the memos are void."""
        self._cells.settle(self._counter.part)
        self._memos = [Memos(plan) for plan in self._plans]

    def _one_by_one(self, text: Text, chosen: Places, file: int, offset: int) -> None:
        for each in chosen.tolist():
            start = int(text.starts[each])
            self._line(text.line(each), file, offset + start)

    def _line(self, line: bytes, file: int, offset: int) -> None:
        for number in range(len(self._plans)):
            if self._read(number, line, file, offset):
                return
        self._counter.unread(file, offset, line)

    def _read(self, number: int, line: bytes, file: int, offset: int) -> bool:
        read = lines.read(self._plans[number], line)
        if read is None:
            return False
        at = in_utc(read.at, self._reading.zones) if read.naive else read.at
        self._counter.line(number, read, at, file, offset, line)
        return True

    def _unread(self, text: Text, chosen: Places, file: int, offset: int) -> None:
        """Count lines that no plan reads; of those that share a sample's place only the first one matters."""
        if not len(chosen):
            return
        hashed = places(file, text.starts[chosen] + offset)
        empty = text.ends[chosen] == text.begins[chosen]
        groups = np.where(empty, 8, (hashed & np.uint64(7)).view(np.int64))
        order = np.lexsort((text.starts[chosen], hashed, groups))
        firsts = order[np.unique(groups[order], return_index=True)[1]]
        for each in chosen[firsts].tolist():
            self._counter.unread(file, offset + int(text.starts[each]), text.line(each))
        counts = self._counter.file(file)
        blank = int(empty.sum())
        counts.lines += len(chosen) - len(firsts)
        counts.other += blank - bool(blank)
        counts.unparsed += len(chosen) - blank - (len(firsts) - bool(blank))

    def too_long(self, head: bytes, file: int, offset: int) -> None:
        self._counter.unread(file, offset, head)

    def merge(self, other: "Vectorised") -> None:
        """Take over what another engine of this kind counted."""
        self._settle()
        other._settle()
        self._cells.merge(other._cells)
        self._counter.part.merge(other._counter.part)

    def part(self, *, served: bool) -> Part:
        """Hand out what was counted, settled; without the cells of what was served unless asked."""
        self._settle()
        made = Part()
        made.merge(self._counter.part)
        self._cells.hand_out(made, served=served)
        return made

    # ---- a plan ----

    def _plan(self, number: int, text: Text, chosen: Places, file: int, offset: int) -> Places:
        """Count the lines that are of a plan; return the others."""
        plan, memos = self._plans[number], self._memos[number]
        if memos.full:
            memos = self._memos[number] = Memos(plan)
        rows = fitting(plan.steps, text, chosen)
        unsure = np.concatenate([chosen[:0], *rows.unsure])
        gone = np.zeros(len(text.starts), dtype=np.bool_)
        if len(unsure):
            self._one_by_one(text, unsure, file, offset)
            gone[unsure] = True
        if len(rows.lines):
            read = Reader(self._reading, memos, rows)
            good = read.fits()
            if good:
                gone[rows.lines] = True
                self._count(number, read, file, offset)
        return chosen[~gone[chosen]]

    def _count(self, number: int, read: Reader, file: int, offset: int) -> None:
        """Count rows that are of a plan, each once."""
        rows, plan = read.rows, read.plan
        counts = self._counter.file(file)
        if plan.kind is Kind.MESSAGE:
            self._again(number, rows, np.arange(len(rows.lines)), file, offset)
            return
        if plan.kind is Kind.REQUEST:
            upstream = read.upstreams()
            lists = upstream == LISTS
            if lists.any():
                self._lists(number, read, np.flatnonzero(lists), file, offset)
                read.keep(~lists)
                upstream = upstream[~lists]
        else:
            upstream = rows.lines
        size = len(rows.lines)
        counts.lines += size
        counts.plans[number] += size
        if plan.kind is Kind.OTHER:
            counts.other += size
            return
        inside = (read.at >= self._counter.since) & (read.at <= self._counter.until)
        if not inside.all():
            counts.outside += size - int(inside.sum())
            upstream = upstream[inside]
            read.keep(inside)
        if len(rows.lines):
            counts.first = min(counts.first, int(read.at.min()))
            counts.last = max(counts.last, int(read.at.max()))
            self._requests(number, read, upstream, file, offset)

    def _again(self, number: int, rows: Rows, chosen: Places, file: int, offset: int) -> None:
        """Read and count rows of a plan by the reference."""
        for each in rows.lines[chosen].tolist():
            self._read(number, rows.text.line(each), file, offset + int(rows.text.starts[each]))

    def _lists(self, number: int, read: Reader, chosen: Places, file: int, offset: int) -> None:
        """Count requests of several attempts: their values are known, what they mean the reference says."""
        text, zones = read.rows.text, self._reading.zones
        for row, line in zip(chosen.tolist(), read.rows.lines[chosen].tolist(), strict=True):
            values = {role: read.raw(role, row) for role in read.rows.spans}
            found = lines._line(read.plan, values)
            if found is not None:
                at = in_utc(found.at, zones) if found.naive else found.at
                self._counter.line(number, found, at, file, offset + int(text.starts[line]), text.line(line))

    def _requests(self, number: int, read: Reader, upstream: Numbers, file: int, offset: int) -> None:
        memos, cells = read.memos, self._cells
        ends = read.ends(upstream, lambda signs: self._reading.judge(number, signs))
        routes = read.routes(cells.routes.of)
        ended = memos.ended

        def sorted_as(row: int) -> int:
            end = ended[int(ends[row])]
            name = self._limited(end.upstream)
            route = cells.routes.names[int(routes[row])]
            return cells.sort((name, route, end.status, code(end.judged), int(end.outcome)))

        sorts = memos.sorts.look([(ends << 32 | routes).view(np.uint64) + np.uint64(1)], sorted_as)
        minutes = read.at // 60
        cells.add(sorts, minutes)
        self._times(read, self._named(memos)[ends], routes)
        failed = np.array(memos.failed)[ends]
        self._clients(read, minutes, failed)
        told = np.array(memos.told)[ends]
        if told.any():
            self._troubles(read, np.flatnonzero(told), ends, sorts, file, offset)

    def _named(self, memos: Memos) -> Numbers:
        """Return the numbers of the upstreams that requests ended with; -1: none."""
        names = self._cells.upstreams
        for each in memos.ended[len(memos.named) :]:
            name = self._limited(each.upstream)
            memos.named.append(names.of(name) if name else -1)
        return np.array(memos.named, dtype=np.int64)

    def _limited(self, upstream: bytes) -> bytes:
        """Name an upstream under its bound; hashing is left out while there is none."""
        below = self._counter.part.upstreams_below
        return upstream[:LONGEST_UPSTREAM] if below == WHOLE else limited(upstream[:LONGEST_UPSTREAM], below)

    def _times(self, read: Reader, upstreams: Numbers, routes: Numbers) -> None:
        spans = read.durations(Role.UPSTREAM_SECONDS)
        whole = read.durations(Role.SECONDS)
        if spans is None:
            spans = whole
        elif whole is not None:
            spans = np.where(spans < 0, whole, spans)
        if spans is None:
            return
        known = np.flatnonzero((spans >= 0) & (upstreams >= 0))
        bucket = buckets(spans)
        self._cells.upstream_times.add(upstreams[known], bucket[known], spans[known])
        if whole is not None and whole is not spans:
            spans = np.where(whole < 0, spans, whole)
            bucket = buckets(spans)
        known = np.flatnonzero(spans >= 0)
        self._cells.route_times.add(routes[known], bucket[known], spans[known])

    def _clients(self, read: Reader, minutes: Numbers, failed: Mask) -> None:
        span = read.rows.spans.get(Role.CLIENT)
        part = self._counter.part
        if span is None:
            return
        text = read.rows.text
        if span.present:
            self._by_presence(read.present(span), minutes, failed)
            return
        size = span.end - span.start
        named = (size > 1) | ((size == 1) & (text.bytes.take(span.start) != ord("-")))
        hashed = hashes(text, span, lambda row: numbers.hash64(text.raw(int(span.start[row]), int(span.end[row]))))
        slots = (hashed & np.uint64(_CLIENTS - 1)).view(np.int64)
        new = named & (self._seen.take(slots) != hashed) & (hashed <= np.uint64(part.seen.below))
        fresh = hashed[new]
        self._seen[slots[new]] = fresh
        part.seen.pairs.update(zip(repeat(0), np.maximum(fresh, 1).tolist()))
        while len(part.seen.pairs) > MOST_CLIENTS:
            part.seen.limit(part.seen.below >> 1)
        hit = np.flatnonzero(named & failed & (hashed <= np.uint64(part.hit.below)))
        for minute, each in set(zip(minutes[hit].tolist(), hashed[hit].tolist(), strict=True)):
            part.hit.add(minute, each)

    def _by_presence(self, there: Mask, minutes: Numbers, failed: Mask) -> None:
        """Count clients of which only is known that they are."""
        hashed = numbers.hash64(b"+")
        if there.any():
            self._counter.part.seen.add(0, hashed)
        for minute in np.unique(minutes[there & failed]).tolist():
            self._counter.part.hit.add(minute, hashed)

    def _troubles(self, read: Reader, chosen: Places, ends: Numbers, sorts: Numbers, file: int, offset: int) -> None:
        """Keep samples of what failed, and let wait what a message may tell more of."""
        rows, part = read.rows, self._counter.part
        text, memos = rows.text, read.memos
        ended = memos.ended
        starts = text.starts[rows.lines[chosen]]
        hashed = places(file, starts + offset)
        failures = np.array(memos.codes)
        failed = np.array(memos.failed)[ends[chosen]]
        groups = (read.at[chosen] // 60) << 8 | failures[ends[chosen]]
        order = np.lexsort((starts, hashed, groups))
        order = order[failed[order]]
        for each in order[np.unique(groups[order], return_index=True)[1]].tolist():
            end = ended[int(ends[chosen[each]])]
            line = int(rows.lines[chosen[each]])
            begin = int(text.starts[line])
            part.samples.add(
                (
                    int(hashed[each]),
                    file,
                    offset + begin,
                    int(read.at[chosen[each]]) // 60,
                    code(end.judged),
                    text.raw(int(text.begins[line]), int(text.ends[line]))[:LONGEST_SAMPLE],
                )
            )
        partner = np.array([each.judged.partner for each in ended])[ends[chosen]]
        for each in np.flatnonzero(partner).tolist():
            self._wait(read, int(chosen[each]), int(hashed[each]), self._cells.sort_of(int(sorts[chosen[each]])))

    def _wait(self, read: Reader, row: int, where: int, sort: Sort) -> None:
        waiting = self._counter.part.waiting
        waiting.total += 1
        at = int(read.at[row])
        place = (at // 60, *sort)
        key, client = read.known(Role.KEY, row), read.known(Role.CLIENT, row)
        if key:
            waiting.add((numbers.hash64(key) & ~1, 0, at, where, place))
        elif client:
            waiting.add((numbers.hash64(client) | 1, 2, at, where, place))
