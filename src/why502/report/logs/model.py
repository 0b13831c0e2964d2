"""The report of logs as a library user holds it, and every way to write it."""

from why502.observations.frozen import frozen
from why502.report.as_json import to_json
from why502.report.codec import NotAReportError, decode
from why502.report.logs.parts import LogsContents
from why502.report.parts import SCHEMA


@frozen
class LogsReport(LogsContents):
    """What logs tell; the same object that the command line writes. Renderers are loaded when they are asked for."""

    def to_json(self, indent: int | None = 2) -> str:
        """Write it as JSON, as `why502 schema` describes it."""
        return to_json(self, indent)

    def to_text(self, width: int = 80, colour: bool = False, ascii_only: bool = False, verbose: bool = False) -> str:
        """Write it for a terminal."""
        from why502.report.logs.text import to_text

        return to_text(self, width, colour, ascii_only=ascii_only, verbose=verbose)

    def to_html(self) -> str:
        """Write it as one self-contained page with charts."""
        from why502.report.logs.html import to_html

        return to_html(self)

    def to_markdown(self) -> str:
        """Write it for a ticket."""
        from why502.report.logs.markdown import to_markdown

        return to_markdown(self)


def from_json(value: object) -> LogsReport:
    """Read a report of logs from its JSON object; raise `NotAReportError` if it is none."""
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise NotAReportError(f"report.schema is not {SCHEMA}")
    return decode(LogsReport, value)
