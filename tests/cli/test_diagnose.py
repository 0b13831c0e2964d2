import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.report.examples import EXAMPLES
from why502.cli import diagnose
from why502.cli.diagnose import ORDER, status_of, worst
from why502.cli.running import run
from why502.diagnosis.options import Options


class Asked:
    """Stands in for a diagnosis; keeps what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str, signal: int = 0) -> None:
        self.names = list(names)
        self.signal = signal
        self.calls: list[tuple[str, Options]] = []
        monkeypatch.setattr(diagnose, "examine", self)

    def __call__(self, target: str, options: Options, _printing: Any) -> Any:
        self.calls.append((target, options))
        return EXAMPLES[self.names[(len(self.calls) - 1) % len(self.names)]], self.signal

    @property
    def options(self) -> Options:
        return self.calls[-1][1]


@pytest.mark.parametrize(
    ("name", "status"),
    [("healthy", 0), ("refused", 1), ("intermittent", 1), ("unreachable", 3), ("inconclusive", 3), ("outside", 1)],
)
def test_the_exit_status_of_a_report(name: str, status: int) -> None:
    assert status_of(EXAMPLES[name]) == status


@given(st.lists(st.sampled_from(ORDER), min_size=1))
def test_of_several_targets_the_worst_leads(statuses: list[int]) -> None:
    assert worst(statuses) == next(each for each in (1, 3, 0) if each in statuses)


def test_several_targets_are_summed_up_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Asked(monkeypatch, "healthy", "unreachable")
    assert run(["http://a.example/", "http://b.example/"]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert "healthy" in lines[0].lower()
    assert "unreachable" in lines[1].lower()
    assert lines[2] == ""


def test_several_targets_are_one_report_a_line_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Asked(monkeypatch, "refused", "healthy")
    assert run(["--json", "a.example", "b.example", "c.example"]) == 1
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["verdict"] for each in reports] == ["bad-gateway", "healthy", "bad-gateway"]


def test_a_signal_ends_the_row_and_what_there_is_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Asked(monkeypatch, "healthy", signal=2)
    assert run(["a.example", "b.example"]) == 130
    assert len(asked.calls) == 1
    assert "healthy" in capsys.readouterr().out.lower()


def test_options_as_curl_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(monkeypatch, "healthy")
    run(["--data", "a=1", "-H", "X-A: b", "--insecure", "--no-follow", "a.example"])
    options = asked.options
    assert (options.method, options.data) == ("POST", b"a=1")
    assert options.headers == (("X-A", "b"), ("Content-Type", "application/x-www-form-urlencoded"))
    assert (options.insecure, options.follow, options.trust_upstream) == (True, False, False)
    run(["--data", "{}", "-H", "content-type: application/json", "-X", "put", "--trust-upstream", "a.example"])
    assert (asked.options.method, asked.options.headers) == ("PUT", (("content-type", "application/json"),))
    assert asked.options.trust_upstream


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["-o", "/no/such/folder/x", "a.example"], "-o /no/such/folder/x: no such directory"),
        (["--save", "/no/such/folder/x", "a.example"], "--save /no/such/folder/x: no such directory"),
        (["--save", "/dev/null", "a.example"], "--save /dev/null: there is something else than a regular file"),
        (["--save", "x", "a.example", "b.example"], "--save keeps the evidence of one target"),
        (["--save", "x"], "--save keeps the evidence of one target"),
        (["-X", "G T", "a.example"], "-X 'G T': not a method"),
        (["--deadline", "0", "a.example"], "--deadline"),
        (["--tries", "x", "a.example"], "--tries"),
        (["http://"], "not a host name"),
        (["ftp://a.example/"], "ftp"),
        (["http://a:99999/"], "99999"),
        (["a.example", "http://[::1/"], "[::1"),
    ],
)
def test_a_wrong_line_is_refused_in_one_line_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], named: str
) -> None:
    asked = Asked(monkeypatch, "healthy")
    assert run(words) == 2
    said = capsys.readouterr().err
    assert named in said
    assert said.count("\n") == 1
    assert asked.calls == []


def test_a_report_goes_to_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    Asked(monkeypatch, "refused")
    assert run(["-o", str(tmp_path / "out.html"), "--format", "html", "a.example"]) == 1
    assert capsys.readouterr().out == ""
    assert (tmp_path / "out.html").read_text().startswith("<!")


WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "--json",
            "--format",
            "text",
            "html",
            "-o",
            "-v",
            "-q",
            "--since",
            "15m",
            "--deadline",
            "3",
            "--tries",
            "2",
            "-X",
            "GET",
            "-H",
            "A:b",
            "--data",
            "@-",
            "--connect-to",
            "a:1",
            "--resolve",
            "a:1:::1",
            "--insecure",
            "--no-look",
            "--outside",
            "--no-probe",
            "--no-mark",
            "http://a.example/",
            "[::1]:80",
            "bücher.example",
            "a.example:8080",
            "http://user:pw@a/",
            "--",
            "diagnose",
            "--help",
            "explain",
            "gateways",
        ]
    ),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=6))
def test_no_command_line_makes_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
    words: list[str],
) -> None:
    Asked(monkeypatch, "healthy", "refused", "hostile")
    monkeypatch.setattr(diagnose, "whole_host", lambda *_: 3)
    monkeypatch.setattr("why502.api.gateways", lambda *_: ())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.chdir(tmp_path_factory.mktemp("fuzz"))
    status = run(words)
    said = capsys.readouterr()
    assert status in {0, 1, 2, 3}
    assert "Traceback" not in said.err
    assert "a fault of its own" not in said.err
    if status == 2:
        assert said.err.count("\n") == 1
