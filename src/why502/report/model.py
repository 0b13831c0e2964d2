"""The report as a library user holds it: what it says, and every way to write it."""

from why502.observations.frozen import frozen
from why502.report.as_json import to_json
from why502.report.codec import NotAReportError, decode
from why502.report.html import to_html
from why502.report.markdown import to_markdown
from why502.report.parts import (
    SCHEMA,
    Alternative,
    Answered,
    Cause,
    Certainty,
    Check,
    CheckState,
    Contents,
    EvidenceShown,
    ExcludedShown,
    FailureShown,
    FixShown,
    HopShown,
    Incident,
    LinkKind,
    LinkShown,
    Risk,
    Role,
    State,
    Step,
    Target,
    TargetKind,
    Tool,
    Unexamined,
    VantageKind,
    VantageUsed,
    Verdict,
)
from why502.report.text import to_text

__all__ = [
    "SCHEMA",
    "Alternative",
    "Answered",
    "Cause",
    "Certainty",
    "Check",
    "CheckState",
    "EvidenceShown",
    "ExcludedShown",
    "FailureShown",
    "FixShown",
    "HopShown",
    "Incident",
    "LinkKind",
    "LinkShown",
    "NotAReportError",
    "Report",
    "Risk",
    "Role",
    "State",
    "Step",
    "Target",
    "TargetKind",
    "Tool",
    "Unexamined",
    "VantageKind",
    "VantageUsed",
    "Verdict",
    "from_json",
]


@frozen
class Report(Contents):
    """The outcome of a diagnosis; the same object that the command line writes."""

    def to_json(self, indent: int | None = 2) -> str:
        """Write it as JSON, as `why502 schema` describes it."""
        return to_json(self, indent)

    def to_text(self, width: int = 80, colour: bool = False, ascii_only: bool = False, verbose: bool = False) -> str:
        """Write it for a terminal."""
        return to_text(self, width, colour, ascii_only=ascii_only, verbose=verbose)

    def to_html(self) -> str:
        """Write it as one self-contained page."""
        return to_html(self)

    def to_markdown(self) -> str:
        """Write it for a ticket."""
        return to_markdown(self)


def from_json(value: object) -> Report:
    """Read a report from its JSON object; raise `NotAReportError` if it is none."""
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise NotAReportError(f"report.schema is not {SCHEMA}")
    return decode(Report, value)
