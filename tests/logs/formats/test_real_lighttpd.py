from pathlib import Path

import pytest

from tests.logs.formats.real import backend, closed_port, get, lines_of, program, running, told
from tests.stands.nginx import free_port
from why502.logs.recognition import from_directive, known_formats

CUSTOM = '"%h %V %t \\"%r\\" %>s %b %D \\"%{User-Agent}i\\""'
PATHS = ("/", "/missing", "/own", "/slow", "/refused")
BY_STATUS = {
    ("GET /", 200, ""): 1,
    ("GET /missing", 404, ""): 1,
    ("GET /own", 502, "unknown"): 1,
    ("GET /slow", 504, "unknown"): 1,
    ("GET /refused", 503, "unknown"): 1,
}


def made(path: str, home: Path, extra: str) -> list[bytes]:
    """Run lighttpd with these lines and ask for all paths; it writes its log when it ends."""
    port = free_port()
    with backend() as app:
        (home / "conf").write_text(f"""
server.modules = ("mod_accesslog", "mod_proxy")
server.document-root = "{home}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{home}/error.log"
accesslog.filename = "{home}/access.log"
{extra}
$HTTP["url"] == "/refused" {{
    proxy.server = ("" => (("host" => "127.0.0.1", "port" => {closed_port()})))
}} else {{
    proxy.server = ("" => (("host" => "127.0.0.1", "port" => {app}, "read-timeout" => 1)))
}}
""")
        with running([path, "-D", "-f", str(home / "conf")], port, home):
            for each in PATHS:
                get(port, each)
    return [each for each in lines_of(home / "access.log") if b'"GET ' in each]


@pytest.mark.parametrize("extra", ["", f"accesslog.format = {CUSTOM}"], ids=["default", "custom"])
def test_its_log_is_read(tmp_path: Path, extra: str) -> None:
    lines = made(program("lighttpd"), tmp_path, extra)
    formats = (from_directive(extra, known_formats()),) if extra else None
    names, counts = told(lines, formats)
    assert (names, counts) == (["lighttpd"], BY_STATUS)
