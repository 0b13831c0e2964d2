"""Names and wildcards; their order is checked against a real nginx in `test_listeners`."""

from hypothesis import given
from hypothesis import strategies as st

from why502.gateways.nginx.hostnames import HostTable


@given(st.lists(st.text(".*ab", max_size=6)), st.text(".ab", max_size=8))
def test_finds_in_any_table(names: list[str], host: str) -> None:
    table: HostTable[int] = HostTable()
    for position, name in enumerate(names):
        table.add(name, position)
    found = table.find(host)
    if host and host in names and not any(name == f".{host}" for name in names):
        assert found == (names.index(host), f'name "{host}"') or host.startswith(".")


def test_finds_the_longest_and_keeps_the_first() -> None:
    table: HostTable[int] = HostTable()
    names = ("*.a.test", "b.test", ".b.test", "*.x.a.test", "w.*", "w.a.*", "B.test", "*.a.test")
    for position, name in enumerate(names):
        table.add(name, position)
    hosts = ("y.a.test", "a.test", "b.test", "c.b.test", "y.x.a.test", "x.a.test", "w.c", "w.a.c", "w", "")
    found = [table.find(host) for host in hosts]
    assert [hit and hit[0] for hit in found] == [0, None, 1, None, 3, 0, 4, 5, None, None]
