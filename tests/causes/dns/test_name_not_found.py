"""dns.name-not-found: the gateway's message names it; the name servers' own answers single it out."""

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, blind, said, server, servers, told
from tests.evidence import case, endpoint, name, seen
from why502.causes.dns.name_not_found import name_not_found
from why502.observations.failure import FailureId
from why502.observations.probes import NameAnswer

UNRESOLVED = told(FailureId.RESOLVE_FAILED, about=name("(upstream not told)"), name="app.internal")


def answer(code: str, *addresses: str, about: str = "app.internal") -> NameAnswer:
    return NameAnswer(about=name(about), seen=seen(), server="192.0.2.53", addresses=addresses, code=code, seconds=0.1)


def test_the_message_names_it_and_no_other() -> None:
    assert said(name_not_found, told(FailureId.RESOLVE_FAILED, name="app", named="dns.name-not-found")) is NAMED
    assert said(name_not_found, told(FailureId.RESOLVE_FAILED, name="app", named="dns.no-resolver")) is Excluded


@pytest.mark.parametrize(
    ("found", "verdict"),
    [(answer("NXDOMAIN"), SPECIFIC), (answer("SERVFAIL"), COMPATIBLE), (answer("NOERROR", "192.0.2.9"), COMPATIBLE)],
)
def test_the_name_servers_tell(found: NameAnswer, verdict: object) -> None:
    assert said(name_not_found, UNRESOLVED, found) is verdict


def test_a_route_without_a_server_left() -> None:
    nobody = case(FailureId.NO_LIVE_UPSTREAM, name("app"))
    missing = servers(server("app.internal:80"))
    assert said(name_not_found, nobody, missing, answer("NXDOMAIN")) is SPECIFIC
    assert said(name_not_found, nobody, servers(server("app:80", endpoint()))) is Excluded


def test_it_is_blind_without_evidence() -> None:
    assert blind(name_not_found)
