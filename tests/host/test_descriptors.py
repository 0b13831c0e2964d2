import asyncio
import os

from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import Hand
from why502.host import descriptors
from why502.host.processes import processes
from why502.observations.processes import Descriptors, ProcessTable
from why502.observations.subjects import Machine, Process
from why502.observations.want import Want
from why502.vantage.local import Local


def look(subject):
    return asyncio.run(descriptors.descriptors.look(Want(kind=Descriptors, about=subject), Hand(Local())))


def ourselves():
    want = Want(kind=ProcessTable, about=Machine(place=Local().here()))
    (table,) = asyncio.run(processes.look(want, Hand(Local())))
    return table.by_pid(os.getpid()).process


def test_our_own_descriptors():
    subject = ourselves()
    (found,) = look(subject)
    more = [os.dup(0) for _ in range(20)]
    (later,) = look(subject)
    for each in more:
        os.close(each)
    assert later.held == found.held + 20
    assert found.limit == os.sysconf("SC_OPEN_MAX")


def test_a_reused_number_is_another_process():
    us = ourselves()
    assert look(Process(place=us.place, pid=us.pid, started=us.started + 1)) == ()
    assert look(Process(place=us.place, pid=2**22 + 1, started=1)) == ()


@given(st.text())
def test_any_text(text):
    descriptors.parse_limit(text)
