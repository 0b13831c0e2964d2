"""What hangs is left behind."""

import asyncio
import subprocess
import sys
import threading

import pytest

from tests.vantage.running import awaited
from why502.vantage.aside import Aside


@awaited
async def test_results_and_errors_come_back() -> None:
    aside = Aside()
    assert await aside.run(lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        await aside.run(lambda: 1 // 0)


@awaited
async def test_threads_are_used_again() -> None:
    aside = Aside()
    names = {await aside.run(threading.get_ident) for _ in range(50)}
    assert len(names) < 5


@awaited
async def test_many_hanging_ones_do_not_hold_up_others() -> None:
    aside, free = Aside(), threading.Event()
    hanging = [asyncio.ensure_future(aside.run(free.wait)) for _ in range(40)]
    try:
        async with asyncio.timeout(10):
            assert await aside.run(lambda: 1) == 1
    finally:
        free.set()
        await asyncio.gather(*hanging)


@awaited
async def test_more_than_the_most_wait_for_a_thread_and_those_given_up_are_not_done() -> None:
    aside, free, done = Aside(2), threading.Event(), threading.Event()
    hanging = [asyncio.ensure_future(aside.run(free.wait)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await aside.run(done.set)
    free.set()
    await asyncio.gather(*hanging)
    assert await aside.run(lambda: 1) == 1
    assert not done.is_set()


@awaited
async def test_a_result_that_comes_too_late_is_disposed_of() -> None:
    aside, free = Aside(), threading.Event()
    disposed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def late() -> str:
        free.wait(10)
        return "late"

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await aside.run(late, disposed.set_result)
    free.set()
    async with asyncio.timeout(10):
        assert await disposed == "late"


def test_the_program_ends_while_a_thread_hangs() -> None:
    script = (
        "import asyncio, threading\n"
        "from why502.vantage.aside import ASIDE\n"
        "async def main():\n"
        "    try:\n"
        "        async with asyncio.timeout(0.1): await ASIDE.run(threading.Event().wait)\n"
        "    except TimeoutError: print('left behind')\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True)
    assert done.stdout == b"left behind\n"
    assert done.stderr == b""
