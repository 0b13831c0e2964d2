"""What the lookers of this room share: servers, and the paths compiled in."""

from pathlib import Path

import pytest

from tests.stands.gateway import gateway
from tests.stands.nginx import binaries, free_port
from tests.stands.surveying import fact
from why502.gateways.nginx.index import NginxIndex, version_of
from why502.gateways.nginx.process import build_of

PROGRAMS = sorted(binaries().items())


@pytest.mark.parametrize(
    ("text", "version"),
    [("1.31.3", (1, 31, 3)), ("1.9", (1, 9)), ("1.2.x", (1, 2)), (None, (1, 22, 1)), ("", (1, 22, 1))],
)
def test_reads_versions(text: str | None, version: tuple[int, ...]) -> None:
    assert version_of(text) == version


@pytest.mark.parametrize(("version", "program"), PROGRAMS, ids=[".".join(map(str, version)) for version, _ in PROGRAMS])
def test_indexes_servers_and_compiled_paths(version: tuple[int, ...], program: str, open_path: Path) -> None:
    http = f"server {{ listen 127.0.0.1:{free_port()}; }}"
    with gateway(open_path / "g", "return 200;", http=http, program=program) as made:
        found = fact(made, NginxIndex)
    build = build_of(Path(program).read_bytes())
    access = build.access_log if build.access_log.startswith("/") else f"{made.base}/{build.access_log}"
    assert found.version == version
    assert [each.name for each in found.index.servers] == ["", "shop.test"]
    assert found.defaults.access_log == access
    assert found.defaults.error_log == str(made.log), "-e stands above what is compiled in"
    assert found.configuration.config.main == str(made.config)


def test_a_compiled_in_error_log_stands_below_the_prefix(open_path: Path) -> None:
    """Before 1.19.5 there was no -e; a service manager seldom gives it."""
    arguments = ("-e", "logs/early.log", "-c", f"{open_path}/g/nginx.conf")
    (open_path / "g/logs").mkdir(parents=True)
    with gateway(open_path / "g", "return 200;", arguments=arguments) as made:
        assert fact(made, NginxIndex).defaults.error_log == str(made.base / "logs/early.log")
