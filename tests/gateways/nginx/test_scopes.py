"""Blocks within blocks: values are inherited one by one, lists as a whole."""

from pathlib import Path

import pytest

from tests.gateways.nginx.test_routing import read
from why502.gateways.nginx.listeners import Index
from why502.gateways.nginx.scopes import Chain, Scope, all_in_force, in_force, scope_of

TEXT = """
error_log /outer.log;
http {
    proxy_read_timeout 5s;
    proxy_set_header A 1; proxy_set_header B 2;
    server {
        proxy_connect_timeout 1s;
        location / { proxy_set_header C 3; if ($x) { proxy_read_timeout 9s; } limit_except GET { deny all; } }
    }
}
"""


@pytest.fixture
def index(tmp_path: Path) -> Index:
    path = tmp_path / "nginx.conf"
    path.write_text(TEXT)
    return read(path)


def chain(index: Index, *names: str) -> Chain:
    """Walk in from outside all blocks, always by the first block of a name."""
    scopes = [scope_of(index.config, None)]
    for name in names:
        block = scopes[-1].first(name)
        assert block is not None
        scopes.append(scope_of(index.config, block))
    return tuple(scopes)


def args(found: object) -> tuple[str, ...]:
    return found.args  # type: ignore[attr-defined, no-any-return]


def test_a_value_comes_from_the_innermost_block_that_has_it(index: Index) -> None:
    location = chain(index, "http", "server", "location")
    assert args(in_force(location, "proxy_read_timeout")) == ("5s",)
    assert args(in_force(location, "proxy_connect_timeout")) == ("1s",)
    assert args(in_force(location, "error_log")) == ("/outer.log",)
    assert in_force(location, "proxy_send_timeout") is None
    assert args(in_force(chain(index, "http", "server", "location", "if"), "proxy_read_timeout")) == ("9s",)
    assert args(in_force(location, "absent", "proxy_connect_timeout", "proxy_read_timeout")) == ("1s",)


def test_a_list_is_replaced_as_a_whole(index: Index) -> None:
    server, location = chain(index, "http", "server"), chain(index, "http", "server", "location")
    assert [args(each) for each in all_in_force(server, "proxy_set_header")] == [("A", "1"), ("B", "2")]
    assert [args(each) for each in all_in_force(location, "proxy_set_header")] == [("C", "3")]
    assert all_in_force(location, "add_header") == ()


def test_blocks_without_a_name_of_their_own_are_known(index: Index) -> None:
    for name, noname in (("if", True), ("limit_except", True)):
        assert chain(index, "http", "server", "location", name)[-1].noname is noname
    assert not chain(index, "http", "server", "location")[-1].noname
    assert not Scope(None, ()).noname
