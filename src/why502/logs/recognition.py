"""Which formats is a file written in? Every format on the shelf is tried on lines from the file's head.

A file may mix several. The format that reads most of the sampled lines comes first, then the one that reads most of
those left over, and so on. A stray format must read `LEAST_SHARE` of the sample: a single line that imitates another
format (the words of a script in an error log) brings none along. Lines may stand behind a header of syslog or of a
container runtime (`prefixes`).
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

from why502.discover import shelf
from why502.logs import formats, prefixes, reading
from why502.logs.format import LogFormat
from why502.logs.plan import Plan

MOST_LINES = 60
"""Lines of the head that are tried, spread evenly over it."""

PATIENCE = 8
"""Lines of which a format must read at least one, or it is given up for this round."""

_GOLDEN = 2531
"""Of 4096: its multiples are spread evenly, and in no rhythm."""

MOST_FORMATS = 8
LEAST_SHARE = 1 / 20

Chosen = tuple[LogFormat, tuple[Plan, ...]]


@cache
def known_formats() -> tuple[LogFormat, ...]:
    """Find every format."""
    return tuple(shelf(formats, LogFormat))


def chosen(lines: Sequence[bytes], among: Iterable[LogFormat]) -> tuple[Chosen, ...]:
    """Choose the formats (and their plans) to scan a file with, from its first lines without line ends; at most 8.

    Ties: the lower `rank`, then the one that finds more values in the lines. Empty if no format reads any line.
    """
    head = tuple(line for line in lines if line.strip())
    left = _sampled(head)
    least = max(1, int(len(left) * LEAST_SHARE))
    candidates = _candidates(head, left, among)
    made: list[Chosen] = []
    while left and candidates and len(made) < MOST_FORMATS:
        best = max(candidates, key=lambda each: each.merit(left))
        if best.merit(left)[0] < least:
            break
        made.append((best.format, best.plans))
        candidates.remove(best)
        left = tuple(line for line in left if not best.values(line))
    return tuple(made)


def _candidates(head: tuple[bytes, ...], some: tuple[bytes, ...], among: Iterable[LogFormat]) -> list["_Candidate"]:
    """Compile every format for the lines as they are, and for what stands behind their headers."""
    headers = prefixes.found(head)
    made: list[_Candidate] = []
    for each in among:
        groups = [each.plans(head)]
        for header, inner in headers:
            # Some formats know headers better, by their dates; one without a blank would pass for a client's name.
            plans = tuple(header.around(plan) for plan in each.plans(inner))
            groups.insert(0 if header.unbroken else len(groups), plans)
        if headers:
            groups = _needed(groups, some)
        if plans := tuple(plan for group in groups for plan in group):
            made.append(_Candidate(each, plans))
    return made


def _needed(groups: list[tuple[Plan, ...]], lines: tuple[bytes, ...]) -> list[tuple[Plan, ...]]:
    """Keep the groups of plans that read lines which those before them do not."""
    made: list[tuple[Plan, ...]] = []
    for group in groups:
        read = [any(reading.read(plan, line) is not None for plan in group) for line in lines]
        if any(read):
            made.append(group)
            lines = tuple(line for line, done in zip(lines, read, strict=True) if not done)
    return made


def _sampled(head: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Take lines from the whole head, in an order whose beginning is spread over it as well.

    One of each stretch, now near its beginning, now near its end: lines may come in a rhythm.
    """
    taken = head
    if len(head) > MOST_LINES:
        ends = [number * len(head) // MOST_LINES for number in range(MOST_LINES + 1)]
        taken = tuple(
            head[start + number * _GOLDEN % 4096 * (end - start) // 4096]
            for number, (start, end) in enumerate(pairwise(ends))
        )
    return tuple(line for start in range(PATIENCE) for line in taken[start::PATIENCE])


class _Candidate:
    """A format with what it made of the lines so far: no line is read twice."""

    def __init__(self, form: LogFormat, plans: tuple[Plan, ...]) -> None:
        self.format = form
        self.plans = plans
        self._read: dict[bytes, int] = {}

    def values(self, line: bytes) -> int:
        """Count the values found in a line, and the line itself; 0: it is not of this format."""
        known = self._read.get(line)
        if known is None:
            found = next((made for plan in self.plans if (made := reading.read(plan, line)) is not None), None)
            known = self._read[line] = 0 if found is None else 1 + _told(found)
        return known

    def merit(self, lines: tuple[bytes, ...]) -> tuple[int, int, int]:
        """Say how well the format fits: lines read, rank, values found; the greater the better."""
        count = values = 0
        for number, line in enumerate(lines):
            if number >= PATIENCE and count == 0:
                break
            found = self.values(line)
            count += found > 0
            values += found
        return count, -self.format.rank, values


def _told(line: reading.Line) -> int:
    attempt = line.attempts[-1]
    told = (
        line.status,
        line.method,
        line.client,
        attempt.upstream,
        attempt.status,
        attempt.seconds is not None,
        line.seconds is not None,
        line.key,
        *line.words,
    )
    return sum(bool(each) for each in told)


_SYNTAX: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    ("a #Fields line", re.compile(r"#Fields:"), ("aws-cloudfront", "iis")),
    ("a log_format of nginx", re.compile(r"\s*log_format\s"), ("nginx",)),
    ("a LogFormat of Apache", re.compile(r"\s*(?:LogFormat|CustomLog)\s"), ("apache",)),
    ("a log-format of HAProxy", re.compile(r"\s*(?:error-)?log-format(?:-sd)?\s"), ("haproxy",)),
    ("a logformat of Squid", re.compile(r"\s*logformat\s"), ("squid",)),
    ("an accesslog.format of lighttpd", re.compile(r"\s*accesslog\.format\s*\+?="), ("lighttpd",)),
    ("an accesslog-format of nghttpx", re.compile(r"\s*-{0,2}accesslog-format\s*="), ("nghttpx",)),
    ("a varnishncsa command", re.compile(r"\s*varnishncsa\s"), ("varnish",)),
    ("a format of Traffic Server", re.compile(r"%<[a-z{]"), ("trafficserver",)),
    ("a format of Envoy", re.compile(r"%[A-Z][A-Z_0-9]{2,}(?:\([^)%]{0,200}\))?(?::\d{1,9})?%"), ("envoy",)),
    ("a logformat of Squid", re.compile(r"%-?\d*(?:>a|<A|<a|Ss|>Hs|Sh)\b|%ts\.%"), ("squid",)),
    (
        "a log-format of HAProxy",
        re.compile(r"%(?:\{[^}]{0,20}\})?(?:\[|(?:ci|cp|tr|trg|ts|fi|ft|si|HM|ST)\b)"),
        ("haproxy",),
    ),
    ("a format of nghttpx", re.compile(r"\$\{?(?:backend_host|backend_port|alpn|tls_sni)\b"), ("nghttpx", "nginx")),
    ("a log_format of nginx", re.compile(r"\$(?:\{\w|[a-zA-Z_])"), ("nginx", "nghttpx")),
    ("a format of varnishncsa", re.compile(r"%\{(?:Varnish|VCL_Log|VSL|VTag):", re.IGNORECASE), ("varnish",)),
    ("a list of CloudFront's fields", re.compile(r"\A[^%$]*\bx-edge-"), ("aws-cloudfront",)),
    (
        "a list of W3C fields",
        re.compile(r"\A(?:[\w()-]+[\s,]+)*?(?:sc-status|c-ip|cs-method)\b"),
        ("iis", "aws-cloudfront"),
    ),
    ("a LogFormat of Apache", re.compile(r"%[<>]?[a-zA-Z]|%[<>]?\{[^}]{1,200}\}"), ("apache", "varnish", "lighttpd")),
)
"""What a directive looks like, its own word before the mere looks of its variables; the gateways whose formats are
asked, in this order."""

LONGEST_DIRECTIVE = 16384


def from_directive(text: str, among: Iterable[LogFormat]) -> Chosen:
    """Compile what a user or a configuration gives as the format; `ValueError` says in words why it cannot be.

    The product is told by the directive's own word (`log_format`, `LogFormat`, …) or by how its variables look.
    """
    if len(text) > LONGEST_DIRECTIVE:
        raise ValueError("the log format is too long")
    named, gateways = next(((name, asked) for name, looks, asked in _SYNTAX if looks.search(text)), ("", ()))
    if not gateways:
        raise ValueError("this does not look like the log format of a product that is known here")
    reasons: list[str] = []
    asked = [each for gateway in gateways for each in among if each.gateway == gateway]
    for each in asked:
        if each.directive is not None:
            try:
                return each, each.directive(text)
            except ValueError as error:
                reasons.append(str(error))
    raise ValueError(f"this looks like {named}: {reasons[0] if reasons else 'a directive of it cannot be read'}")
