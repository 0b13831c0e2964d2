"""What every reader of the host needs: text from bytes, the report's excerpt, and a refusal put as a gap."""

from collections.abc import Sequence

from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.place import Window
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import No, Raw, Refusal, Vantage

SHOWN = 2000
"""Most characters of an excerpt (the bound of `Seen.raw`)."""

WHY = {
    No.MISSING: Why.UNREADABLE,
    No.DENIED: Why.NO_PERMISSION,
    No.NOT_REGULAR: Why.UNREADABLE,
    No.TIMED_OUT: Why.TIMED_OUT,
    No.NO_TOOL: Why.NO_TOOL,
    No.NO_WAY_IN: Why.NO_VANTAGE,
    No.FAILED: Why.UNREADABLE,
}


def text_of(raw: Raw) -> str:
    """Decode what was read; bytes that are no UTF-8 become the replacement character."""
    return raw.data.decode("utf-8", "replace")


def whole_lines(raw: Raw) -> list[str]:
    """Split into lines; the last one of a cut piece is left out, for it may be half a line."""
    lines = text_of(raw).splitlines()
    return lines[:-1] if raw.cut else lines


def excerpt(lines: Sequence[str]) -> str:
    """Join lines up to the bound, and say how many were left out."""
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > SHOWN - 40:
            kept.append(f"… {len(lines) - len(kept)} more")
            break
        kept.append(line)
    return "\n".join(kept)[:SHOWN]


def seen(by: str, at: Window, kind: EvidenceKind, source: str, lines: Sequence[str]) -> Seen:
    """Make the record of a look; `by` is the reader's module name."""
    return Seen(at=at, by=by.removeprefix("why502."), kind=kind, source=source, raw=excerpt(lines))


def gap(want: Want[Fact], refusal: Refusal, vantage: Vantage) -> Gap:
    """Put a refusal as a gap; more rights unlock it only where rights are what is missing."""
    why = WHY[refusal.no]
    unlock = vantage.unlock() if why in {Why.NO_PERMISSION, Why.NO_VANTAGE} else ""
    return Gap(want=want, why=why, says=refusal.text or refusal.no.value, unlock=unlock)


def number(text: str, most: int = 2**63 - 1) -> int | None:
    """Read an unsigned decimal number that is not above `most`."""
    if not (text.isascii() and text.isdigit()) or len(text) > 20:  # noqa: PLR2004
        return None
    value = int(text)
    return value if value <= most else None
