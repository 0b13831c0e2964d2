"""Application servers of many kinds, started as a process or as a systemd unit, and awaited until they listen."""

from __future__ import annotations

import shlex
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab import sources
from lab.host import PYTHON, Box, Running
from lab.sources import Behaviour
from lab.stand import Bench
from lab.waiting import until

VENV = Path(PYTHON).parent
KINDS = ("gunicorn", "gthread", "uvicorn", "uwsgi-http", "uwsgi", "php-fpm", "node")
HTTP_KINDS = tuple(kind for kind in KINDS if kind not in ("uwsgi", "php-fpm"))


@dataclass
class App:
    """An application that serves (or served)."""

    box: Box
    kind: str
    bind: str
    name: str
    user: str
    folder: str
    command: list[str]
    log: str
    unit: str = ""
    running: Running | None = None
    groups: tuple[Path, ...] = field(default=())

    @property
    def scheme(self) -> str:
        return {"uwsgi": "uwsgi", "php-fpm": "fastcgi"}.get(self.kind, "http")

    @property
    def port(self) -> int:
        return int(self.bind.rpartition(":")[2])

    def pass_line(self, bind: str | None = None, scheme: str | None = None) -> str:
        """Give the nginx directives that hand a request to it."""
        bind = bind or self.bind
        place = f"unix:{bind}" if bind.startswith("/") else bind
        if self.kind == "php-fpm":
            script = f"{self.folder}/index.php"
            return f"include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME {script}; fastcgi_pass {place};"
        if self.kind == "uwsgi":
            return f"include /etc/nginx/uwsgi_params; uwsgi_pass {place};"
        return f"proxy_pass {scheme or 'http'}://{place};"

    def begin(self) -> None:
        if self.unit:
            self.box.run(["systemctl", "start", self.unit])
        else:
            user = None if self.kind == "php-fpm" else self.user
            self.running = self.box.start(self.command, user=user, log=self.log, folder=self.folder, groups=self.groups)
        self.ready()

    def ready(self) -> None:
        until(f"{self.kind} listens on {self.bind}", self.listens, 20)

    def listens(self) -> bool:
        return accepts(self.box, self.bind)

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.unit:
            self.box.run(["systemctl", "stop", self.unit])
        elif self.running is not None:
            self.running.stop(how)
        until(f"{self.bind} refuses", lambda: not self.listens())

    def pids(self) -> list[int]:
        """Its processes, by the real machine's pids, oldest first."""
        if not self.unit:
            assert self.running is not None
            return self.running.pids()
        return [pid for pid in self.box.processes() if f"/{self.unit}" in Path(f"/proc/{pid}/cgroup").read_text()]


def accepts(box: Box, bind: str) -> bool:
    """Whether a connection is taken there, seen from the box itself."""

    def work() -> bool:
        unix = bind.startswith("/")
        host, _, port = bind.rpartition(":")
        host = host.strip("[]")
        family = socket.AF_UNIX if unix else socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.settimeout(2)
            where: object = (
                str(box.path(bind)) if unix else ("127.0.0.1" if host in ("0.0.0.0", "*") else host, int(port))
            )
            return sock.connect_ex(where) == 0  # type: ignore[arg-type]

    return box.in_network(work)


def serve(  # noqa: PLR0913 - each is a wish of some scenario
    bench: Bench,
    box: Box,
    kind: str,
    *,
    bind: str | None = None,
    does: Behaviour = Behaviour(),  # noqa: B008 - frozen
    workers: int = 2,
    keep: float | None = None,
    timeout: int = 30,
    unit: bool = False,
    unit_lines: Sequence[str] = (),
    user: str | None = None,
    tls: tuple[str, str] | None = None,
    socket_mode: str = "666",
    more: str = "",
    name: str | None = None,
    start: bool = True,
    groups: Sequence[Path] = (),
) -> App:
    """Make an application server. `keep`: seconds that idle connections are kept, where there is a setting for it."""
    name = name or bench.word()
    user = user or bench.user(box)
    root = bench.pick(("/srv", "/opt", "/var/www", "/home"))
    folder = box.folder(f"{root}/{name}")
    bind = bind or f"127.0.0.1:{bench.port()}"
    if bind.startswith("/") and bind.count("/") > 2:
        box.folder(bind.rpartition("/")[0], owner=user)
    command = _command(box, kind, folder, bind, does, workers, keep, timeout, tls, socket_mode, name, user)
    log = f"/var/log/{name}.log"
    app = App(box, kind, bind, name, user, folder, [*command, *shlex.split(more)], log, groups=tuple(groups))
    if unit:
        app.unit = f"{name}.service"
        box.write(f"/etc/systemd/system/{app.unit}", _unit(app, unit_lines))
        box.run("systemctl daemon-reload")
    if start:
        app.begin()
    return app


def _unit(app: App, lines: Sequence[str]) -> str:
    who = "" if app.kind == "php-fpm" else f"User={app.user}\nGroup={app.user}\n"
    more = "".join(f"{line}\n" for line in lines)
    start = " ".join(shlex.quote(word) for word in app.command)
    return (
        f"[Unit]\nDescription={app.name} application\nAfter=network.target\n\n"
        f"[Service]\n{who}WorkingDirectory={app.folder}\nExecStart={start}\n{more}\n[Install]\nWantedBy=multi-user.target\n"
    )


def _command(  # noqa: PLR0913, PLR0917 - one line of arguments for each server
    box: Box,
    kind: str,
    folder: str,
    bind: str,
    does: Behaviour,
    workers: int,
    keep: float | None,
    timeout: int,
    tls: tuple[str, str] | None,
    socket_mode: str,
    name: str,
    user: str,
) -> list[str]:
    unix = bind.startswith("/")
    host, _, port = bind.rpartition(":")
    match kind:
        case "gunicorn" | "gthread":
            box.write(f"{folder}/wsgi.py", sources.wsgi(does))
            worker = (
                ["-k", "gthread", "--threads", str(workers), "-w", "1"] if kind == "gthread" else ["-w", str(workers)]
            )
            mask = ["--umask", f"0{0o777 & ~int(socket_mode, 8):o}"] if unix else []
            secure = ["--certfile", tls[0], "--keyfile", tls[1]] if tls else []
            alive = ["--keep-alive", str(int(keep))] if keep is not None else []
            where = f"unix:{bind}" if unix else bind
            return [
                *(str(VENV / "gunicorn"), "-b", where, *worker, *mask, *secure, *alive),
                *("--timeout", str(timeout), "--chdir", folder, "--no-control-socket", "wsgi:application"),
            ]
        case "uvicorn":
            box.write(f"{folder}/asgi.py", sources.asgi(does))
            at = ["--uds", bind] if unix else ["--host", host.strip("[]"), "--port", port]
            secure = ["--ssl-certfile", tls[0], "--ssl-keyfile", tls[1]] if tls else []
            alive = ["--timeout-keep-alive", str(int(keep))] if keep is not None else []
            return [str(VENV / "uvicorn"), *at, *secure, *alive, "--app-dir", folder, "asgi:application"]
        case "uwsgi-http" | "uwsgi":
            box.write(f"{folder}/wsgi.py", sources.wsgi(does))
            option = "--http-socket" if kind == "uwsgi-http" else "--socket"
            return [
                *("/usr/bin/uwsgi", "--plugin", "python3", option, bind, "--chdir", folder, "--module", "wsgi"),
                *("--master", "--die-on-term", "--processes", str(workers), "--chmod-socket=" + socket_mode),
            ]
        case "php-fpm":
            box.write(f"{folder}/index.php", sources.php(does))
            pool = box.write(
                f"/etc/php/8.2/fpm/pool.d/{name}.conf",
                f"[{name}]\nuser = {user}\ngroup = {user}\nlisten = {bind}\n"
                f"listen.owner = {user}\nlisten.group = {user}\nlisten.mode = 0{socket_mode}\n"
                f"pm = static\npm.max_children = {workers}\ncatch_workers_output = yes\n",
            )
            conf = box.write(
                f"/etc/php/8.2/fpm/{name}-fpm.conf",
                f"[global]\npid = /run/{name}-fpm.pid\nerror_log = /var/log/{name}-fpm.log\ninclude={pool}\n",
            )
            return ["/usr/sbin/php-fpm8.2", "--nodaemonize", "--fpm-config", conf]
        case "node":
            text = sources.node(does, bind if unix else int(port), host.strip("[]"), keep or 5.0, tls)
            return ["/usr/bin/node", box.write(f"{folder}/server.js", text)]
        case _:
            raise ValueError(kind)


RAW = """import socket
import sys
import threading
import time

host, port = {host!r}, {port}
listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((host, port))
listener.listen(64)


def head(conn):
    data = b""
    while b"\\r\\n\\r\\n" not in data:
        more = conn.recv(65536)
        if not more:
            raise SystemExit
        data += more
    return data


def handle(conn):
{body}

while True:
    threading.Thread(target=handle, args=(listener.accept()[0],), daemon=True).start()
"""


def raw(bench: Bench, box: Box, body: str, *, bind: str | None = None) -> App:
    """Make an upstream that does these lines of Python with each connection `conn` (`head(conn)` reads one request)."""
    name = bench.word()
    user = bench.user(box)
    folder = box.folder(f"/opt/{name}")
    bind = bind or f"127.0.0.1:{bench.port()}"
    host, _, port = bind.rpartition(":")
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    box.write(f"{folder}/service.py", RAW.format(host=host.strip("[]"), port=int(port), body=lines))
    app = App(
        box, "raw", bind, name, user, folder, ["/usr/bin/python3", f"{folder}/service.py"], f"/var/log/{name}.log"
    )
    app.begin()
    return app
