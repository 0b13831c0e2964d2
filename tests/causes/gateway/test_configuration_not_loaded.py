"""gateway.configuration-not-loaded: by the files' times, and by what the gateway's log names."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, blind, said
from tests.evidence import LATER, case, endpoint, route, seen, setup
from why502.causes.gateway.configuration_not_loaded import configuration_not_loaded
from why502.observations.failure import FailureId

CONF = "/etc/nginx/nginx.conf"
REFUSED = case(FailureId.CONNECT_REFUSED)
OTHER = route(loaded=False, since=None, written="proxy_pass http://127.0.0.1:8000")
ELSEWHERE = case(FailureId.CONNECT_REFUSED, endpoint(port=9))


@pytest.mark.parametrize(
    ("newer", "verdict"), [((CONF,), SPECIFIC), (("/etc/nginx/conf.d",), COMPATIBLE), ((), Excluded)]
)
def test_the_files_decide(newer: tuple[str, ...], verdict: object) -> None:
    assert said(configuration_not_loaded, REFUSED, setup(newer=newer)) is verdict
    assert said(configuration_not_loaded, REFUSED, setup(doubtful=newer)) is verdict


def test_the_log_that_names_another_upstream_leads() -> None:
    assert said(configuration_not_loaded, ELSEWHERE, setup(), OTHER) is SPECIFIC
    assert said(configuration_not_loaded, case(FailureId.RESPONSE_TIMEOUT, endpoint(port=9)), OTHER) is SPECIFIC
    assert said(configuration_not_loaded, ELSEWHERE, setup(), route()) is Excluded, "loaded for sure"


def test_where_it_tried_what_the_files_say_a_newer_file_is_but_compatible() -> None:
    assert said(configuration_not_loaded, REFUSED, setup(newer=(CONF,)), OTHER) is COMPATIBLE
    assert said(configuration_not_loaded, case(FailureId.RESPONSE_TIMEOUT), setup(newer=(CONF,))) is COMPATIBLE
    assert said(configuration_not_loaded, case(FailureId.UNKNOWN), setup(newer=(CONF,))) is SPECIFIC


def test_it_is_blind_without_evidence() -> None:
    assert blind(configuration_not_loaded)
    late = setup(since=None, seen=seen(LATER))
    assert said(configuration_not_loaded, REFUSED, late) is COMPATIBLE
