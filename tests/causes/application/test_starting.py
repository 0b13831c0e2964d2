"""application.starting: a service that was started shortly before and does not listen yet."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, blind, said
from tests.evidence import after, app_server, case, info, listener, processes, publishes, table, unit_state
from why502.causes.application.starting import starting
from why502.observations.failure import FailureId


@pytest.mark.parametrize(("age", "verdict"), [(5, SPECIFIC), (3600, COMPATIBLE), (-60, COMPATIBLE)])
def test_the_age_of_a_silent_service_decides(age: float, verdict: object) -> None:
    state = unit_state(started=after(-age))
    assert said(starting, case(FailureId.CONNECT_REFUSED), table(), publishes(), state) is verdict


def test_it_spares_what_listens_or_is_old() -> None:
    facts = (table(listener(pids=(20,))), processes(info(20)), app_server())
    assert said(starting, case(FailureId.CONNECT_REFUSED), *facts) is Excluded
    assert said(starting, case(FailureId.RESPONSE_TIMEOUT), *facts) is Excluded


def test_it_is_blind_without_evidence() -> None:
    assert blind(starting)
