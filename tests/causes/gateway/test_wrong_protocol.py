"""gateway.wrong-protocol: the message, the upstream's own tongue, or the server that listens there."""

from dataclasses import replace

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, blind, said, told
from tests.evidence import app_server, case, listener, message, response, route, seen, table
from why502.causes.gateway.wrong_protocol import wrong_protocol
from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.observations.server import Says
from why502.observations.want import Protocols

INVALID = case(FailureId.INVALID_RESPONSE)


def test_the_message_names_it_and_no_other() -> None:
    assert said(wrong_protocol, told(FailureId.INVALID_RESPONSE, named="gateway.wrong-protocol")) is NAMED
    assert said(wrong_protocol, told(FailureId.INVALID_RESPONSE, named="application.bad-length")) is Excluded


@pytest.mark.parametrize(
    ("first", "spoken", "verdict"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", Protocols.HTTP, SPECIFIC),
        (b"HTTP/1.1 400 Bad Request\r\n", Protocols.FASTCGI, SPECIFIC),
        (b"HTTP/1.1 200 OK\r\nX Y: 1", Protocols.HTTP, COMPATIBLE),
        (b"\x15\x03\x01\0\x02\x02\x46", Protocols.HTTP, COMPATIBLE),
        (b"hello", Protocols.HTTP, COMPATIBLE),
    ],
)
def test_the_upstreams_own_tongue(first: bytes, spoken: Protocols, verdict: object) -> None:
    invalid = response(None, Reply.INVALID, first=first)
    assert said(wrong_protocol, INVALID, route(protocol=spoken), invalid) is verdict


@pytest.mark.parametrize(
    ("product", "verdict"), [("php-fpm", SPECIFIC), ("gunicorn", COMPATIBLE), ("uwsgi", COMPATIBLE)]
)
def test_the_server_that_listens_there(product: str, verdict: object) -> None:
    facts = (route(), table(listener(pids=(20,))), app_server(product=product))
    assert said(wrong_protocol, case(FailureId.RESET_BEFORE_RESPONSE), *facts) is verdict
    assert said(wrong_protocol, case(FailureId.RESET_BEFORE_RESPONSE), *facts, response()) is COMPATIBLE


def test_the_server_complains_of_letters() -> None:
    line = message(Says.INVALID_REQUEST)
    letters = replace(line, seen=seen(line.seen.at, raw="invalid request block size: 21573 (max 4096)...skip"))
    assert said(wrong_protocol, case(FailureId.CLOSED_BEFORE_RESPONSE), app_server(), letters) is NAMED


def test_it_is_blind_without_evidence() -> None:
    assert blind(wrong_protocol)
