"""Files, includes and blocks, without a file system."""

import glob
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.gateways.nginx import tree
from why502.gateways.nginx.tree import Config, List, Loading, Read, matches


def load(files: dict[str, bytes], main: str = "/etc/nginx/nginx.conf", directives: str = "") -> Config:
    loading = Loading(main, "/usr/share/nginx/", directives)
    for _ in range(100):
        wishes = loading.wanted()
        if not wishes:
            return loading.config()
        for wish in wishes:
            match wish:
                case Read(path=path):
                    loading.give_file(path, files.get(path), "No such file or directory")
                case List(path=path):
                    below = {name[len(path.rstrip("/")) + 1 :].split("/")[0] for name in files if name.startswith(path)}
                    loading.give_names(path, sorted(below) or None)
    pytest.fail("wishes without end")


def names(config: Config) -> list[str]:
    return [" ".join(directive.words) for directive in config.walk()]


def test_puts_includes_in_their_place() -> None:
    config = load(
        {
            "/etc/nginx/nginx.conf": (
                b"a; include conf.d/*.conf; http { include /h; limit_except GET { include l; } } z;"
            ),
            "/etc/nginx/conf.d/b.conf": b"b;",
            "/etc/nginx/conf.d/B.conf": b"B;",
            "/etc/nginx/conf.d/.hidden.conf": b"hidden;",
            "/etc/nginx/conf.d/c.txt": b"c;",
            "/h": b"h { include l; }",
            "/etc/nginx/l": b"l 1; # one\nl 2;",
        }
    )
    assert not config.problems
    assert names(config) == ["a", "B", "b", "http", "h", "l 1", "l 2", "limit_except GET", "l 1", "l 2", "z"]
    assert config.files == (
        "/etc/nginx/nginx.conf",
        "/etc/nginx/conf.d/B.conf",
        "/etc/nginx/conf.d/b.conf",
        "/h",
        "/etc/nginx/l",
    )
    assert config.lines == 6
    second = next(directive for directive in config.walk() if directive.words == ("l", "2"))
    assert str(second.site) == "/etc/nginx/l:2"
    assert second.text == "l 2"


def test_reads_directives_of_the_command_line_first() -> None:
    config = load({"/etc/nginx/nginx.conf": b"a;"}, directives="daemon off;")
    assert names(config) == ["daemon off", "a"]


def test_tells_what_cannot_be_read() -> None:
    config = load({"/etc/nginx/nginx.conf": b"a;\ninclude missing; include none/*; b"})
    assert names(config) == ["a"]
    assert [str(problem) for problem in config.problems] == [
        '/etc/nginx/nginx.conf:2: unexpected end of file, expecting ";" or "}"',
        "/etc/nginx/nginx.conf:2: /etc/nginx/missing: No such file or directory",
    ]


def test_leaves_cycles_out() -> None:
    config = load({"/etc/nginx/nginx.conf": b"a; include b;", "/etc/nginx/b": b"b; include nginx.conf;\ninclude *b;"})
    assert names(config) == ["a", "b"]
    assert [problem.says for problem in config.problems] == [
        "/etc/nginx/nginx.conf includes itself",
        "/etc/nginx/b includes itself",
    ]


def test_bounds_what_includes_can_grow_to() -> None:
    files = {f"/etc/nginx/{n}": f"x; include {n + 1}; include {n + 1};".encode() for n in range(40)}
    config = load({"/etc/nginx/nginx.conf": b"include 0;", **files, "/etc/nginx/40": b"x;"})
    assert any("statements" in problem.says for problem in config.problems)
    assert sum(1 for _ in config.walk()) <= tree.MOST_STATEMENTS


def test_bounds_the_depth_of_includes() -> None:
    files = {f"/etc/nginx/{n}": f"x; include {n + 1};".encode() for n in range(200)}
    config = load({"/etc/nginx/nginx.conf": b"include 0;", **files})
    assert any("within each other" in problem.says for problem in config.problems)
    assert len(names(config)) <= tree.DEEPEST_INCLUDE + 1


def test_bounds_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_BYTES", 20)
    config = load({"/etc/nginx/nginx.conf": b"include b; include c;", "/etc/nginx/b": b"b;", "/etc/nginx/c": b"c" * 30})
    assert any("left out" in problem.says for problem in config.problems)


@given(st.binary(max_size=200), st.binary(max_size=100))
def test_takes_any_bytes(main: bytes, other: bytes) -> None:
    config = load({"/etc/nginx/nginx.conf": b"include other; include o*;" + main, "/etc/nginx/other": other})
    assert names(config) is not None
    assert config.lines >= 1


@given(st.text("ab*?[]!-^.\\x", max_size=8), st.text("abx.-]!", min_size=1, max_size=6))
def test_matches_any_pattern_in_time(pattern: str, name: str) -> None:
    assert matches(pattern, name) in (True, False)


def test_matches_without_blowing_up() -> None:
    assert not matches("*a" * 60 + "b", "a" * 250)


@pytest.mark.parametrize("pattern", ["*.conf", "[a-b]*", "[!a]*", "?.conf", "*/x.conf", "*", ".*f", "a.con[f]", "d?/*"])
def test_finds_what_the_system_finds(tmp_path: Path, pattern: str) -> None:
    for name in ("a.conf", "B.conf", "b.conf", ".h.conf", "z.txt", "d1/x.conf", "d2/x.conf", "d2/y"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(f"{re.sub('[^a-z0-9]', '_', name.lower())};".encode())
    main = tmp_path / "nginx.conf"
    main.write_text(f"include {pattern};")
    loading = Loading(str(main))
    while wishes := loading.wanted():
        for wish in wishes:
            if isinstance(wish, Read):
                loading.give_file(wish.path, Path(wish.path).read_bytes() if Path(wish.path).is_file() else None)
            else:
                loading.give_names(wish.path, os.listdir(wish.path) if os.path.isdir(wish.path) else None)
    found = sorted(os.fsencode(path) for path in glob.glob(f"{tmp_path}/{pattern}"))
    files = [path.decode() for path in found if os.path.isfile(path) and path != os.fsencode(main)]
    assert sorted(loading.config().files[1:]) == sorted(files)
    if "nginx.conf" not in [Path(path.decode()).name for path in found]:
        assert list(loading.config().files[1:]) == files
