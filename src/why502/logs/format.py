"""The contract of a log format: one file in `formats`, found by the loader, tested at birth by its own examples."""

from collections.abc import Callable

from why502.logs.plan import Plan
from why502.observations.failure import FailureId
from why502.observations.frozen import frozen

FAILED_STATUS = frozenset({502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530})
"""What a gateway answers when it could not serve a request for its upstream's sake (`docs/interface.md`, Logs)."""


@frozen
class Signs:
    """All of a line that its judge may go by; few distinct ones exist, so that each is judged once.

    `status`: what the client got, 0 if the line does not say. `upstream`: whether a server is named. `group`: its name
    has no colon (nginx: a group of which no server could be chosen); told from status 500 on only. `last`: false for
    an attempt that was followed by another; its `upstream_status` is its own. `words`: the four words, 120 bytes each.
    """

    status: int
    upstream_status: bytes = b""
    words: tuple[bytes, bytes, bytes, bytes] = (b"", b"", b"", b"")
    upstream: bool = False
    group: bool = False
    last: bool = True


@frozen
class Judged:
    """`failed`: the gateway could not serve the request for its upstream's sake (an attempt: it went wrong).

    `partner`: a line of another log may say more, so the request waits for it.
    """

    failed: bool = False
    failure: FailureId | None = None
    partner: bool = False


@frozen
class Example:
    """A line as the product writes it, and what it must be read as. `source`: where it was seen."""

    line: bytes
    at: str
    status: int = 0
    route: str = ""
    upstream: str = ""
    client: str = ""
    seconds: float | None = None
    failed: bool = False
    failure: FailureId | None = None


@frozen
class LogFormat:
    """A format. `name` is public (`files[].format`). `rank`: the lower is tried first where two fit equally well.

    `plans`: compiled from the first lines of a file (which most formats need not look at); empty if they cannot be of
    this format. `judge`: the failure that signs tell; it is pure. `directive`: compile the product's own directive
    (`--log-format`, or from its configuration); raises `ValueError` saying what cannot be read. `examples`: at least a
    good line, a failed one, and one whose client-chosen text imitates a failure.
    """

    home: str
    name: str
    gateway: str
    plans: Callable[[tuple[bytes, ...]], tuple[Plan, ...]]
    judge: Callable[[Signs], Judged]
    examples: tuple[Example, ...]
    source: str
    rank: int = 50
    directive: Callable[[str], tuple[Plan, ...]] | None = None


def by_status(signs: Signs) -> Judged:
    """Judge by the status alone: what a log says that has nothing else."""
    if signs.status not in FAILED_STATUS:
        return Judged()
    return Judged(failed=True, failure=FailureId.UNKNOWN, partner=True)
