"""gateway.configuration-not-loaded: a file of the configuration is newer than what the process took up."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, blind, said
from tests.evidence import NGINX, START, case, seen
from why502.causes.gateway.configuration_not_loaded import configuration_not_loaded
from why502.observations.failure import FailureId
from why502.observations.gateway import GatewaySetup

CONF = "/etc/nginx/nginx.conf"


@pytest.mark.parametrize(
    ("newer", "verdict"), [((CONF,), SPECIFIC), (("/etc/nginx/conf.d",), COMPATIBLE), ((), Excluded)]
)
def test_the_files_decide(newer: tuple[str, ...], verdict: object) -> None:
    setup = GatewaySetup(
        about=NGINX, seen=seen(), since=START, files=(CONF,), newer=newer, problems=(), error_logs=(), access_logs=(),
        servers=1, lines=20,
    )  # fmt: skip
    assert said(configuration_not_loaded, case(FailureId.CONNECT_REFUSED), setup) is verdict


def test_it_is_blind_without_evidence() -> None:
    assert blind(configuration_not_loaded)
