"""Which names are asked for, and whose answers count."""

from tests.causes.grades import server, servers
from tests.evidence import Known, case, endpoint, name, seen
from why502.observations.failure import FailureId
from why502.observations.probes import NameAnswer
from why502.observations.verdict import Excluded
from why502.rules.names import answers_of, names_wanted, nothing_to_resolve

UNRESOLVED = case(FailureId.RESOLVE_FAILED, name("(upstream not told)"), detail=(("name", "app"),))
NOBODY = case(FailureId.NO_LIVE_UPSTREAM, name("group"), detail=(("name", "round_robin"),))


def answer(server_: str) -> NameAnswer:
    return NameAnswer(about=name("app"), seen=seen(), server=server_, addresses=(), code="NXDOMAIN", seconds=0.1)


def test_the_name_of_the_message_or_those_without_an_address() -> None:
    assert [str(want.about) for want in names_wanted(UNRESOLVED, Known())] == ["app"]
    missing = servers(server("app:80"), server("b", endpoint()), server("192.0.2.1"))
    assert [str(want.about) for want in names_wanted(NOBODY, Known(missing))] == ["app"]
    assert names_wanted(NOBODY, Known()) == ()
    assert names_wanted(case(FailureId.RESOLVE_FAILED, name("x")), Known()) == ()


def test_name_servers_count_before_the_systems_own_answer() -> None:
    assert answers_of(UNRESOLVED, Known(answer("system"), answer("192.0.2.53"))) == (answer("192.0.2.53"),)
    assert answers_of(UNRESOLVED, Known(answer("system"))) == (answer("system"),)


def test_nothing_is_to_be_resolved_where_each_server_has_an_address() -> None:
    whole = servers(server("a", endpoint()))
    assert isinstance(nothing_to_resolve(NOBODY, Known(whole)), Excluded)
    assert nothing_to_resolve(NOBODY, Known(servers(server("a")))) is None
    assert nothing_to_resolve(UNRESOLVED, Known(whole)) is None
    assert nothing_to_resolve(NOBODY, Known()) is None
