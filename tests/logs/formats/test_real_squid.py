import tempfile
from pathlib import Path

from tests.logs.formats.real import backend, closed_port, get, program, running, told, wait_for_lines
from tests.stands.nginx import free_port
from why502.logs.recognition import from_directive, known_formats

CUSTOM = '%ts.%03tu %6tr %>a %>Hs %<Hs %err_code/%err_detail %rm %ru %<a:%<p %<pt "%{User-Agent}>h"'


def test_its_native_log_is_read() -> None:
    path = program("squid")
    port, refused = free_port(), closed_port()
    # Squid gives up root's rights, and must reach its directory without them.
    with tempfile.TemporaryDirectory(prefix="squid") as made, backend() as app:
        home = Path(made)
        home.chmod(0o777)
        (home / "conf").write_text(f"""
http_port 127.0.0.1:{port}
pid_filename {home}/pid
cache_log {home}/cache.log
logformat mine {CUSTOM}
access_log stdio:{home}/access.log squid
access_log stdio:{home}/custom.log mine
coredump_dir {home}
cache_mem 8 MB
cache deny all
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
read_timeout 1 second
connect_retries 0
visible_hostname a.example
http_access allow all
""")
        urls = (
            f"http://127.0.0.1:{app}/",
            f"http://127.0.0.1:{app}/missing",
            f"http://127.0.0.1:{app}/own",
            f"http://127.0.0.1:{app}/slow",
            f"http://127.0.0.1:{app}/close",
            f"http://127.0.0.1:{refused}/refused%20TCP_MISS/502%201",
        )
        with running([path, "-N", "-f", str(home / "conf")], port, home):
            for each in urls:
                get(port, each)
            custom = wait_for_lines(home / "custom.log", len(urls))
            lines = wait_for_lines(home / "access.log", len(urls))
        names, counts = told([each for each in lines if b" http://" in each])
    assert (names, counts) == (
        ["squid"],
        {
            ("GET /", 200, ""): 1,
            ("GET /missing", 404, ""): 1,
            ("GET /own", 502, "unknown"): 1,
            ("GET /slow", 504, "unknown"): 1,
            ("GET /close", 502, "unknown"): 1,
            ("GET /*/*", 503, "unknown"): 1,
        },
    )
    form = from_directive(f"logformat mine {CUSTOM}", known_formats())
    assert form[0].name == "squid"
    assert told([each for each in custom if b" http://" in each], (form,))[1] == {
        ("GET /", 200, ""): 1,
        ("GET /missing", 404, ""): 1,
        ("GET /own", 502, "upstream-answered-error"): 1,
        ("GET /slow", 504, "response-timeout"): 1,
        ("GET /close", 502, "closed-before-response"): 1,
        ("GET /*/*", 503, "unknown"): 1,
    }
