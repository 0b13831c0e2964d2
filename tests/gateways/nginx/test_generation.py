"""What shows that workers were started by a reload: a real master, whose workers are replaced or reloaded."""

import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stands.gateway import Gateway, gateway
from tests.stands.surveying import process_of, surveyed
from why502.gateways.nginx.generation import TakenUp, by_messages, taken_up
from why502.logs.nginx_error import NginxErrorLine, parse
from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.place import Window
from why502.observations.units import UnitState
from why502.observations.want import Gap, Want
from why502.survey.survey import Survey

OK = "location / { return 200; }"
BOTH = [signal.SIGKILL, signal.SIGTERM]


def main(base: Path, level: str = "error", workers: int = 1) -> str:
    return f"worker_processes {workers}; error_log {base}/error.log {level};"


def seen_of(made: Gateway) -> TakenUp:
    async def look(survey: Survey) -> TakenUp:
        return await taken_up(await process_of(survey, made), survey)

    return surveyed(look, timedelta(minutes=15))


@pytest.mark.parametrize("how", BOTH)
def test_a_lone_worker_tells_nothing_of_itself(how: int, open_path: Path) -> None:
    base = open_path / "g"
    with gateway(base, OK, main=main(base)) as made:
        made.reload()
        assert seen_of(made) is TakenUp.NOT_KNOWN
        made.settle()
        made.replace_workers(how)
        assert seen_of(made) is TakenUp.NOT_KNOWN


@pytest.mark.parametrize("how", BOTH)
def test_the_masters_own_messages_tell_a_reload_from_a_replaced_worker(how: int, open_path: Path) -> None:
    base = open_path / "g"
    with gateway(base, OK, main=main(base, "notice")) as made:
        assert seen_of(made) is TakenUp.JUST_THEN
        made.replace_workers(how)
        assert seen_of(made) is TakenUp.BEFORE
        made.reload()
        assert seen_of(made) is TakenUp.JUST_THEN
        made.log.unlink()
        assert seen_of(made) is TakenUp.NOT_KNOWN


def test_several_workers_of_one_age_are_those_of_a_reload(open_path: Path) -> None:
    base = open_path / "g"
    with gateway(base, OK, main=main(base, workers=3)) as made:
        made.reload()
        assert seen_of(made) is TakenUp.JUST_THEN


def test_several_that_died_together_are_not(open_path: Path) -> None:
    """nginx tells of a worker that a signal ended at the level `alert`, which every log takes."""
    base = open_path / "g"
    with gateway(base, OK, main=main(base, workers=3)) as made:
        made.replace_workers()
        assert seen_of(made) is TakenUp.NOT_KNOWN


class Around:
    """The survey, in which the gateway's unit was told to reload at a given time."""

    def __init__(self, survey: Survey, reloaded: datetime | None) -> None:
        self.vantage, self.horizon = survey.vantage, survey.horizon
        self.survey, self.reloaded = survey, reloaded

    async def get(self, want: Want[Fact]) -> tuple[Fact, ...] | Gap:
        if want.kind is not UnitState:
            return await self.survey.get(want)
        seen = Seen(at=Window.instant(datetime.now(UTC)), by="test", kind=EvidenceKind.UNIT, source="", raw="")
        state = UnitState(
            about=want.about, seen=seen, load="loaded", active="active", sub="running", result="success", main_pid=1,
            commands=(), reloaded=self.reloaded,
        )  # fmt: skip
        return (state,)


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (0.4, TakenUp.JUST_THEN),
        (1.4, TakenUp.JUST_THEN),
        (60.0, TakenUp.NOT_KNOWN),
        (-5.0, TakenUp.NOT_KNOWN),
        (None, TakenUp.NOT_KNOWN),
    ],
)
def test_the_service_manager_told_it_to_reload_just_before(
    before: float | None, told: TakenUp, open_path: Path
) -> None:
    base = open_path / "g"

    async def look(survey: Survey) -> tuple[TakenUp, TakenUp]:
        found = await process_of(survey, made)
        at = None if before is None else found.took_up - timedelta(seconds=before)
        around = Around(survey, at)
        managed = replace(found, unit="nginx.service")
        unmanaged = replace(found, unit=None)
        return await taken_up(managed, around), await taken_up(unmanaged, around)  # type: ignore[arg-type]

    with gateway(base, OK, main=main(base)) as made:
        made.reload()
        assert surveyed(look, timedelta(minutes=15)) == (told, TakenUp.NOT_KNOWN)


def test_a_reload_that_was_refused_is_none(open_path: Path) -> None:
    """As by `kill -HUP`, of which the service manager sees no failure; then the worker died."""
    base = open_path / "g"

    async def look(survey: Survey) -> TakenUp:
        found = await process_of(survey, made)
        managed = replace(found, unit="nginx.service")
        return await taken_up(managed, Around(survey, found.took_up))  # type: ignore[arg-type]

    with gateway(base, OK, main=main(base)) as made:
        made.config.write_text(made.config.read_text() + "nonsense;\n")
        made.master.send_signal(signal.SIGHUP)
        made.logged(1, "error.log")
        assert "[emerg]" in made.log.read_text()
        made.replace_workers(signal.SIGTERM)
        assert surveyed(look, timedelta(minutes=15)) is TakenUp.NOT_KNOWN


def lines(*texts: str) -> list[NginxErrorLine]:
    found = [parse(f"2026/11/21 12:00:00 [notice] 9#9: {text}".encode(), UTC) for text in texts]
    return [each for each in found if each is not None]


ANEW, ONE, TWO = "start worker processes", "start worker process 20", "start worker process 21"
ENDED = "worker process 20 exited with code 0"


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ((ANEW, "start worker process 19", TWO), TakenUp.JUST_THEN),
        ((ANEW, "start cache manager process 21"), TakenUp.JUST_THEN),
        ((ANEW, ONE, ENDED, TWO), TakenUp.BEFORE),
        ((TWO,), TakenUp.BEFORE),
        ((ANEW, ONE, ENDED), None),
        ((ANEW, ENDED, ANEW, TWO), TakenUp.JUST_THEN),
        ((ANEW, "start worker process 210"), None),
        ((), None),
    ],
)
def test_the_messages_of_a_master(texts: tuple[str, ...], told: TakenUp | None) -> None:
    assert by_messages(lines(*texts), 21) is told
