"""Nothing is changed and nothing is run but the closed set: told by the interpreter of the tool itself."""

import os
from pathlib import Path

from tests.attacks.audit import audited
from tests.attacks.site import site
from why502.vantage.commands import SYSTEM_DIRECTORIES, binary

PROGRAMS = {"ss", "dmesg", "journalctl", "systemctl", "nginx"}


def tree(top: Path) -> dict[str, tuple[int, ...]]:
    """Every path below a directory: kind and rights, owner, size, time of change of content and of the entry."""
    found = {}
    for folder, folders, files in os.walk(top):
        for name in (*folders, *files, ""):
            path = os.path.join(folder, name)
            info = os.lstat(path)
            found[path] = (info.st_mode, info.st_uid, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
    return found


def test_a_diagnosis_writes_nothing_anywhere(tmp_path: Path, open_path: Path) -> None:
    home = open_path / "gateway"
    with site(home) as stand:
        for words in (
            [stand.url],
            ["--json", stand.url],
            ["--no-probe", stand.url],
            ["gateways"],
            ["--outside", stand.url],
        ):
            told = audited(tmp_path, *words)
            assert told.changed() == []
    assert list((tmp_path / "home").iterdir()) == []


def test_without_requests_of_ours_not_even_a_log_grows(tmp_path: Path, open_path: Path) -> None:
    home = open_path / "gateway"
    with site(home) as stand:
        audited(tmp_path, stand.url)
        before = tree(home)
        audited(tmp_path, "--no-probe", stand.url)
        assert tree(home) == before


def test_what_is_asked_for_is_written_and_nothing_beside_it(tmp_path: Path, open_path: Path) -> None:
    home, wanted = open_path / "gateway", tmp_path / "wanted"
    wanted.mkdir()
    with site(home) as stand:
        told = audited(tmp_path, stand.url, "-o", str(wanted / "report"), "--save", str(wanted / "bundle"))
    assert told.status == 1
    assert {path.name for path in wanted.iterdir()} == {"report", "bundle"}
    assert (wanted / "bundle").stat().st_mode & 0o777 == 0o600
    beside = [each for each in told.changed() if str(wanted) not in str(each)]
    assert beside == []


def test_only_the_systems_own_programs_are_run_without_a_shell(tmp_path: Path, open_path: Path) -> None:
    evil = open_path / "bin"
    evil.mkdir()
    for name in PROGRAMS:
        (evil / name).write_text(f"#!/bin/sh\ntouch {open_path}/caught\n")
        (evil / name).chmod(0o755)
    with site(open_path / "gateway") as stand:
        told = audited(tmp_path, stand.url)
    allowed = {path for name in PROGRAMS for folder in SYSTEM_DIRECTORIES if (path := binary(name, (folder,)))}
    assert set(told.ran()) <= allowed
    for _, words, _, environment in told.of("subprocess.Popen"):
        assert isinstance(words, list)
        assert words[0] in allowed
        assert not str(environment).startswith(str(evil))
    assert not (open_path / "caught").exists()
    assert told.of("os.system") == []
