from why502.observations.probes import ResponseAttempt
from why502.observations.sockets import SocketTable
from why502.survey.lookers import all_lookers, by_kind


def test_every_room_that_sees_has_lookers() -> None:
    rooms = {looker.id.partition(".")[0] for looker in all_lookers()}
    assert rooms == {"probes", "host", "gateways", "servers"}


def test_lookers_are_found_by_what_they_yield_the_cheap_first() -> None:
    assert [looker.id for looker in by_kind()[SocketTable]] == ["host.sockets"]
    assert ResponseAttempt in by_kind()
    for kind, lookers in by_kind().items():
        assert all(kind in looker.yields for looker in lookers)
        assert [looker.cost for looker in lookers] == sorted(looker.cost for looker in lookers)
