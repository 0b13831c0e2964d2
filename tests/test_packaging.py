"""What a fresh clone promises: the lock, the documents, the part that apt does."""

import os
import re
import signal
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements" / "dev.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def names(lines: list[str]) -> dict[str, Requirement]:
    wanted = [Requirement(line.partition("#")[0]) for line in lines if line.partition("#")[0].strip()]
    return {each.name.lower().replace("_", "-"): each for each in wanted}


def test_the_lock_names_no_host_and_hashes_everything() -> None:
    assert not re.search(r"://|index-url|trusted-host|find-links", LOCK)
    pinned = re.findall(r"^([a-z0-9.-]+)==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", LOCK, re.MULTILINE)
    assert len(pinned) == LOCK.count("==")


def test_the_lock_holds_what_is_asked_for() -> None:
    asked = names((ROOT / "requirements" / "dev.in").read_text().splitlines())
    pinned = dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", LOCK, re.MULTILINE))
    for name, wanted in asked.items():
        assert name in pinned
        assert wanted.specifier.contains(pinned[name])


def test_the_inputs_of_the_lock_hold_what_the_package_needs() -> None:
    asked = names((ROOT / "requirements" / "dev.in").read_text().splitlines())
    project = PROJECT["project"]
    for needed in names([*project["dependencies"], *project["optional-dependencies"]["demo"]]).values():
        assert asked[needed.name.lower()].specifier == needed.specifier


def test_the_first_line_of_the_readme_says_how_to_get_make() -> None:
    first = (ROOT / "README.md").read_text().splitlines()[0]
    assert "apt-get install -y make python3-venv" in first


@pytest.mark.parametrize("page", ["README.md", "docs/development.md"])
def test_what_a_page_points_to_is_there(page: str) -> None:
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / page).parent.joinpath(target).exists(), target
    for target in re.findall(r"^    make ([a-z]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target


def test_the_table_of_contracts_names_tests_that_are_there() -> None:
    table = (ROOT / "docs" / "development.md").read_text().partition("## The contracts")[2]
    contracts = (ROOT / "tests" / "test_contracts.py").read_text()
    for name in re.findall(r"`(test_\w+)`", table):
        assert f"def {name}(" in contracts


# --- The part that apt does, with an apt that only writes down what it is asked ------------------------------------


class Machine:
    """A machine on which everything is missing, and an apt-get that does what the test says."""

    def __init__(self, base: Path) -> None:
        self.base, self.policy = base, base / "policy-rc.d"
        (base / "bin").mkdir()
        script = (ROOT / "tools" / "setup_system.sh").read_text()
        script = re.sub(
            r"WANTED='.*?'", "WANTED='no-such-program:missing /no/such/file:lacking'", script, flags=re.DOTALL
        )
        (base / "setup.sh").write_text(script)
        self.program("id", "echo 0")
        self.program("systemctl", "exit 1")

    def program(self, name: str, body: str) -> None:
        path = self.base / "bin" / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def start(self, **settings: str) -> "subprocess.Popen[str]":
        environment = {"PATH": f"{self.base}/bin:{os.environ['PATH']}", "POLICY": str(self.policy), **settings}
        command = ["sh", str(self.base / "setup.sh")]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    def run(self, **settings: str) -> tuple[int, str]:
        with self.start(**settings) as running:
            output, errors = running.communicate(timeout=30)
        assert not output
        return running.returncode, errors

    def asked(self) -> list[str]:
        log = self.base / "apt.log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.program(
        "apt-get", f'echo "$*" >>{tmp_path}/apt.log; sh {made.policy} && echo STARTED >>{tmp_path}/apt.log; true'
    )
    return made


def test_what_is_missing_is_installed_and_nothing_is_started(machine: Machine) -> None:
    status, said = machine.run()
    assert status == 0
    assert "installing by apt: missing lacking" in said
    assert len(machine.asked()) == 1
    assert machine.asked()[0].endswith("missing lacking")
    assert not machine.policy.exists()


def test_a_policy_that_was_there_is_put_back(machine: Machine) -> None:
    machine.policy.write_text("#!/bin/sh\nexit 0\n")
    machine.policy.chmod(0o750)
    machine.run()
    assert machine.policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert machine.policy.stat().st_mode & 0o777 == 0o750
    assert "STARTED" not in machine.asked()
    assert not list(machine.base.glob("policy-rc.d.*"))


def test_a_policy_is_put_back_after_an_interruption(machine: Machine) -> None:
    machine.policy.write_text("mine")
    machine.program("apt-get", "echo ready >&2; sleep 1")
    with machine.start() as running:
        assert running.stderr is not None
        next(line for line in iter(running.stderr.readline, "") if line == "ready\n")
        assert machine.policy.read_text() != "mine"
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=30)
    assert running.returncode == 143
    assert machine.policy.read_text() == "mine"


def test_a_policy_is_put_back_by_the_run_after_a_killed_one(machine: Machine) -> None:
    machine.policy.write_text("mine")
    machine.program("apt-get", "kill -9 $PPID")
    machine.run()
    assert machine.policy.read_text() != "mine"
    machine.program("apt-get", "true")
    machine.run()
    assert machine.policy.read_text() == "mine"


def test_an_apt_that_fails_is_asked_again_with_fresh_lists_and_stops_nothing(machine: Machine) -> None:
    machine.program("apt-get", f'echo "$1" >>{machine.base}/apt.log; exit 100')
    status, said = machine.run()
    assert status == 0
    assert machine.asked() == ["install", "update", "install"]
    assert "their tests are left out" in said
    assert not machine.policy.exists()


@pytest.mark.parametrize(("settings", "rights", "says"), [({"SETUP": "0"}, "0", "SETUP=0"), ({}, "1000", "not root")])
def test_without_leave_or_root_it_only_says_what_is_missing(
    machine: Machine, settings: dict[str, str], rights: str, says: str
) -> None:
    machine.program("id", f"echo {rights}")
    status, said = machine.run(**settings)
    assert status == 0
    assert says in said
    assert "missing lacking" in said
    assert not machine.asked()
    assert not machine.policy.exists()
