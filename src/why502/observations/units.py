"""Units of systemd and their journal."""

from datetime import datetime

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.place import Window


@frozen
class UnitState(Fact):
    """A unit as `systemctl show` tells it (about: Unit); `since` is its last change of state.

    `listens` is for socket units (addresses or paths as written); `result` is systemd's word:
    `success`, `exit-code`, `signal`, `oom-kill`, `timeout`, `start-limit-hit`, …
    `reloaded` is the second in which its last good reload was started.
    `own` names the settings that are on and give it a network or files of its own (`PrivateNetwork`, `PrivateTmp`, …).
    """

    fleeting = True

    load: str
    active: str
    sub: str
    result: str
    main_pid: int
    commands: tuple[str, ...]
    exit_code: str = ""
    exit_status: int = 0
    restarts: int = 0
    user: str = ""
    directory: str = ""
    environment: tuple[str, ...] = ()
    listens: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    fragment: str = ""
    started: datetime | None = None
    stopped: datetime | None = None
    enabled: str = ""
    cgroup: str = ""
    own: tuple[str, ...] = ()
    reloaded: datetime | None = None


@frozen
class UnitTable(Fact):
    """Every loaded or installed service and socket unit of a host (about: Machine).

    `manager` is false on a host without systemd; the table is then empty and complete.
    """

    fleeting = True

    units: tuple[UnitState, ...]
    manager: bool = True


@frozen
class JournalLine:
    """One line of a unit's journal."""

    at: datetime
    text: str
    pid: int | None = None


@frozen
class UnitJournal(Fact):
    """A unit's journal over a period (about: Unit); bounded, the newest lines are kept."""

    fleeting = True

    lines: tuple[JournalLine, ...]
    covers: Window
    complete: bool = True
