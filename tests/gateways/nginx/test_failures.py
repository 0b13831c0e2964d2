"""What a running nginx's error logs tell, as failures of its upstreams."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stands.gateway import gateway, newest, oldest
from tests.stands.nginx import free_port
from tests.stands.surveying import facts, found
from tests.stands.upstream import Peer, Upstream, answering
from why502.gateways.nginx.failures import LINES, numbered
from why502.observations.fact import EvidenceKind
from why502.observations.failure import Failure, FailureId
from why502.observations.place import Window
from why502.observations.subjects import Endpoint, Name, SocketPath
from why502.observations.want import Gap, Why
from why502.vantage.base import Raw

BAD = "proxy_pass http://127.0.0.1:{dead};"


def dead(text: str) -> tuple[str, int]:
    port = free_port()
    return text.replace("{dead}", str(port)), port


@pytest.mark.parametrize("program", [oldest, newest], ids=["oldest", "newest"])
def test_a_line_becomes_a_failure_of_the_upstream(program: object, open_path: Path) -> None:
    text, port = dead(f"location / {{ {BAD} }}")
    before = datetime.now(UTC).replace(microsecond=0)
    with gateway(open_path / "g", text, program=program()) as made:  # type: ignore[operator]
        assert made.status("/a?b=c") == 502
        (failure,) = facts(made, Failure)
        log = made.log.read_text()
    assert failure.id is FailureId.CONNECT_REFUSED
    assert isinstance(failure.about, Endpoint)
    assert str(failure.about) == f"127.0.0.1:{port}"
    assert failure.about.place.net is not None
    assert before <= failure.seen.at.start <= failure.seen.at.end <= datetime.now(UTC) + timedelta(seconds=1)
    assert (failure.seen.kind, failure.seen.source) == (EvidenceKind.LOG_LINE, f"{made.log}:{line_of(log)}")
    assert failure.seen.raw in log
    assert failure.hop.product == "nginx"
    assert failure.hop.version
    assert failure.request is not None
    assert (failure.request.method, failure.request.path, failure.request.host) == ("GET", "/a?b=c", "shop.test")
    assert failure.request.url == "http://shop.test/a?b=c"
    assert failure.told("errno") == "111"
    assert (failure.live, failure.count) == (False, 1)


def line_of(log: str) -> int:
    return next(number for number, line in enumerate(log.splitlines(), 1) if "Connection refused" in line)


def test_names_sockets_groups_and_what_is_not_told(open_path: Path) -> None:
    text, port = dead(
        f"location /unix {{ proxy_pass http://unix:{open_path}/no.sock:/x; }}\n"
        "location /group { proxy_pass http://group; }\n"
        "location /name { set $to shop.invalid; proxy_pass http://$to; }\n"
        "location /limit { limit_req zone=one; limit_req_status 503; proxy_pass http://127.0.0.1:{dead}; }"
    )
    http = (
        "limit_req_zone $server_name zone=one:64k rate=1r/m;\n"
        f"upstream group {{ server 127.0.0.1:{port} max_fails=1 fail_timeout=60s; server 127.0.0.1:{port} down; }}"
    )
    with gateway(open_path / "g", text, http=http, main="worker_processes 1;") as made:
        told = [made.status(path) for path in ("/unix", "/name", "/limit", "/limit")]
        told += [made.status("/group"), made.status("/group")]
        failures = facts(made, Failure)
    assert told == [502, 502, 502, 503, 502, 502]
    by_path = {(each.request.path, each.id): each for each in failures if each.request is not None}
    unix = by_path["/unix", FailureId.CONNECT_NO_SOCKET]
    assert isinstance(unix.about, SocketPath)
    assert unix.about.path == f"{open_path}/no.sock"
    assert unix.about.place.mnt is not None
    name = by_path["/name", FailureId.RESOLVE_FAILED]
    assert isinstance(name.about, Name)
    assert (name.told("named"), name.told("name")) == ("dns.no-resolver", "shop.invalid")
    assert by_path["/limit", FailureId.GATEWAY_LIMIT].told("zone") == "one"
    assert ("/group", FailureId.CONNECT_REFUSED) in by_path
    assert by_path["/group", FailureId.NO_LIVE_UPSTREAM].about == Name(place=name.about.place, name="group")


def test_tells_hanging_up_resetting_and_silence_apart(open_path: Path) -> None:
    def play(peer: Peer) -> None:
        match peer.read_head().split()[1]:
            case b"/close":
                return
            case b"/reset":
                peer.reset()
            case b"/junk":
                peer.send(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n")
            case _:
                peer.hold()

    with Upstream(play) as app:
        text = f"proxy_read_timeout 1s; location / {{ proxy_pass http://127.0.0.1:{app.port}; }}"
        with gateway(open_path / "g", text) as made:
            for path in ("/close", "/reset", "/junk", "/hold"):
                assert made.status(path) in (502, 504)
            ids = {each.request.path: each.id for each in facts(made, Failure) if each.request is not None}
    assert ids == {
        "/close": FailureId.CLOSED_BEFORE_RESPONSE,
        "/reset": FailureId.RESET_BEFORE_RESPONSE,
        "/junk": FailureId.INVALID_RESPONSE,
        "/hold": FailureId.RESPONSE_TIMEOUT,
    }


def test_standard_error_that_is_a_file_is_read(open_path: Path) -> None:
    text, _ = dead(f"location / {{ {BAD} }}")
    main = "worker_processes 1; error_log stderr;"
    with gateway(open_path / "g", text, main=main) as made:
        assert made.status() == 502
        (failure,) = facts(made, Failure)
        assert failure.seen.source.startswith(f"{made.base}/nginx.out:")


def test_standard_error_that_nobody_keeps_is_a_gap(open_path: Path) -> None:
    text, _ = dead(f"location / {{ {BAD} }}")
    arguments = ("-c", f"{open_path}/g/nginx.conf", "-g", "daemon off; error_log syslog:server=unix:/dev/null;")
    with gateway(open_path / "g", text, main="error_log memory:64k;", arguments=arguments) as made:
        gap = found(made, Failure)
    assert isinstance(gap, Gap)
    assert gap.why is Why.UNREADABLE
    assert "keeps nothing here" in gap.says


def test_a_log_that_is_gone_is_a_gap_and_others_still_tell(open_path: Path) -> None:
    text, _ = dead(f"location / {{ error_log {open_path}/g/own.log; {BAD} }}")
    with gateway(open_path / "g", text) as made:
        assert made.status() == 502
        made.log.unlink()
        assert [each.id for each in facts(made, Failure)] == [FailureId.CONNECT_REFUSED]
        (made.base / "own.log").unlink()
        gap = found(made, Failure)
    assert isinstance(gap, Gap)
    assert gap.why is Why.UNREADABLE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_log_that_may_not_be_read_names_the_rights_it_takes(open_path: Path) -> None:
    with gateway(open_path / "g", "return 200;") as made:
        made.log.chmod(0)
        gap = found(made, Failure)
    assert isinstance(gap, Gap)
    assert gap.why is Why.NO_PERMISSION
    assert gap.unlock


def test_only_the_period_counts(open_path: Path) -> None:
    text, _ = dead(f"location / {{ {BAD} }}")
    with gateway(open_path / "g", text) as made:
        assert made.status() == 502
        line = made.log.read_text().splitlines()[-1]
        stamp = (datetime.now() - timedelta(hours=1)).strftime("%Y/%m/%d %H:%M:%S")
        made.log.write_text(f"{stamp}{line[19:]}\n{line}\n")
        assert len(facts(made, Failure)) == 1
        older = found(made, Failure, since=timedelta(hours=2))
        assert isinstance(older, tuple)
        assert [each.seen.source for each in older] == [f"{made.log}:1", f"{made.log}:2"]


def test_hostile_lines_do_no_harm(open_path: Path) -> None:
    text, _ = dead(f"location / {{ {BAD} }}")
    with gateway(open_path / "g", text) as made, made.log.open("ab") as log:
        log.write(b"\xff\x00 upstream\n" * 1000 + b" upstream" * 200_000 + b"\n")
        log.flush()
        assert made.status('/"%0a2026/11/21') == 502
        assert len(facts(made, Failure)) == 1


def test_numbers_lines_from_the_start_or_tells_that_it_is_the_end() -> None:
    at = Window.instant(datetime.now(UTC))
    assert numbered("a.log", Raw(data=b"one\n\nthree\n", at=at, source="a.log")) == [
        ("a.log:1", b"one"),
        ("a.log:3", b"three"),
    ]
    cut = Raw(data=b"half\nwhole\n", at=at, source="a.log", start=100, cut=True)
    assert numbered("a.log", cut) == [("a.log (near its end)", b"whole")]
    many = Raw(data=b"x\n" * (LINES + 10), at=at, source="a.log")
    lines = numbered("a.log", many)
    assert lines[-1] == (f"a.log:{LINES + 10}", b"x")
    assert len(lines) < LINES + 1


def test_a_good_answer_leaves_no_failure(open_path: Path) -> None:
    with (
        Upstream(answering(b"HTTP/1.0 200 OK\r\n\r\nok")) as app,
        gateway(open_path / "g", f"location / {{ proxy_pass http://127.0.0.1:{app.port}; }}") as made,
    ):
        assert made.status() == 200
        assert facts(made, Failure) == ()
