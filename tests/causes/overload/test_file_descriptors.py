"""overload.file-descriptors: the errno names it, a process at its limit shows it."""

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, blind, said, told
from tests.evidence import case, gateway, info, listener, process, processes, seen, table
from why502.causes.overload.file_descriptors import file_descriptors
from why502.observations.failure import FailureId
from why502.observations.processes import Descriptors


def held(pid: int, count: int) -> Descriptors:
    return Descriptors(about=process(pid), seen=seen(), held=count, limit=1024)


@pytest.mark.parametrize("errno", ["24", "23"])
def test_the_errno_names_it(errno: str) -> None:
    assert said(file_descriptors, told(FailureId.CONNECT_EXHAUSTED, errno=errno)) is NAMED


@pytest.mark.parametrize(("count", "verdict"), [(1024, SPECIFIC), (1000, COMPATIBLE), (20, Excluded)])
def test_the_application_at_its_limit(count: int, verdict: object) -> None:
    facts = (table(listener(pids=(20,))), processes(info(20)), held(20, count))
    assert said(file_descriptors, case(FailureId.RESPONSE_TIMEOUT), *facts) is verdict


def test_the_gateways_worker_at_its_limit() -> None:
    assert said(file_descriptors, case(FailureId.CONNECT_EXHAUSTED), gateway(), held(11, 1023)) is SPECIFIC


def test_it_spares_what_the_message_names_otherwise() -> None:
    other = told(FailureId.CONNECT_EXHAUSTED, errno="99", named="overload.ephemeral-ports")
    assert said(file_descriptors, other) is Excluded


def test_it_is_blind_without_evidence() -> None:
    assert blind(file_descriptors)
