import os
import tempfile
from pathlib import Path

from tests.logs.formats.real import backend, closed_port, get, program, running, told, wait_for_lines
from tests.stands.nginx import free_port
from why502.logs.recognition import from_directive, known_formats

FORMATS = {
    "native": "%<cqtq> %<ttms> %<chi> %<crc>/%<pssc> %<psql> %<cqhm> %<cquc> %<caun> %<phr>/%<shn> %<psct>",
    "extended": '%<chi> - %<caun> [%<cqtn>] "%<cqtx>" %<pssc> %<pscl> %<sssc> %<sscl> %<cqcl> %<pqcl> %<cqhl> %<pshl> '
    "%<pqhl> %<sshl> %<tts>",
    "extended2": '%<chi> - %<caun> [%<cqtn>] "%<cqtx>" %<pssc> %<pscl> %<sssc> %<sscl> %<cqcl> %<pqcl> %<cqhl> %<pshl> '
    "%<pqhl> %<sshl> %<tts> %<phr> %<cfsc> %<pfsc> %<crc>",
}
"""As Debian's logging.yaml has them."""

SETTINGS = {
    "LOG_MAX_SECS_PER_BUFFER": "1",
    "LOG_PERIODIC_TASKS_INTERVAL": "1",
    "HTTP_TRANSACTION_NO_ACTIVITY_TIMEOUT_OUT": "1",
    "HTTP_CONNECT_ATTEMPTS_MAX_RETRIES": "0",
    "HTTP_CACHE_HTTP": "0",
    "EXEC_THREAD_AUTOCONFIG": "0",
    "EXEC_THREAD_LIMIT": "1",
    "URL_REMAP_PICKUP_HOST": "1",
}


def configured(home: Path, port: int, app: int, refused: int) -> dict[str, str]:
    for each in ("etc", "log", "run", "cache"):
        (home / each).mkdir()
        (home / each).chmod(0o777)
    shown = "\n".join(f"    - name: {name}\n      format: '{text}'" for name, text in FORMATS.items())
    logs = "\n".join(f"    - filename: {name}\n      format: {name}\n      mode: ascii" for name in FORMATS)
    (home / "etc/logging.yaml").write_text(f"logging:\n  formats:\n{shown}\n  logs:\n{logs}\n")
    (home / "etc/remap.config").write_text(
        f"map http://closed.example/ http://127.0.0.1:{refused}/\nmap / http://127.0.0.1:{app}/\n"
    )
    (home / "etc/ip_allow.yaml").write_text(
        "ip_allow:\n  - apply: in\n    ip_addrs: 0/0\n    action: allow\n    methods: ALL\n"
    )
    (home / "etc/storage.config").write_text(f"{home}/cache 128M\n")
    # It refuses to serve as root.
    user = "CONFIG proxy.config.admin.user_id STRING nobody\n" if os.geteuid() == 0 else ""
    (home / "etc/records.config").write_text(user)
    (home / "runroot.yaml").write_text(
        f"prefix: {home}\nsysconfdir: {home}/etc\nlogdir: {home}/log\nruntimedir: {home}/run\n"
        f"localstatedir: {home}/run\ncachedir: {home}/cache\nbindir: /usr/bin\nlibdir: /usr/lib/trafficserver\n"
        f"plugindir: /usr/lib/trafficserver/modules\nexec_prefix: /usr\nsbindir: /usr/sbin\ndatadir: {home}/etc\n"
        f"includedir: /usr/include\n"
    )
    settings = {f"PROXY_CONFIG_{name}": value for name, value in SETTINGS.items()}
    return {**settings, "PROXY_CONFIG_HTTP_SERVER_PORTS": f"{port}:ip-in=127.0.0.1", "TS_RUNROOT": str(home)}


def test_its_formats_are_read() -> None:
    path = program("traffic_server")
    port, refused = free_port(), closed_port()
    with tempfile.TemporaryDirectory(prefix="trafficserver") as made, backend() as app:
        home = Path(made)
        home.chmod(0o777)
        extra = configured(home, port, app, refused)
        asked = [("/", "a.example"), ("/missing", "a.example"), ("/own", "a.example"), ("/slow", "a.example")]
        command = ["env", *(f"{name}={value}" for name, value in extra.items()), path]
        with running(command, port, home):
            for each, host in [*asked, ("/refused", "closed.example")]:
                get(port, each, host)
            lines = {name: wait_for_lines(home / f"log/{name}.log", len(asked) + 1) for name in FORMATS}
    for name, each in lines.items():
        names, counts = told(each)
        assert names == ["trafficserver"]
        given = (from_directive(FORMATS[name], known_formats()),)
        assert told(each, given)[1] == counts
        slow = {"extended": "unknown"}.get(name, "response-timeout")
        assert counts == {
            ("GET /", 200, ""): 1,
            ("GET /missing", 404, ""): 1,
            ("GET /own", 502, "upstream-answered-error"): 1,
            ("GET /slow", 504, slow): 1,
            ("GET /refused", 502, "unknown"): 1,
        }
