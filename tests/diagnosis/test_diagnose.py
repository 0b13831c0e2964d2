"""One diagnosis from end to end, before real gateways and upstreams."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.rights import REFUSED
from tests.stands.gateway import Gateway, gateway
from tests.stands.nginx import free_port
from tests.stands.upstream import Peer, Upstream, answering
from why502.diagnosis.diagnose import diagnose
from why502.diagnosis.options import Options
from why502.diagnosis.outcome import Finding, Incident, Outcome
from why502.diagnosis.target import parse_target
from why502.observations.failure import FailureId
from why502.observations.verdict import Proven
from why502.report.assemble import assemble
from why502.survey.budget import Policy
from why502.vantage.local import Local
from why502.vantage.recording import Recording

BUSY = 2
"""How much longer something may take where other tests run beside it."""

GOOD = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"


def outcome(
    made: Gateway, path: str = "/", options: Options | None = None, stop: Callable[[], bool] | None = None
) -> Outcome:
    """Diagnose; with `stop`, interrupt as soon as that is true."""

    async def run() -> Outcome:
        event = asyncio.Event()

        async def watch(true: Callable[[], bool]) -> None:
            while not true():  # noqa: ASYNC110 - what is waited for happens in a thread
                await asyncio.sleep(0.01)
            event.set()

        watching = asyncio.ensure_future(watch(stop)) if stop is not None else None
        target = parse_target(f"http://127.0.0.1:{made.port}{path}")
        try:
            return await diagnose(Recording(Local(), keep=False), target, options or Options(), stop=event)
        finally:
            if watching is not None:
                watching.cancel()

    return asyncio.run(run())


def causes(incident: Incident) -> list[str]:
    return [link.cause for link in incident.explanation.chain]


def first(found: Outcome) -> Incident:
    assert found.incidents, found.finding
    return found.incidents[0]


def test_a_refused_upstream_is_proven_and_nothing_else_is_blamed(open_path: Path) -> None:
    dead = free_port()
    with gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{dead}; }}") as made:
        found = outcome(made)
    assert found.finding is Finding.BAD_GATEWAY
    incident = first(found)
    failure = incident.failure
    assert (failure.id, str(failure.about)) == (FailureId.CONNECT_REFUSED, f"127.0.0.1:{dead}")
    assert (failure.live, failure.count) == (True, 3)
    assert causes(incident) in REFUSED
    assert all(isinstance(link.proof, Proven) for link in incident.explanation.chain)
    assert found.inside is not None
    assert found.inside.gateway.process.pid == made.pid
    assert found.inside.route is not None
    assert [each.status for each in found.answers] == [502, 502, 502]
    assert found.seconds < 20


def test_a_healthy_gateway_has_no_incident(open_path: Path) -> None:
    with (
        Upstream(answering(GOOD)) as app,
        gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{app.port}; }}") as made,
    ):
        found = outcome(made)
    assert found.finding is Finding.HEALTHY
    assert found.incidents == ()
    assert [each.status for each in found.answers] == [200, 200, 200]


def test_what_hangs_is_told_within_five_seconds(open_path: Path) -> None:
    """nginx would wait a minute; nobody waits with it. (2.2 s to see that it hangs, 2 s to ask directly.)"""

    def play(peer: Peer) -> None:
        peer.read_head()
        peer.hold()

    with (
        Upstream(play) as app,
        gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{app.port}; }}") as made,
    ):
        began = time.monotonic()
        found = outcome(made)
        took = time.monotonic() - began
    assert took <= 5.0 * BUSY
    assert found.finding is Finding.BAD_GATEWAY
    assert first(found).failure.id is FailureId.RESPONSE_TIMEOUT
    assert str(first(found).failure.about) == f"127.0.0.1:{app.port}"
    assert len(found.answers) == 1, "what hangs is asked once"


def test_an_interrupt_ends_it_at_once_with_what_is_known(open_path: Path) -> None:
    asked: list[float] = []

    def play(peer: Peer) -> None:
        peer.read_head()
        asked.append(time.monotonic())
        peer.hold()

    with (
        Upstream(play) as app,
        gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{app.port}; }}") as made,
    ):
        found = outcome(made, stop=lambda: bool(asked))
        took = time.monotonic() - asked[0]
    assert took < 10
    assert found.unfinished == "it was interrupted"
    assert found.finding in {Finding.INCONCLUSIVE, Finding.BAD_GATEWAY}


def test_the_deadline_holds(open_path: Path) -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        peer.hold()

    with (
        Upstream(play) as app,
        gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{app.port}; }}") as made,
    ):
        began = time.monotonic()
        found = outcome(made, options=Options(deadline=1.0))
        took = time.monotonic() - began
    assert took < 10
    assert found.unfinished


def test_now_and_then_is_not_always(open_path: Path) -> None:
    dead = free_port()
    with Upstream(answering(GOOD)) as app:
        group = f"upstream app {{ server 127.0.0.1:{app.port}; server 127.0.0.1:{dead} max_fails=0; }}"
        server = "location / { proxy_pass http://app; proxy_next_upstream off; }"
        with gateway(open_path / "g", server, http=group, main="worker_processes 1;") as made:
            found = outcome(made, options=Options(tries=4))
    assert found.finding is Finding.INTERMITTENT
    assert str(first(found).failure.about) == f"127.0.0.1:{dead}"
    assert causes(first(found)) in REFUSED


def test_what_failed_before_and_is_well_now_has_recovered(open_path: Path) -> None:
    with (
        Upstream(answering(GOOD)) as app,
        gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{app.port}; }}") as made,
    ):
        stamp = (datetime.now() - timedelta(minutes=2)).strftime("%Y/%m/%d %H:%M:%S")
        line = (
            f"{stamp} [error] 1#1: *1 connect() failed (111: Connection refused) while connecting to upstream, "
            f'client: 127.0.0.1, server: shop.test, request: "GET / HTTP/1.1", '
            f'upstream: "http://127.0.0.1:{app.port}/", host: "shop.test"\n'
        )
        made.log.write_text(line * 3)
        found = outcome(made)
        short = outcome(made, options=Options(since=60.0))
    assert found.finding is Finding.RECOVERED
    assert (first(found).failure.id, first(found).failure.live) == (FailureId.CONNECT_REFUSED, False)
    assert first(found).failure.count == 3
    assert first(found).failure.seen.at.end < datetime.now(UTC) - timedelta(minutes=1)
    assert short.finding is Finding.HEALTHY


def test_what_failed_in_the_very_second_of_our_good_tries_is_not_taken_for_them(open_path: Path) -> None:
    dead = free_port()
    with gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{dead}; }}") as made:
        assert made.status(host=f"127.0.0.1:{made.port}") == 502
        made.logged(1, "error.log")
        with Upstream(answering(GOOD), port=dead):
            found = outcome(made)
    assert found.finding is Finding.RECOVERED
    assert (first(found).failure.id, first(found).failure.live) == (FailureId.CONNECT_REFUSED, False)


def test_a_failure_that_another_server_made_good_is_noted_beside(open_path: Path) -> None:
    dead = free_port()
    with Upstream(answering(GOOD)) as app:
        group = f"upstream app {{ server 127.0.0.1:{dead} max_fails=0; server 127.0.0.1:{app.port} backup; }}"
        with gateway(open_path / "g", "location / { proxy_pass http://app; }", http=group) as made:
            assert made.status() == 200
            found = outcome(made)
    assert found.finding is Finding.HEALTHY
    assert found.incidents == ()


def test_without_probes_nothing_is_asked(open_path: Path) -> None:
    dead = free_port()
    with gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{dead}; }}") as made:
        assert made.status() == 502
        before = made.logged(1)
        found = outcome(made, options=Options(policy=Policy(probe=False)))
        assert (made.base / "access.log").read_text() == before
    assert found.answers == ()
    assert found.finding is Finding.BAD_GATEWAY
    assert first(found).failure.id is FailureId.CONNECT_REFUSED


def test_from_outside_nothing_is_proven(open_path: Path) -> None:
    with gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{free_port()}; }}") as made:
        found = outcome(made, options=Options(policy=Policy(outside=True)))
    assert found.inside is None
    assert found.finding is Finding.BAD_GATEWAY
    assert first(found).failure.id is FailureId.UNKNOWN
    assert FailureId.CONNECT_REFUSED in first(found).failure.may_be
    assert causes(first(found)) == []


def test_an_unsafe_request_is_sent_once(open_path: Path) -> None:
    with gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{free_port()}; }}") as made:
        found = outcome(made, options=Options(method="POST", data=b"a=1"))
        sent = made.logged(1).count('"POST / HTTP/1.1"')
        again = outcome(made, options=Options(method="POST", data=b"a=1", repeat_unsafe=True))
    assert (len(found.answers), sent) == (1, 1)
    assert len(again.answers) == 3


def test_another_runs_mark_is_not_ours(open_path: Path) -> None:
    """The target is elsewhere; that a gateway here served another run of ours puts nothing on the way."""
    with (
        Upstream(answering(b"HTTP/1.0 502 Bad Gateway\r\nServer: nginx\r\n\r\n")) as elsewhere,
        gateway(open_path / "g", "location / { return 200; }") as made,
    ):
        outcome(made)
        found = outcome(Gateway(made.base, elsewhere.port, made.master))
    assert found.inside is None or found.inside.gateway.process.pid != made.pid
    assert found.finding is Finding.BAD_GATEWAY


def test_a_changed_configuration_proves_nothing_by_itself(open_path: Path) -> None:
    dead, other = free_port(), free_port()
    with gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{dead}; }}") as made:
        made.settle()
        made.config.write_text(made.config.read_text().replace(str(dead), str(other)))
        found = outcome(made)
    assert str(first(found).failure.about) == f"127.0.0.1:{dead}", "what it runs with, not what the file says"
    assert found.inside is not None
    assert found.inside.route is not None
    assert not found.inside.route.loaded


@pytest.mark.parametrize("tries", [1, 5])
def test_as_many_tries_as_asked_for(tries: int, open_path: Path) -> None:
    with gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{free_port()}; }}") as made:
        found = outcome(made, options=replace(Options(), tries=tries))
    assert len(found.answers) == tries
    assert first(found).failure.count == tries


@pytest.mark.parametrize("level", ["error", "crit"])
def test_a_lone_worker_in_the_place_of_another_runs_what_was_read_before(level: str, open_path: Path) -> None:
    """Where the log tells its upstream that one counts, and where it tells none nothing is proven of the file's."""
    dead, other, base = free_port(), free_port(), open_path / "g"
    main = f"worker_processes 1; error_log {base}/error.log {level};"
    with gateway(base, f"location / {{ proxy_pass http://127.0.0.1:{dead}; }}", main=main) as made:
        made.settle()
        made.config.write_text(made.config.read_text().replace(str(dead), str(other)))
        made.settle()
        made.replace_workers(signal.SIGTERM)
        found = outcome(made)
    assert found.inside is not None
    assert found.inside.route is not None
    assert not found.inside.route.loaded
    told = str(first(found).failure.about)
    suspects = [each.cause for each in first(found).explanation.suspects]
    assert "gateway.configuration-not-loaded" in suspects
    if level == "error":
        assert told == f"127.0.0.1:{dead}"
        assert causes(first(found)) in REFUSED
        assert [hop.address for hop in assemble(found).hops[2:]] == [f"127.0.0.1:{dead}"]
    else:
        assert first(found).failure.id is FailureId.UNKNOWN
        assert causes(first(found)) == []
