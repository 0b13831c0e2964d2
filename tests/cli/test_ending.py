import os
import signal

import pytest

from why502.cli.ending import ENDING, ended_by_signals


@pytest.mark.parametrize("number", ENDING)
def test_the_first_signal_ends_and_wakes_and_the_second_interrupts(number: signal.Signals) -> None:
    woken: list[int] = []
    before = [signal.getsignal(each) for each in ENDING]
    with ended_by_signals(lambda: woken.append(1)) as ending:
        assert not ending.event.is_set()
        os.kill(os.getpid(), number)
        assert ending.event.wait(10)
        assert (ending.number, woken) == (number, [1])
        with pytest.raises(KeyboardInterrupt):
            ending.ask(number)
    assert [signal.getsignal(each) for each in ENDING] == before
