"""Each short form has its grade."""

from tests.evidence import case, net, table
from why502.observations.sockets import SocketTable
from why502.observations.verdict import Fix, Grade, Suspected
from why502.observations.want import Want
from why502.rules.suspecting import by_message, perhaps, points, told


def test_the_forms() -> None:
    want, fact, fix = Want(kind=SocketTable, about=net()), table(), Fix(title="mend it")
    assert perhaps("so", want) == Suspected(grade=Grade.COMPATIBLE, says="so", wants=(want,))
    assert points("so", fact, fixes=(fix,)) == Suspected(grade=Grade.SPECIFIC, says="so", because=(fact,), fixes=(fix,))
    assert told("so", fact) == Suspected(grade=Grade.NAMED, says="so", because=(fact,))
    assert by_message(case(), "so").because == (case().failure,)
