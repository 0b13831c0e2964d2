"""Signals end the looking, once; the second one does not wait."""

import asyncio
import os
import signal

import pytest

from tests.vantage.running import awaited
from why502.cli.stopping import ENDING, stopped_by_signals


@pytest.mark.parametrize("number", ENDING)
def test_the_first_signal_is_told(number: signal.Signals) -> None:
    async def run() -> int:
        with stopped_by_signals() as stop:
            assert stop.number == 0
            os.kill(os.getpid(), number)
            await asyncio.wait_for(stop.event.wait(), 10)
            return stop.number

    before = [signal.getsignal(each) for each in ENDING]
    assert asyncio.run(run()) == number
    assert [signal.getsignal(each) for each in ENDING] == before


@awaited
async def test_the_second_signal_does_not_wait() -> None:
    with stopped_by_signals() as stop:
        stop.ask(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            stop.ask(signal.SIGTERM)


@awaited
async def test_handlers_of_before_are_put_back_after_a_failure() -> None:
    before = [signal.getsignal(each) for each in ENDING]
    with pytest.raises(RuntimeError), stopped_by_signals():
        raise RuntimeError
    assert [signal.getsignal(each) for each in ENDING] == before
