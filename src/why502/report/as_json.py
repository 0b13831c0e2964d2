"""The report as JSON: what other programs hold on to."""

import json
from typing import Any

from why502.report.codec import encode
from why502.report.parts import SCHEMA, Contents


def to_value(report: Contents) -> dict[str, Any]:
    """Return the report as plain values, keys in the published order."""
    return {"schema": SCHEMA, **encode(report)}


def to_json(report: Contents, indent: int | None = 2) -> str:
    """Write the report as JSON; `indent=None` gives one line.

    Plain ASCII: whatever came from outside is escaped, so it may be shown on any terminal.
    """
    separators = (",", ":") if indent is None else None
    text = json.dumps(to_value(report), indent=indent, ensure_ascii=True, allow_nan=False, separators=separators)
    return text.replace("\x7f", "\\u007f")
