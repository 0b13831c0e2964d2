"""The files of a running nginx, and which of them are newer than what it runs with."""

import os
import signal
from pathlib import Path

import pytest

from tests.stands.gateway import Gateway, gateway, until
from tests.stands.surveying import fact, facts, found
from why502.gateways.nginx.config import NginxConfiguration
from why502.gateways.nginx.tree import GLOBALS
from why502.observations.gateway import GatewaySetup, RouteTaken
from why502.observations.want import As, Gap, Why

INCLUDING = "include conf.d/*.conf;"


def lay(base: Path, **files: str) -> None:
    """Write files of a folder `conf.d`."""
    (base / "conf.d").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (base / "conf.d" / f"{name}.conf").write_text(text)


def names(made: Gateway) -> list[str]:
    """Return the newer files as the test knows them."""
    return [os.path.relpath(path, made.base) for path in fact(made, NginxConfiguration).newer]


def test_reads_the_main_file_and_what_it_includes(open_path: Path) -> None:
    lay(open_path / "g", a="include nested/*.inc;", b="location /b { return 204; }")
    (open_path / "g/nested").mkdir()
    (open_path / "g/nested/c.inc").write_text("location /c { return 204; }\n")
    with gateway(open_path / "g", INCLUDING) as made:
        read = fact(made, NginxConfiguration)
        assert made.status("/c") == 204
    files = [os.path.relpath(path, made.base) for path in read.config.files if path != GLOBALS]
    assert files == ["nginx.conf", "conf.d/a.conf", "nested/c.inc", "conf.d/b.conf"]
    assert not read.config.problems
    assert not read.newer
    assert read.since is not None
    assert read.since <= read.seen.at.start
    assert read.seen.source == str(made.config)


def test_the_command_lines_own_directives_count(open_path: Path) -> None:
    arguments = ("-c", f"{open_path}/g/nginx.conf", "-g", "daemon off; worker_rlimit_nofile 99;")
    with gateway(open_path / "g", "return 200;", arguments=arguments) as made:
        config = fact(made, NginxConfiguration).config
    assert GLOBALS in config.sources
    assert [each.name for each in config.top()][:2] == ["daemon", "worker_rlimit_nofile"]


def test_a_file_changed_since_is_newer_until_it_is_taken_up(open_path: Path) -> None:
    lay(open_path / "g", a="location / { return 200; }")
    with gateway(open_path / "g", INCLUDING) as made:
        assert names(made) == []
        how = As(host="shop.test", arrives=("127.0.0.1", made.port))
        made.settle()
        lay(made.base, a="location / { return 404; }")
        assert names(made) == ["conf.d/a.conf"]
        assert fact(made, NginxConfiguration).since is None
        assert not fact(made, RouteTaken, how).loaded
        assert made.status() == 200
        made.reload()
        assert names(made) == []
        assert fact(made, RouteTaken, how).loaded
        assert made.status() == 404


def test_a_file_that_came_or_went_makes_its_directory_newer(open_path: Path) -> None:
    lay(open_path / "g", a="location / { return 200; }")
    with gateway(open_path / "g", INCLUDING) as made:
        made.settle()
        lay(made.base, b="location /b { return 200; }")
        assert names(made) == ["conf.d", "conf.d/b.conf"]
        (made.base / "conf.d/b.conf").unlink()
        assert names(made) == ["conf.d"]


def test_a_file_set_back_in_time_is_newer_all_the_same(open_path: Path) -> None:
    """`cp -p`, `rsync -a` and packages keep old times; the time of the inode's own change tells."""
    lay(open_path / "g", a="location / { return 200; }")
    with gateway(open_path / "g", INCLUDING) as made:
        made.settle()
        lay(made.base, a="location / { return 404; }")
        os.utime(made.base / "conf.d/a.conf", (1_000_000_000, 1_000_000_000))
        assert names(made) == ["conf.d/a.conf"]


def test_a_link_that_leads_elsewhere_now_is_newer(open_path: Path) -> None:
    """As sites-enabled does; the file it leads to now may be old."""
    lay(open_path / "g", a="location / { return 200; }", b="location / { return 404; }")
    link = open_path / "g/enabled"
    link.symlink_to("conf.d/a.conf")
    with gateway(open_path / "g", "include enabled;") as made:
        assert names(made) == []
        made.settle()
        lay(made.base, a="location / { return 404; }")
        assert names(made) == ["enabled"]
        made.reload()
        made.settle()
        link.unlink()
        link.symlink_to("conf.d/b.conf")
        assert names(made) == ["enabled"]


def test_what_is_missing_is_told_with_its_place(open_path: Path) -> None:
    lay(open_path / "g", a="location / { return 200; }")
    with gateway(open_path / "g", "include conf.d/a.conf;") as made:
        (made.base / "conf.d/a.conf").unlink()
        setup = fact(made, GatewaySetup)
        assert any("conf.d/a.conf" in problem for problem in setup.problems)
        made.config.unlink()
        gap = found(made, NginxConfiguration)
    assert isinstance(gap, Gap)
    assert gap.why is Why.UNREADABLE
    assert str(made.config) in gap.says
    assert not gap.unlock


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_names_the_rights_it_takes(open_path: Path) -> None:
    with gateway(open_path / "g", "return 200;") as made:
        made.config.chmod(0)
        gap = found(made, NginxConfiguration)
    assert isinstance(gap, Gap)
    assert gap.why is Why.NO_PERMISSION
    assert "sudo" in gap.unlock


def test_a_file_that_is_no_configuration_does_no_harm(open_path: Path) -> None:
    with gateway(open_path / "g", "return 200;") as made:
        made.settle()
        made.config.write_bytes(bytes(range(256)) * 100)
        assert facts(made, GatewaySetup)[0].newer == (str(made.config),)


@pytest.mark.parametrize("level", ["error", "notice"])
def test_a_file_that_changed_before_a_lone_worker_was_replaced_is_not_taken_for_loaded(
    level: str, open_path: Path
) -> None:
    """It has what the master read before, although it is younger than the file."""
    lay(open_path / "g", a="location / { return 200; }")
    main = f"worker_processes 1; error_log {open_path}/g/error.log {level};"
    with gateway(open_path / "g", INCLUDING, main=main) as made:
        made.settle()
        lay(made.base, a="location / { return 404; }")
        made.settle()
        made.replace_workers()
        assert made.status() == 200
        setup = fact(made, GatewaySetup)
        changed, file = (setup.doubtful, setup.newer) if level == "error" else (setup.newer, setup.doubtful)
        assert [os.path.relpath(path, made.base) for path in changed] == ["conf.d/a.conf"]
        assert file == ()
        assert fact(made, NginxConfiguration).since is None
        route = fact(made, RouteTaken, As(host="shop.test", arrives=("127.0.0.1", made.port)))
        assert not route.loaded
        assert ("may not be loaded" in route.seen.raw) is (level == "error")
        made.reload()
        assert made.status() == 404
        loaded = fact(made, GatewaySetup)
        assert loaded.newer == ()
        assert (loaded.doubtful == ()) is (level == "notice"), "a lone worker of a reload looks the same"


def test_of_several_workers_one_that_was_replaced_changes_nothing(open_path: Path) -> None:
    lay(open_path / "g", a="location / { return 200; }")
    with gateway(open_path / "g", INCLUDING) as made:
        made.settle()
        lay(made.base, a="location / { return 404; }")
        made.settle()
        one = min(made.serving())
        os.kill(one, signal.SIGKILL)
        until("another in its place", lambda: len(made.serving()) == 2 and one not in made.serving())
        setup = fact(made, GatewaySetup)
    assert [os.path.relpath(path, made.base) for path in setup.newer] == ["conf.d/a.conf"]
