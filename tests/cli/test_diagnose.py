"""`why502 URL` as a user runs it, before real gateways."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.report.examples import EXAMPLES
from tests.stands.gateway import Gateway, gateway, until
from tests.stands.nginx import free_port
from tests.stands.upstream import Peer, Upstream
from why502.cli.diagnose import status_of, worst
from why502.cli.main import main
from why502.report.model import from_json
from why502.report.parts import Verdict


def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-W", "error", "-m", "why502", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment}
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    base = tmp_path_factory.mktemp("cli")
    server = f"location / {{ return 200 ok; }} location /dead {{ proxy_pass http://127.0.0.1:{free_port()}; }}"
    server += " location /no { return 404; } location /bad { return 500; }"
    with gateway(base, server) as running:
        yield running


def url(made: Gateway, path: str = "/") -> str:
    return f"http://127.0.0.1:{made.port}{path}"


def test_a_healthy_target_ends_with_0(made: Gateway) -> None:
    done = run(url(made))
    assert (done.returncode, done.stderr) == (0, "")
    assert "HEALTHY" in done.stdout


@pytest.mark.parametrize(("path", "status"), [("/dead", 1), ("/no", 0), ("/bad", 1)])
def test_the_status_tells_how_it_is(made: Gateway, path: str, status: int) -> None:
    assert run("-q", url(made, path)).returncode == status


def test_a_refused_gateway_is_proven_and_the_json_is_a_report(made: Gateway) -> None:
    done = run("--json", url(made, "/dead"), "-H", "Host: shop.test")
    report = from_json(json.loads(done.stdout))
    assert report.verdict is Verdict.BAD_GATEWAY
    assert report.incidents[0].cause.id == "network.nothing-listening"
    assert done.returncode == status_of(report) == 1


def test_several_targets_are_told_one_by_one_and_the_worst_counts(made: Gateway) -> None:
    done = run("-q", url(made), url(made, "/dead"))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert "/dead" in lines[1]
    many = run("--json", url(made), url(made, "/dead"))
    assert [json.loads(line)["verdict"] for line in many.stdout.splitlines()] == ["healthy", "bad-gateway"]


@pytest.mark.parametrize(("format_", "begins"), [("html", "<!doctype html>"), ("markdown", "#")])
def test_every_format_goes_to_a_file(made: Gateway, format_: str, begins: str, tmp_path: Path) -> None:
    out = tmp_path / "report"
    done = run("--format", format_, "-o", str(out), url(made, "/dead"))
    assert (done.returncode, done.stdout) == (1, "")
    assert out.read_text().lower().startswith(begins)


def test_colour_is_for_terminals_alone(made: Gateway) -> None:
    assert "\x1b" not in run(url(made, "/dead")).stdout
    assert "\x1b" not in run(url(made, "/dead"), FORCE_COLOR="1", TERM="dumb").stdout


def test_ascii_is_written_where_the_terminal_has_no_more(made: Gateway) -> None:
    done = run(url(made, "/dead"), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.stdout.isascii()
    assert "BAD GATEWAY" in done.stdout


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["ftp://a/"], "ftp"),
        (["http://127.0.0.1:0/"], "http://127.0.0.1:0/"),
        (["http://a/", "--since", "soon"], "--since"),
        (["http://a/", "-H", "no"], "-H"),
        (["http://a/", "-X", "G T"], "-X"),
        (["http://a/", "--connect-to", "a"], "--connect-to"),
        (["http://a/", "--deadline", "0"], "--deadline"),
        (["http://a/", "-o", "/no/such/folder/x"], "/no/such/folder/x"),
        (["http://a/", "http://b/", "--save", "x"], "--save"),
    ],
)
def test_a_wrong_input_is_one_line_and_nothing_is_asked(
    words: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith("why502: ")
    assert named in said.err
    assert said.err.count("\n") == 1


def test_nothing_there_is_no_traceback() -> None:
    done = run("-q", f"http://127.0.0.1:{free_port()}/")
    assert done.returncode in (1, 3)
    assert "Traceback" not in done.stderr


def test_ctrl_c_tells_what_is_known_and_ends_with_130(open_path: Path) -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        asked.append(1)
        peer.hold()

    asked: list[int] = []
    with Upstream(play) as app, gateway(open_path / "g", f"proxy_pass http://127.0.0.1:{app.port};".join(
        ("location / { ", " }")
    )) as made:  # fmt: skip
        command = [sys.executable, "-m", "why502", url(made)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            until("our request to arrive", lambda: bool(asked))
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "Traceback" not in err
    assert f"127.0.0.1:{made.port}" in out


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_verdict_has_a_status(name: str) -> None:
    assert status_of(EXAMPLES[name]) in (0, 1, 3)


def test_the_worst_leads() -> None:
    assert worst([0, 3, 1]) == 1
    assert worst([0, 3]) == 3
    assert worst([0]) == worst([]) == 0
