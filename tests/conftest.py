"""What holds for every test: nothing is connected to outside this machine, and no process is left behind."""

import ipaddress
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine makes no test wrong; integration runs the same examples every time.
settings.register_profile("any", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "any")

PROGRAMS = ("nginx", "php-fpm8.2", "uwsgi", "node", "nft", "iptables", "ip", "ss", "unshare", "systemctl")
# Kept for documentation (RFC 5737, RFC 3849), so nobody outside is ever met there; stands use them in namespaces.
NOBODYS = [
    ipaddress.ip_network(each) for each in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
REAL_CONNECT, REAL_CONNECT_EX = socket.socket.connect, socket.socket.connect_ex


def network_namespace() -> str:
    return os.readlink("/proc/thread-self/ns/net")


FIRST_NAMESPACE = network_namespace()


def outside(family: int, address: object) -> bool:
    """Tell whether a connect would leave this machine."""
    if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return False
    if network_namespace() != FIRST_NAMESPACE:
        return False
    host = str(address[0]).partition("%")[0]
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return host not in ("", "localhost")
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return not (mapped.is_loopback or mapped.is_unspecified or any(mapped in network for network in NOBODYS))


@pytest.fixture(autouse=True)
def stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse, loudly, to connect to anything but loopback, documentation addresses and our own namespaces."""

    def refuse(made: socket.socket, address: object) -> None:
        if outside(made.family, address):
            pytest.fail(f"a test would have connected to {address!r}", pytrace=True)

    def connect(made: socket.socket, address: object) -> None:
        refuse(made, address)
        REAL_CONNECT(made, address)  # type: ignore[arg-type]

    def connect_ex(made: socket.socket, address: object) -> int:
        refuse(made, address)
        return REAL_CONNECT_EX(made, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect_ex)


@pytest.fixture
def open_path(tmp_path: Path) -> Path:
    """`tmp_path`, with a way through to it for every user: root's nginx workers run as somebody else."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and str(folder).startswith(f"{tempfile.gettempdir()}/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    return tmp_path


@pytest.fixture
def short_path() -> Iterator[Path]:
    """An open directory with a short name: the path of a unix socket has 107 bytes at most (unix(7))."""
    path = Path(tempfile.mkdtemp(prefix="w-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def children() -> dict[int, str]:
    """Return our living children and their command lines."""
    found = {}
    for task in Path("/proc/self/task").iterdir():
        try:
            pids = (task / "children").read_text().split()
        except OSError:  # a thread that has just ended
            continue
        for pid in pids:
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if state != "Z" and "multiprocessing.resource_tracker" not in command:
                found[int(pid)] = command
    return found


@pytest.fixture(scope="session", autouse=True)
def leaves_no_process() -> Iterator[None]:
    """Fail at the end if a process that a test started is still there; and end it."""
    before = children()
    yield
    left = {pid: command for pid, command in children().items() if pid not in before}
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, f"tests left processes behind: {left}"


def pytest_report_header() -> list[str]:
    """Say what kind of run this is: what is missing leaves tests out, and each of them says so."""
    lacking = [name for name in PROGRAMS if shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None]
    rights = (
        "root" if os.geteuid() == 0 else "not root: tests of namespaces, packet filters and other users are left out"
    )
    return [f"rights: {rights}", f"programs that are missing: {', '.join(lacking) or 'none'}"]
