"""The report as one self-contained page."""

from why502.report.parts import Contents


def to_html(report: Contents) -> str:
    """Write the report as one file without script or external resource."""
    raise NotImplementedError(report.summary)
