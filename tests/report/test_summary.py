import pytest

from tests.diagnosis.made import answer
from tests.evidence import failure, name, route, settings
from tests.report.outcomes import NOTHING, explained, incident, outcome, suspect
from why502.diagnosis.outcome import Finding
from why502.observations.answer import Ending
from why502.observations.failure import FailureId
from why502.report.summary import WORDS, failure_words, summary_of


def test_every_failure_has_words() -> None:
    assert WORDS.keys() == set(FailureId)
    for id_ in FailureId:
        assert failure_words(failure(id_), None).startswith("nginx ")


def test_an_upstream_that_is_not_known_is_not_made_up() -> None:
    assert "(upstream" not in failure_words(failure(about=name("(upstream not told)")), None)


def test_what_is_still_to_come_tells_how_long_the_gateway_waits() -> None:
    made = route(settings=settings(read_timeout=7.0, connect_timeout=3.0))
    waiting = failure(FailureId.RESPONSE_TIMEOUT, detail=(("to-come", "yes"),))
    assert failure_words(waiting, made).endswith("so far; it waits 7 s")
    connecting = failure(FailureId.CONNECT_TIMEOUT, detail=(("to-come", "yes"),))
    assert failure_words(connecting, made).endswith("it waits 3 s")
    assert "as the gateway does" in failure_words(failure(detail=(("from", "probe"),)), made)


def test_the_last_proven_link_is_told() -> None:
    assert summary_of(outcome(incident())) == "shop.example.com answers 502: app.service is stopped."


def test_a_suspicion_is_told_as_one() -> None:
    told = summary_of(outcome(incident(explained(suspects=(suspect("application.not-running"),)))))
    assert "suspected, not proven: the service that should answer is stopped" in told
    assert summary_of(outcome(incident(explained()))).endswith("its cause is not known.")


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (Finding.INTERMITTENT, "fails now and then"),
        (Finding.RECOVERED, "answers now, but failed before"),
        (Finding.BAD_GATEWAY, "answers 502"),
    ],
)
def test_how_it_fails(finding: Finding, words: str) -> None:
    assert words in summary_of(outcome(incident(explained(NOTHING)), finding=finding))


def test_health_is_told_with_what_would_go_unseen() -> None:
    good = tuple(answer(200, number) for number in (1, 2, 3))
    told = summary_of(outcome(finding=Finding.HEALTHY, answers=good))
    assert "3 of 3 tries" in told
    assert "63 %" in told
    assert "log" not in summary_of(outcome(finding=Finding.HEALTHY, answers=good, inside=None))


def test_the_other_ends() -> None:
    assert "404" in summary_of(outcome(finding=Finding.OTHER_ERROR, answers=(answer(404),)))
    lost = answer(None, ending=Ending.NO_CONNECTION, error="refused")
    assert summary_of(outcome(finding=Finding.UNREACHABLE, answers=(lost,))).endswith("cannot be reached: refused.")
    assert "no gateway here" in summary_of(outcome(finding=Finding.INCONCLUSIVE, answers=(), inside=None))
    assert "no request was sent" in summary_of(outcome(finding=Finding.INCONCLUSIVE, answers=()))
