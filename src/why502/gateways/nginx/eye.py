"""nginx's eye for its own answers, as first contact asks it."""

from why502.gateways.nginx.recognise import possible, recognise
from why502.gateways.recognition import Recogniser
from why502.observations.answer import Answer, Origin
from why502.observations.failure import FailureId


def _origin(answer: Answer) -> Origin | None:
    if answer.status is None:
        return None
    return recognise(answer.status, answer.reason, answer.headers, answer.body)


def _possible(answer: Answer) -> frozenset[FailureId]:
    return possible(answer.status or 0, answer.seconds)


NGINX = Recogniser(home=__name__, product="nginx", origin=_origin, possible=_possible)
