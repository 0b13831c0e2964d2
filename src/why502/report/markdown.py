"""The report as one self-contained ticket."""

from why502.report.parts import Contents


def to_markdown(report: Contents) -> str:
    """Write the report as Markdown for a ticket."""
    raise NotImplementedError(report.summary)
