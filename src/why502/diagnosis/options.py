"""What the user may choose for a diagnosis."""

from datetime import datetime

from why502.observations.frozen import frozen
from why502.survey.budget import Policy


class TargetError(ValueError):
    """The target or an option cannot be understood; the message names it and what is wrong."""


@frozen
class Options:
    """The options that every diagnosing command has (`docs/interface.md`). Seconds where nothing else is said."""

    since: float = 900.0
    since_at: datetime | None = None
    deadline: float = 15.0
    tries: int = 3
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    data: bytes | None = None
    connect_to: tuple[str, int] | None = None
    resolve: tuple[tuple[str, int, str], ...] = ()
    insecure: bool = False
    follow: bool = True
    mark: bool = True
    repeat_unsafe: bool = False
    trust_upstream: bool = False
    policy: Policy = Policy()
