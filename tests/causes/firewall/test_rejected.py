"""firewall.rejected: refused where a socket listens, answered at once, or not permitted to send."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Irrelevant, blind, said, told
from tests.evidence import after, case, connect, endpoint, info, listener, processes, socket_path, table
from why502.causes.firewall.rejected import rejected
from why502.observations.failure import FailureId
from why502.observations.probes import Met

FAR = endpoint("198.51.100.1")


def test_refused_where_a_socket_listens() -> None:
    refused = case(FailureId.CONNECT_REFUSED)
    assert said(rejected, refused, table(listener())) is SPECIFIC
    assert said(rejected, refused, table(listener()), connect(Met.REFUSED)) is SPECIFIC
    assert said(rejected, refused, table(listener()), connect(Met.CONNECTED)) is COMPATIBLE
    assert said(rejected, refused, table()) is COMPATIBLE


def test_a_rule_may_go_by_the_gateways_user() -> None:
    refused, ours = told(FailureId.CONNECT_REFUSED, live=True), connect(Met.CONNECTED)
    listens = table(listener(pids=(20,)))
    assert said(rejected, refused, listens, processes(info(20)), ours) is SPECIFIC
    assert said(rejected, refused, listens, processes(info(20, started=after(20))), ours) is COMPATIBLE
    assert said(rejected, told(FailureId.CONNECT_REFUSED), listens, processes(info(20)), ours) is COMPATIBLE


@pytest.mark.parametrize(("seconds", "verdict"), [(0.01, SPECIFIC), (1.5, COMPATIBLE)])
def test_an_answer_at_once_is_a_filters(seconds: float, verdict: object) -> None:
    met = connect(Met.UNREACHABLE, about=FAR, seconds=seconds)
    assert said(rejected, told(FailureId.CONNECT_UNREACHABLE, about=FAR, errno="113"), met) is verdict


@pytest.mark.parametrize(("errno", "verdict"), [("1", SPECIFIC), ("13", COMPATIBLE)])
def test_not_permitted_to_send(errno: str, verdict: object) -> None:
    assert said(rejected, told(FailureId.CONNECT_DENIED, about=FAR, errno=errno)) is verdict


def test_it_spares_unix_sockets() -> None:
    assert said(rejected, case(FailureId.CONNECT_DENIED, socket_path())) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(rejected)
