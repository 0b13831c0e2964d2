"""`why502 replay`: the same report, from the recorded evidence alone."""

import json
from pathlib import Path

import pytest

from tests.stands.gateway import gateway
from tests.stands.nginx import free_port
from why502.cli.main import main


def test_a_bundle_tells_the_same_after_the_gateway_is_gone(open_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = open_path / "bundle"
    server = f"location / {{ proxy_pass http://127.0.0.1:{free_port()}; }}"
    with gateway(open_path / "g", server) as made:
        assert main(["--json", "--save", str(bundle), f"http://127.0.0.1:{made.port}/"]) == 1
    live = json.loads(capsys.readouterr().out)
    assert main(["replay", str(bundle), "--json"]) == 1
    again = json.loads(capsys.readouterr().out)
    for told in (live, again):
        assert told.pop("vantages")
    assert again == live
    assert main(["replay", str(bundle)]) == 1
    assert "network.nothing-listening" in capsys.readouterr().out
    assert bundle.stat().st_mode & 0o077 == 0, "evidence is for its owner alone"


@pytest.mark.parametrize("contents", [b"", b"no bundle", b"\x1f\x8b\x08\x00", b"{}\n"])
def test_what_is_no_bundle_is_said_in_one_line(
    contents: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_bytes(contents)
    assert main(["replay", str(tmp_path / "x")]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err.count("\n") == 1
    assert str(tmp_path / "x") in said.err


def test_a_bundle_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err
