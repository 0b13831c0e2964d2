"""Reports with anything in every field: what outside programs may have written, and worse."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.report.examples import EVIL
from why502.report.codec import Key, keys_of
from why502.report.logs.model import LogsReport
from why502.report.model import Check, CheckState, Report, Step, TargetKind, Verdict

FRAGMENTS = (
    "\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x7f", "\x00", "\r", "\r\n", "\n", "\t", "\u2028", "\u202e", "\u2067",
    "\u200b", "\u200d", "\ufeff", "\udcff", "\u115f", "\ufe0f", "<script>", "</style>", "</pre>", "<!--", "]]>", "&lt;",
    "javascript:", '" onload="x', "'", "`", "```", "~~~", "|", "\\", "*", "_", "[a](b)", "![a](b)", "# ", "1. ", "- ",
    "+ ", "> ", "<http://a>", "===", "---", "    code", "&amp;", "$x$", "漢字", "e\u0301", " ", "  ",
)  # fmt: skip

texts = st.one_of(
    st.sampled_from(["h1", "h2", "h3", "e1", "e2"]),
    st.just(EVIL),
    st.text(max_size=30),
    st.lists(st.sampled_from(FRAGMENTS) | st.text("ab", max_size=12), max_size=8).map("".join),
    st.integers(min_value=100, max_value=400).map(lambda count: "x" * count),
)
times = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2199, 1, 1), timezones=st.just(UTC))


@cache
def of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type that stands in a record."""
    if get_origin(kind) is tuple:
        return st.lists(of(get_args(kind)[0]), max_size=3).map(tuple)
    if get_origin(kind) is Mapping:
        return st.dictionaries(texts, of(get_args(kind)[1]), max_size=3)
    if dataclasses.is_dataclass(kind):
        return st.builds(kind, **{key.attribute: member(key) for key in keys_of(kind)})
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    return {
        str: texts,
        int: st.integers(min_value=0, max_value=10**9),
        float: st.floats(min_value=0, max_value=10**6),
        bool: st.booleans(),
        datetime: times,
    }[kind]


def member(key: Key) -> st.SearchStrategy[Any]:
    return st.none() | of(key.type) if key.nullable else of(key.type)


def sound(report: Report) -> Report:
    """The same report as a real one is made: every step once, and nothing wrong where it is healthy."""
    found = [*report.checks, *(Check(step=s, title="", state=CheckState.OK, says="", seconds=0.0) for s in Step)]
    checks = tuple(dataclasses.replace(check, step=step) for step, check in zip(Step, found, strict=False))
    incidents = () if report.verdict is Verdict.HEALTHY else report.incidents
    # `logs` stands in the report of logs alone.
    kind = report.target.kind
    if isinstance(report, LogsReport) is not (kind is TargetKind.LOGS):
        kind = TargetKind.LOGS if isinstance(report, LogsReport) else TargetKind.TEXT
    target = dataclasses.replace(report.target, kind=kind)
    return dataclasses.replace(report, checks=checks, incidents=incidents, target=target)


# Whole reports shrink slowly and are read easily as they are.
thorough = settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

reports = of(Report).map(sound)
logs_reports = of(LogsReport).map(sound)
