import dataclasses

from hypothesis import given

from tests.report.arbitrary import reports, thorough
from tests.report.examples import EXAMPLES, hop
from why502.report.hops import DEEPEST, WIDEST, Edge, way
from why502.report.model import Role, State
from why502.report.picture import picture
from why502.report.text import drawing


def with_hops(*hops):
    return dataclasses.replace(EXAMPLES["healthy"], hops=hops)


def flat(stops):
    for stop in stops:
        yield stop
        yield from flat(stop.behind)


def test_the_client_is_not_drawn_twice():
    (gateway,) = way(EXAMPLES["healthy"])
    assert gateway.hop.id == "h1"
    assert [stop.hop.id for stop in gateway.behind] == ["h2"]


def test_it_broke_where_the_cause_lies():
    (gateway,) = way(EXAMPLES["two-incidents"])
    assert gateway.edge is Edge.OPEN
    assert [(stop.edge, stop.note) for stop in gateway.behind] == [
        (Edge.BROKEN, "connect-refused"),
        (Edge.OPEN, ""),
        (Edge.BROKEN, "response-timeout"),
    ]


def test_a_gateway_that_fails_by_itself_was_reached():
    (gateway,) = way(EXAMPLES["intermittent"])
    assert (gateway.edge, gateway.faulty, gateway.note) == (Edge.OPEN, True, "closed-before-response")


def test_without_a_proven_cause_it_broke_on_the_way_to_what_is_seen_to_fail():
    refused = EXAMPLES["refused"]
    (first,) = refused.incidents
    unproven = dataclasses.replace(refused, incidents=(dataclasses.replace(first, caused_at=first.made_at),))
    (gateway,) = way(unproven)
    assert (gateway.edge, gateway.faulty) == (Edge.OPEN, False)
    assert [(stop.edge, stop.note) for stop in gateway.behind] == [(Edge.BROKEN, "connect-refused")]
    assert drawing(unproven) == drawing(refused)


def test_of_many_the_broken_are_drawn_and_the_rest_counted():
    many = [hop(f"u{n}", "g", Role.UPSTREAM, State.FAILED if n == 70 else State.OK, None, f"u{n}") for n in range(100)]
    (gateway,) = way(with_hops(hop("g", None, Role.GATEWAY, State.OK, "nginx", None), *many))
    assert gateway.behind[0].hop.id == "u70"
    assert (len(gateway.behind), gateway.left) == (WIDEST, 100 - WIDEST)
    assert "and 92 more hops" in drawing(with_hops(hop("g", None, Role.GATEWAY, State.OK, "nginx", None), *many))


def test_a_very_long_way_ends_somewhere():
    chain = [hop(f"h{n}", f"h{n - 1}" if n else None, Role.GATEWAY, State.OK, "x", None) for n in range(500)]
    assert len(list(flat(way(with_hops(*chain))))) == DEEPEST


def test_loops_and_strangers_do_no_harm():
    loop = with_hops(
        hop("a", "b", Role.GATEWAY, State.OK, "a", None),
        hop("b", "a", Role.GATEWAY, State.OK, "b", None),
        hop("c", "gone", Role.GATEWAY, State.OK, "c", None),
        hop("d", "d", Role.GATEWAY, State.OK, "d", None),
    )
    assert [stop.hop.id for stop in flat(way(loop))] == ["c"]


@thorough
@given(reports)
def test_no_hop_is_drawn_twice(report):
    drawn = [stop.hop.id for stop in flat(way(report))]
    assert len(drawn) == len(set(drawn))
    assert bool(picture(report)) == bool(drawn)
