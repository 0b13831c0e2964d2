from typing import Any

from tests.evidence import Known, case, endpoint, group, logged, route, served
from why502.observations.gateway import PastAnswers
from why502.observations.want import Held
from why502.rules.answering import answered_here, may_be_from, some_from

HERE = "127.0.0.1:8000"
OTHER = "127.0.0.1:8001"
GROUP = route(group=group(endpoint(), endpoint(port=8001)))


def test_good_answers_that_the_log_gives_to_the_address() -> None:
    assert answered_here(case(), Known(served(good=1, upstreams=(HERE,))))
    assert not answered_here(case(), Known(served(good=1, upstreams=(OTHER,))))
    assert answered_here(case(), Known(served(good=2, upstreams=(HERE, OTHER)))), "whoever answered besides"
    assert answered_here(case(), Known(logged(-60)))
    assert not answered_here(case(), Known(logged(-60, attempts=((OTHER, "200", 0.0),))))
    assert not answered_here(case(), Known(logged(-60, attempts=((HERE, "502", 0.0),))))


def test_good_answers_of_a_log_without_upstreams_are_those_of_the_only_server() -> None:
    assert answered_here(case(), Known(served(good=1), route()))
    assert not answered_here(case(), Known(served(good=1), GROUP))
    assert not answered_here(case(), Known(served(good=1)))
    assert not answered_here(case(), Known(served(), route()))


def test_some_of_them_or_all() -> None:
    both = served(good=2, upstreams=(HERE, OTHER))
    assert some_from(case(), Known(), both)
    assert not may_be_from(case(), Known(), both)


def test_without_a_log_nothing_is_known() -> None:
    assert not answered_here(case(), Known(route()))
    assert not may_be_from(case(), Known(), served(good=1))


class Earlier(Known):
    """The newest good answer of the days before is known, and none since the configuration was taken up."""

    def ask(self, want: Any) -> Any:
        return Held(facts=()) if want.kind is PastAnswers and want.window is None else super().ask(want)


def test_an_answer_under_an_earlier_configuration_counts_where_the_log_names_the_address() -> None:
    assert answered_here(case(), Earlier(served(good=1, upstreams=(HERE,)), route()))
    assert answered_here(case(), Earlier(served(good=2, upstreams=(OTHER, HERE)), route()))
    assert not answered_here(case(), Earlier(served(good=1, upstreams=(OTHER,)), route()))
    assert not answered_here(case(), Earlier(served(good=1), route()))
