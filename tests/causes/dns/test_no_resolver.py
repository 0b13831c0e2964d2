"""dns.no-resolver: the gateway's own message names it."""

from tests.causes.grades import NAMED, Excluded, Irrelevant, blind, said, told
from tests.evidence import case, name
from why502.causes.dns.no_resolver import no_resolver
from why502.observations.failure import FailureId


def test_the_message_names_it_and_no_other() -> None:
    assert said(no_resolver, told(FailureId.RESOLVE_FAILED, name="app", named="dns.no-resolver")) is NAMED
    assert said(no_resolver, told(FailureId.RESOLVE_FAILED, name="app", named="dns.name-not-found")) is Excluded


def test_it_spares_a_group_without_a_server_left() -> None:
    assert said(no_resolver, case(FailureId.NO_LIVE_UPSTREAM, name("app"))) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(no_resolver)
