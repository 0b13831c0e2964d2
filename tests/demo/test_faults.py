"""Each fault breaks the stand in the way that its file tells, seen without the tool's help."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from why502.cli.demo import all_faults
from why502.demo.fault import Fault
from why502.demo.stand import Stand

SAYS = {
    "big-header": "too big header",
    "busy-workers": "timed out",
    "crashing-application": "prematurely closed",
    "dead-application": "(111: Connection refused)",
    "ipv6-localhost": 'upstream: "http://[::1]',
    "missing-socket": "(2: No such file or directory)",
    "no-resolver": "no resolver defined",
    "plain-to-tls": "while reading response header",
    "slow-application": "timed out",
    "socket-permission": "(13: Permission denied)",
    "stopped-application": "timed out",
    "tls-to-plain": "SSL_do_handshake() failed",
    "wrong-port": "(111: Connection refused)",
}
FAULTS = tuple(all_faults())


def test_every_fault_is_tried_here() -> None:
    assert {fault.name for fault in FAULTS} == SAYS.keys()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_breaks_the_gateway_as_told(fault: Fault, short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(short_path))
    with Stand() as stand:
        url = fault.play(stand)
        with pytest.raises(urllib.error.HTTPError) as failed:
            urllib.request.urlopen(url, timeout=10)
        failed.value.close()
        assert failed.value.code in (502, 504)
        assert SAYS[fault.name] in (stand.base / "error.log").read_text()
    assert not list(short_path.iterdir())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_described(fault: Fault) -> None:
    assert fault.causes
    assert 20 <= len(fault.title) <= 120
