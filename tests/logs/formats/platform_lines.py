"""Read single lines by the formats of platforms, and judge them."""

from why502.logs.format import Judged, LogFormat, Signs
from why502.logs.reading import Line, read
from why502.observations.failure import FailureId


def line_of(form: LogFormat, line: bytes, *head: bytes) -> Line | None:
    """Read a line by the plans that these first lines bring, in their order."""
    return next((made for plan in form.plans((*head, line)) if (made := read(plan, line)) is not None), None)


def judged(form: LogFormat, line: bytes, *head: bytes) -> Judged:
    made = line_of(form, line, *head)
    assert made is not None
    last = made.attempts[-1]
    return form.judge(
        Signs(status=made.status, upstream_status=last.status, words=made.words, upstream=bool(last.upstream))
    )


def told(
    form: LogFormat, status: int, *words: bytes, upstream: bool = True, upstream_status: bytes = b""
) -> FailureId | None:
    """Return the failure that signs tell; `None` only where the request did not fail."""
    four = (*words, b"", b"", b"", b"")[:4]
    made = form.judge(Signs(status=status, upstream_status=upstream_status, words=four, upstream=upstream))  # type: ignore[arg-type]
    assert made.failed == (made.failure is not None)
    return made.failure
