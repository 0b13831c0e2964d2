"""Evidence for judges without looking: facts are given, and answered where their want is asked.

`Known(*facts)` answers as the survey's own view does: `Held` where a fact holds over the window, else `Stale`; `Open`
for what was never given. A probe answers only a want of its own `how`; one made with `ANYHOW` answers each.
Connections that are asked for at a moment answer the want of that moment.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.failure import CauseId, Failure, FailureId, Hop, Request
from why502.observations.files import Inode, PathChain
from why502.observations.gateway import (
    GatewayProcess,
    GatewaySetup,
    Group,
    LoggedRequest,
    PastAnswers,
    RouteTaken,
    Server,
    Settings,
    Site,
)
from why502.observations.memory import KernelLog, OomKill
from why502.observations.place import Place, Window
from why502.observations.probes import Handshake, IdleClose, Met, Reply, ResponseAttempt, TcpAttempt, TlsAttempt
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.server import AppServer, Publishes, Says, ServerMessage
from why502.observations.sockets import (
    Connection,
    Connections,
    Listener,
    OwnAddresses,
    Redirects,
    SocketTable,
    TcpState,
    UnixListener,
)
from why502.observations.subjects import (
    Address,
    Endpoint,
    File,
    Machine,
    Name,
    Process,
    Route,
    SocketPath,
    Subject,
    Unit,
)
from why502.observations.units import JournalLine, UnitJournal, UnitState, UnitTable
from why502.observations.verdict import Case, Link, Proven
from why502.observations.want import As, F, Gap, Held, Open, Protocols, Stale, User, Want, Why

HERE = Place(host="boot", net=1, mnt=2)
ELSEWHERE = Place(host="boot", net=7, mnt=8)
"""Other namespaces of the same host."""

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WHEN = Window(start=START, end=START + timedelta(seconds=10))
"""The window of the failure."""

DURING = Window.instant(START + timedelta(seconds=5))
BEFORE = Window.instant(START - timedelta(hours=1))
LATER = Window.instant(START + timedelta(hours=1))
ANYHOW = As(path="*")
"""A probe that was made this way answers a want of any way (a looker of the real survey keeps to the want)."""


def after(seconds: float) -> datetime:
    """The moment so many seconds after the failure's window began."""
    return START + timedelta(seconds=seconds)


class Known:
    """What was seen, as judges may ask for it; `asked` notes every want."""

    def __init__(self, *facts: Fact, window: Window = WHEN) -> None:
        self.window = window
        self.asked: list[Want[Fact]] = []
        self.facts: list[tuple[Subject, Fact]] = []
        self.empty: set[tuple[type[Fact], Subject]] = set()
        self.gaps: dict[tuple[type[Fact], Subject], Why] = {}
        for each in facts:
            self.add(each)

    def add(self, fact: Fact, *, under: Subject | None = None) -> "Known":
        """Keep a fact where wants of its own subject find it, or of another, and of the host for what lists all."""
        subjects = {under or fact.about}
        if isinstance(fact, AppServer | Publishes):
            subjects.add(Machine(place=fact.about.place.machine()))
        if isinstance(fact, GatewayProcess):
            subjects.add(fact.process)
        self.facts += [(subject, fact) for subject in subjects]
        return self

    def none(self, kind: type[Fact], about: Subject) -> "Known":
        """Say that it was looked, and there is none."""
        self.empty.add((kind, about))
        return self

    def gap(self, kind: type[Fact], about: Subject, why: Why = Why.NO_PERMISSION) -> "Known":
        """Say that it could not be seen."""
        self.gaps[kind, about] = why
        return self

    def ask(self, want: Want[F]) -> Held[F] | Stale[F] | Gap | Open:
        key = cast("Want[Fact]", want)
        self.asked.append(key)
        place = (key.kind, key.about)
        if place in self.gaps:
            return Gap(want=key, why=self.gaps[place], says="not to be seen", unlock="sudo why502")
        found = tuple(fact for subject, fact in self.facts if subject == key.about and answers(fact, key))
        if not found:
            return Held(facts=()) if place in self.empty else Open(want=key)
        facts = cast("tuple[F, ...]", found)
        return Held(facts=facts) if all(each.holds(self.window) for each in found) else Stale(facts=facts)


def answers(fact: Fact, want: Want[Fact]) -> bool:
    """Tell whether a fact is what this want asks for, the subject left aside."""
    how = getattr(fact, "how", want.how)
    asked_then = not isinstance(fact, Connections) or want.window is None or want.window == fact.seen.at
    return type(fact) is want.kind and asked_then and (how == want.how or (how is not None and how.path == ANYHOW.path))


# --- Subjects ----------------------------------------------------------------------------------------------------


def endpoint(address: str = "127.0.0.1", port: int = 8000, place: Place = HERE) -> Endpoint:
    return Endpoint(place=place.network(), address=address, port=port)


def socket_path(path: str = "/run/app.sock", place: Place = HERE) -> SocketPath:
    return SocketPath(place=place, path=path)


def process(pid: int, place: Place = HERE, started: int = 1) -> Process:
    return Process(place=place.machine(), pid=pid, started=started)


def unit(name: str = "app.service", place: Place = HERE) -> Unit:
    return Unit(place=place.machine(), name=name)


def host(place: Place = HERE) -> Machine:
    return Machine(place=place.machine())


def net(place: Place = HERE) -> Machine:
    return Machine(place=place.network())


NGINX = process(10)
ROUTE = Route(gateway=NGINX, server="shop.example.com", location="/")
SITE = Site(path="/etc/nginx/nginx.conf", line=12)
WWW = User(uid=33, gid=33)


def seen(at: Window = DURING, kind: EvidenceKind = EvidenceKind.PROBE, raw: str = "", source: str = "test") -> Seen:
    return Seen(at=at, by="test", kind=kind, source=source, raw=raw)


# --- The case ----------------------------------------------------------------------------------------------------


def failure(id: FailureId = FailureId.CONNECT_REFUSED, about: Subject | None = None, **more: Any) -> Failure:  # noqa: A002
    """One failure of nginx (process 10) at its upstream 127.0.0.1:8000, on the route `/`."""
    more.setdefault("hop", Hop(gateway=NGINX, product="nginx", version="1.22.1", route=ROUTE))
    more.setdefault("request", request())
    more.setdefault("seen", seen(WHEN, EvidenceKind.LOG_LINE))
    return Failure(about=about or endpoint(), id=id, **more)


def request(path: str = "/", method: str = "GET", name: str = "shop.example.com") -> Request:
    return Request(method=method, url=f"http://{name}{path}", host=name, path=path, token="t1")


def case(id: FailureId = FailureId.CONNECT_REFUSED, about: Subject | None = None, **more: Any) -> Case:  # noqa: A002
    return Case(failure=failure(id, about, **more))


def below(case: Case, cause: CauseId, subject: Subject | None = None) -> Case:
    """The same failure, one link further down."""
    proof = Proven(subject=subject or case.failure.about, because=(), says="")
    return Case(failure=case.failure, under=Link(cause=cause, proof=proof))


# --- The gateway -------------------------------------------------------------------------------------------------


def gateway(**more: Any) -> GatewayProcess:
    made = GatewayProcess(
        about=host(), seen=seen(kind=EvidenceKind.PROCESS), since=START - timedelta(days=1), process=NGINX, place=HERE,
        product="nginx", version="1.22.1", config="/etc/nginx/nginx.conf", prefix="/etc/nginx", user=WWW,
        workers=(process(11),), started=START - timedelta(days=1), took_up=START - timedelta(days=1),
        oldest=process(11), unit="nginx.service",
    )  # fmt: skip
    return replace(made, **more)


def setup(**more: Any) -> GatewaySetup:
    """The files of the gateway, all of them older than its processes."""
    conf = "/etc/nginx/nginx.conf"
    made = GatewaySetup(
        about=NGINX, seen=seen(kind=EvidenceKind.CONFIG), since=START - timedelta(days=1), files=(conf,), newer=(),
        doubtful=(), problems=(), error_logs=(), access_logs=(), servers=1, lines=20,
    )  # fmt: skip
    return replace(made, **more)


def settings(**more: Any) -> Settings:
    return Settings(**{"host": "shop.example.com", **more})


def group(*addresses: Address, name: str = "127.0.0.1:8000", **more: Any) -> Group:
    servers = tuple(Server(written=str(each), addresses=(each,), site=SITE) for each in addresses or (endpoint(),))
    return Group(name=name, servers=servers, **more)


def route(**more: Any) -> RouteTaken:
    made = RouteTaken(
        about=ROUTE, seen=seen(kind=EvidenceKind.CONFIG), since=START - timedelta(days=1), site=SITE,
        protocol=Protocols.HTTP, written="http://127.0.0.1:8000", group=group(), settings=settings(),
    )  # fmt: skip
    return replace(made, **more)


def past(path: str = "/", good: int = 0, **more: Any) -> PastAnswers:
    more = {"seen": seen(kind=EvidenceKind.LOG_LINE), "about": ROUTE, "last_good": None, "slowest": None, **more}
    return PastAnswers(path=path, good=good, **more)


def served(path: str = "/", good: int = 0, **more: Any) -> PastAnswers:
    """Return how a path ended before on any of the gateway's servers."""
    return past(path, good, about=NGINX, **more)


def logged(at: float, status: int = 200, **more: Any) -> LoggedRequest:
    """A line of the access log, written so many seconds after the window began."""
    made = LoggedRequest(
        about=NGINX, seen=seen(Window.instant(after(at)), EvidenceKind.LOG_LINE), method="GET", path="/",
        host="shop.example.com", status=status, seconds=0.0, attempts=(("127.0.0.1:8000", str(status), 0.0),),
        ours=False,
    )  # fmt: skip
    return replace(made, **more)


# --- The host ----------------------------------------------------------------------------------------------------


def listener(address: str = "127.0.0.1", port: int = 8000, pids: tuple[int, ...] = (), **more: Any) -> Listener:
    return Listener(**{"address": address, "port": port, "inode": 1000 + port, "uid": 0, "pids": pids, **more})


def unix_listener(path: str = "/run/app.sock", pids: tuple[int, ...] = (), **more: Any) -> UnixListener:
    return UnixListener(**{"path": path, "inode": 99, "pids": pids, **more})


def table(*listeners: Listener | UnixListener, place: Place = HERE, **more: Any) -> SocketTable:
    """The whole socket table of a namespace, read by root."""
    made = SocketTable(
        about=net(place), seen=seen(kind=EvidenceKind.SOCKET_TABLE), owners=True,
        listeners=tuple(each for each in listeners if isinstance(each, Listener)),
        unix=tuple(each for each in listeners if isinstance(each, UnixListener)),
    )  # fmt: skip
    return replace(made, **more)


def own(*addresses: str, place: Place = HERE, **more: Any) -> OwnAddresses:
    return OwnAddresses(about=net(place), addresses=addresses, **{"seen": seen(), **more})


def untouched(about: Endpoint | None = None, **more: Any) -> Redirects:
    """No rule turns a connection to the address, unless `rules` says so."""
    about = about or endpoint()
    return Redirects(about=about, **{"seen": seen(kind=EvidenceKind.PACKET_FILTER), "rules": (), **more})


def info(pid: int, name: str = "app", place: Place = HERE, **more: Any) -> ProcessInfo:
    made = ProcessInfo(
        process=process(pid), parent=1, name=name, command=(name,), state="S", uid=0, gid=0, groups=(),
        started=START - timedelta(days=1), place=place, cgroup="/system.slice/app.service", unit="app.service",
    )  # fmt: skip
    return replace(made, **more)


def processes(*infos: ProcessInfo, **more: Any) -> ProcessTable:
    """The process table of the host, with process 1 in it."""
    first = (info(1, "systemd", unit=None, cgroup="/init.scope"),)
    made = ProcessTable(about=host(), seen=seen(kind=EvidenceKind.PROCESS), processes=(*first, *infos))
    return replace(made, **more)


def unit_state(name: str = "app.service", active: str = "active", **more: Any) -> UnitState:
    made = UnitState(
        about=unit(name), seen=seen(kind=EvidenceKind.UNIT), since=START - timedelta(hours=2), load="loaded",
        active=active,
        sub="running" if active == "active" else "dead", result="success", main_pid=20 if active == "active" else 0,
        commands=(),
    )  # fmt: skip
    return replace(made, **more)


def units(*states: UnitState, **more: Any) -> UnitTable:
    return UnitTable(about=host(), units=states, **{"seen": seen(kind=EvidenceKind.UNIT), **more})


def journal_line(at: float, text: str, pid: int = 1) -> JournalLine:
    """A line so many seconds after the window began; by default systemd's own."""
    return JournalLine(at=after(at), text=text, pid=pid)


def journal(*lines: JournalLine, about: Unit | None = None, **more: Any) -> UnitJournal:
    covers = Window(start=START - timedelta(days=1), end=WHEN.end)
    made = UnitJournal(about=about or unit(), seen=seen(kind=EvidenceKind.JOURNAL), lines=lines, covers=covers)
    return replace(made, **more)


def inode(path: str, kind: str = "dir", mode: int = 0o755, uid: int = 0, gid: int = 0, **more: Any) -> Inode:
    times = {"mtime": START - timedelta(days=1), "ctime": START - timedelta(days=1)}
    return Inode(path=path, kind=kind, mode=mode, uid=uid, gid=gid, **{**times, **more})


def path_chain(about: SocketPath | File | None = None, *components: Inode, **more: Any) -> PathChain:
    """A path; by default a socket in /run that everybody may open."""
    about = about or socket_path()
    default = (inode("/"), inode("/run"), inode(about.path, "socket", 0o777))
    made = PathChain(about=about, seen=seen(kind=EvidenceKind.FILE), components=components or default)
    return replace(made, **more)


def oom_kill(pid: int = 20, name: str = "app", at: float = 2.0, **more: Any) -> OomKill:
    made = OomKill(
        about=host(), seen=seen(Window.instant(after(at)), EvidenceKind.KERNEL), pid=pid, name=name,
        cgroup="/system.slice/app.service",
    )  # fmt: skip
    return replace(made, **more)


def kernel_log(*kills: OomKill, **more: Any) -> KernelLog:
    covers = Window(start=START - timedelta(days=1), end=WHEN.end)
    made = KernelLog(about=host(), seen=seen(kind=EvidenceKind.KERNEL), kills=kills, covers=covers)
    return replace(made, **more)


def connection(remote_port: int, inode_: int, about: Endpoint | None = None, **more: Any) -> Connection:
    """The upstream's end of a connection; without an inode it waits in the accept queue."""
    about = about or endpoint()
    made = Connection(
        local=about.address, local_port=about.port, remote="127.0.0.1", remote_port=remote_port,
        state=TcpState.ESTABLISHED, inode=inode_,
    )  # fmt: skip
    return replace(made, **more)


def connections(*rows: Connection, about: Address | None = None, at: Window = DURING, **more: Any) -> Connections:
    made = Connections(about=about or endpoint(), seen=seen(at, EvidenceKind.SOCKET_TABLE), connections=rows)
    return replace(made, **more)


# --- The application server --------------------------------------------------------------------------------------


def app_server(pid: int = 20, *binds: Address, product: str = "gunicorn", **more: Any) -> AppServer:
    made = AppServer(
        about=process(pid), seen=seen(kind=EvidenceKind.PROCESS), product=product, binds=binds or (endpoint(),),
        capacity=2, workers=2, timeout=30.0, keepalive=2.0, unit="app.service", source="command line",
    )  # fmt: skip
    return replace(made, **more)


def publishes(about: Unit | Process | None = None, *binds: Address, **more: Any) -> Publishes:
    made = Publishes(
        about=about or unit(), seen=seen(kind=EvidenceKind.UNIT), binds=binds or (endpoint(),),
        source="/etc/systemd/system/app.service:7",
    )  # fmt: skip
    return replace(made, **more)


def message(says: Says, about: Subject | None = None, at: float = 2.0, **more: Any) -> ServerMessage:
    made = ServerMessage(
        about=about or process(20),
        seen=seen(Window.instant(after(at)), EvidenceKind.JOURNAL),
        product="gunicorn",
        says=says,
    )
    return replace(made, **more)


# --- Probes ------------------------------------------------------------------------------------------------------


def response(status: int | None = 200, reply: Reply | None = Reply.ANSWERED, **more: Any) -> ResponseAttempt:
    """An answer of the upstream 127.0.0.1:8000, to whatever was asked."""
    made = ResponseAttempt(
        about=endpoint(), seen=seen(), met=Met.CONNECTED, reply=reply, status=status, head="HTTP/1.1 200 OK\r\n\r\n",
        head_bytes=300, head_complete=reply is Reply.ANSWERED, wrong="", first=b"", seconds=0.1, how=ANYHOW,
    )  # fmt: skip
    return replace(made, **more)


def handshake(ended: Handshake | None = Handshake.DONE, **more: Any) -> TlsAttempt:
    made = TlsAttempt(
        about=endpoint(), seen=seen(), met=Met.CONNECTED, handshake=ended, version="TLSv1.3", alpn=None, chain=(),
        error="", first=b"", seconds=0.1, how=ANYHOW,
    )  # fmt: skip
    return replace(made, **more)


def connect(met: Met = Met.CONNECTED, **more: Any) -> TcpAttempt:
    return replace(
        TcpAttempt(about=endpoint(), seen=seen(), met=met, errno=None, seconds=0.01, how=ANYHOW), **more
    )  # fmt: skip


def idle_close(seconds: float | None = 5.0, kept: bool = True, **more: Any) -> IdleClose:
    return replace(IdleClose(about=endpoint(), seen=seen(), kept=kept, seconds=seconds, how=ANYHOW), **more)


# --- What a verdict rests on -------------------------------------------------------------------------------------


def kinds(because: Iterable[Fact]) -> set[str]:
    """The classes of the facts that a verdict rests on."""
    return {type(each).__name__ for each in because}


def name(text: str = "app.internal", place: Place = HERE) -> Name:
    return Name(place=place.network(), name=text)
