from why502.diagnosis.catalogue import FAMILIES, catalogue, explaining, rank
from why502.observations.failure import FailureId


def test_every_cause_is_there_by_its_id_the_common_first() -> None:
    found = catalogue()
    assert all(id_ == cause.id for id_, cause in found.items())
    assert [rank(cause) for cause in found.values()] == sorted(rank(cause) for cause in found.values())
    assert next(iter(found)) == "application.not-running"


def test_families_are_those_of_the_catalogue() -> None:
    assert {id_.partition(".")[0] for id_ in catalogue()} <= set(FAMILIES)


def test_who_explains() -> None:
    refused = {cause.id for cause in explaining(FailureId.CONNECT_REFUSED)}
    assert {"network.nothing-listening", "application.not-running", "gateway.wrong-address"} <= refused
    assert "overload.out-of-memory" in {cause.id for cause in explaining("application.not-running")}
    assert explaining("no.such-cause") == ()
