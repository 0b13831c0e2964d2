"""Holders against the beginning of the failure."""

import pytest

from tests.evidence import Known, after, case, info, listener, processes, table
from why502.rules.aging import ages


@pytest.mark.parametrize(
    ("starts", "younger", "whole"), [((-9, -8), 0, False), ((-9, 3), 1, False), ((3, 4), 2, True), ((0, 1), 1, False)]
)
def test_how_many_are_younger(starts: tuple[float, float], younger: int, whole: bool) -> None:
    infos = [info(20 + at, started=after(start)) for at, start in enumerate(starts)]
    age = ages(case(), Known(table(listener(pids=(20, 21))), processes(*infos)))
    assert age is not None
    assert (len(age.younger), age.whole, age.first.pid) == (younger, whole, 20)


def test_nothing_is_told_by_a_relay_or_without_holders() -> None:
    relay = processes(info(20, "docker-proxy"))
    assert ages(case(), Known(table(listener(pids=(20,))), relay)) is None
    assert ages(case(), Known(table(listener()), processes())) is None
    assert ages(case(), Known()) is None
