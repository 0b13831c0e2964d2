"""The bench: one scenario's machines, names and numbers, all drawn from a seed, all removed afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

from lab import journal
from lab.host import Answer, Box
from lab.truth import NotShownError

T = TypeVar("T")

WORDS = [
    "amber",
    "basil",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "garnet",
    "harbor",
    "indigo",
    "juniper",
    "kestrel",
    "lagoon",
    "maple",
    "nectar",
    "onyx",
    "pepper",
    "quartz",
    "river",
    "saffron",
    "tundra",
    "umber",
    "velvet",
    "willow",
    "yarrow",
    "zephyr",
    "acorn",
    "birch",
    "clover",
    "dune",
    "elm",
    "fennel",
    "grove",
    "hazel",
    "iris",
    "jasper",
    "kelp",
    "lotus",
    "meadow",
    "nutmeg",
    "olive",
    "poppy",
    "quill",
    "reed",
    "sage",
    "thistle",
]
ROUTES = [
    "shop",
    "api",
    "cart",
    "search",
    "account",
    "orders",
    "catalog",
    "reports",
    "feed",
    "blog",
    "billing",
    "media",
    "tickets",
    "forum",
    "stock",
]


class Bench:
    """Everything a scenario needs to build itself."""

    def __init__(self, seed: str) -> None:
        self.rng = Random(seed)
        self.room = Path(tempfile.mkdtemp(prefix=journal.PREFIX, dir=journal.HOME))
        self.room.chmod(0o755)
        self.made = journal.Journal(self.room)
        self._words = self.rng.sample(WORDS, len(WORDS))
        self._routes = self.rng.sample(ROUTES, len(ROUTES))
        self._ports: set[int] = set()
        self._numbers = iter(self.rng.sample(range(1100, 1900), 100))
        self._nets = iter(self.rng.sample(range(1, 250), 40))
        self._tidy = contextlib.ExitStack()
        self.boxes: list[Box] = []
        self.gateway_box: Box | None = None
        self.client_box: Box | None = None

    def close(self) -> None:
        """Take everything down; what goes wrong with one part keeps no other from being removed."""
        with contextlib.ExitStack() as undo:
            undo.callback(journal.remove, self.room)
            for box in self.boxes:
                undo.callback(box.remove)
            undo.callback(self._tidy.close)

    def later(self, work: contextlib.AbstractContextManager[object]) -> None:
        """Something that must end when the bench is taken down."""
        self._tidy.enter_context(work)

    # -- draws

    def word(self) -> str:
        return self._words.pop()

    def route(self) -> str:
        """Draw a path prefix of a site, without slashes."""
        return self._routes.pop()

    def pick(self, choices: Sequence[T]) -> T:
        return self.rng.choice(choices)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return self.rng.sample(list(items), len(items))

    def port(self, wish: int | None = None) -> int:
        """Draw a port that nothing of this bench uses (the wish, if it is free); often a usual one."""
        if wish is not None and wish not in self._ports:
            self._ports.add(wish)
            return wish
        while True:
            usual = (3000, 4000, 5000, 7000, 8000, 8001, 8080, 8081, 8888, 9000, 9090)
            port = self.rng.choice(usual) if self.rng.random() < 0.4 else self.rng.randrange(2000, 30000)
            if port not in self._ports:
                self._ports.add(port)
                return port

    def number(self) -> int:
        return next(self._numbers)

    # -- machines

    def box(self, *, systemd: bool = False) -> Box:
        """Another machine."""
        name = self.word()
        room = self.room / name
        if systemd:
            Box.mask(room / "upper")
        box = Box(room, name, self.made, systemd)
        self.boxes.append(box)
        box.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
        box.write("/etc/hosts", f"127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n127.0.1.1\t{name}\n")
        return box

    def gateway(self, *, systemd: bool = False) -> Box:
        """Make the machine of the gateway, with a client's machine wired to it."""
        self.gateway_box = self.box(systemd=systemd)
        self.client_box = self.box()
        self.wire(self.client_box, self.gateway_box)
        return self.gateway_box

    def user(self, box: Box, extra_group: str = "") -> str:
        """Make a new user of that machine."""
        name = self.word()
        box.add_user(name, self.number(), extra_group)
        return name

    def wire(self, one: Box, other: Box, other_pid: int | None = None) -> tuple[str, str]:
        """Connect two machines; their addresses. `other_pid`: the network of this process instead of the box's own."""
        net = f"10.{self.rng.randrange(20, 250)}.{next(self._nets)}"
        ends = []
        for box, pid in ((one, one.pid), (other, other_pid or other.pid)):
            ends.append((box, pid, f"eth{box.wires}"))
            box.wires += 1
        (_, pid1, name1), (_, pid2, name2) = ends
        _ip(f"link add {name1} netns {pid1} type veth peer name {name2} netns {pid2}")
        for host, (_, pid, name) in zip((1, 2), ends, strict=True):
            _ip(f"address add {net}.{host}/24 dev {name}", pid)
            _ip(f"link set {name} up", pid)
        return f"{net}.1", f"{net}.2"

    def address(self, box: Box, interface: int = 0) -> str:
        """Look up the IPv4 address of an interface of a box."""
        out = subprocess.run(
            ["nsenter", "-t", str(box.pid), "-n", "ip", "-4", "-br", "address", "show", f"eth{interface}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return out.split()[2].split("/")[0]

    def memory_group(self, box: Box, mebibytes: int) -> Path:
        """Make a cgroup that may use so much memory; the kernel ends a process of it that wants more."""
        old = (journal.CGROUPS / "memory").is_dir()
        group = journal.CGROUPS / (f"memory/{box.group}/{self.word()}" if old else f"{box.group}-{self.word()}")
        group.mkdir()
        self.made.note("cgroup", str(group.relative_to(journal.CGROUPS)))
        (group / ("memory.limit_in_bytes" if old else "memory.max")).write_text(str(mebibytes << 20))
        return group

    def name_it(self, name: str, address: str, *boxes: Box) -> None:
        """Make a name known in machines."""
        for box in boxes:
            with box.path("/etc/hosts").open("a") as out:
                out.write(f"{address}\t{name}\n")

    # -- the independent proof

    def expect(self, what: str, holds: bool, seen: object = "") -> None:
        if not holds:
            raise NotShownError(f"{what}; seen: {seen}")

    def expect_status(self, answer: Answer, *status: int) -> None:
        self.expect(f"the client gets {status}", answer.status in status, answer)


def _ip(line: str, pid: int | None = None) -> None:
    enter = [] if pid is None else ["nsenter", "-t", str(pid), "-n"]
    subprocess.run([*enter, "ip", *line.split()], check=True, capture_output=True)


@contextlib.contextmanager
def bench(seed: str) -> Iterator[Bench]:
    """Make a bench that is taken down whatever happens."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        raise SystemExit("the lab makes namespaces: it needs root and util-linux")
    made = Bench(seed)
    try:
        yield made
    finally:
        made.close()
