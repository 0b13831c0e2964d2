"""Who holds an address: every listener that takes it, and the processes behind them."""

from tests.evidence import (
    LATER,
    Known,
    after,
    case,
    endpoint,
    info,
    listener,
    name,
    processes,
    seen,
    socket_path,
    table,
    unix_listener,
)
from why502.rules.holding import address_of, holding, holding_wants, listeners_at


def test_every_listener_counts_the_exact_one_first() -> None:
    found = table(listener("0.0.0.0", inode=1), listener(inode=2), listener(port=9), unix_listener())
    assert [getattr(each, "inode", 0) for each in listeners_at(endpoint(), found)] == [2, 1]
    assert len(listeners_at(socket_path(), found)) == 1


def test_the_oldest_holder_comes_first_whatever_the_time_of_the_look() -> None:
    facts = (table(listener(pids=(21, 20, 22)), seen=seen(LATER)), processes(info(21, started=after(1)), info(20)))
    held = holding(endpoint(), Known(*facts))
    assert held is not None
    assert [each.pid for each in held.holders] == [20, 21]


def test_without_a_table_nothing_is_known_and_both_are_asked_for() -> None:
    evidence = Known()
    assert holding(endpoint(), evidence) is None
    assert set(evidence.asked) == set(holding_wants(endpoint()))
    held = holding(endpoint(), Known(table(listener(pids=(20,)))))
    assert held is not None
    assert (held.processes, held.holders) == (None, ())


def test_only_an_address_can_be_held() -> None:
    assert address_of(case()) == endpoint()
    assert address_of(case(about=name("app"))) is None
