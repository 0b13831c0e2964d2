from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import Cause, cause


@cause(explains={FailureId.CONNECT_REFUSED, "network.no-route"}, common=4)
def made_up(case: Case, evidence: Evidence) -> Verdict:
    return Irrelevant()


def test_a_judge_becomes_an_entry_of_its_file() -> None:
    assert isinstance(made_up, Cause)
    assert made_up.id == "rules.test-cause"
    assert made_up.common == 4
    assert made_up.explains == {FailureId.CONNECT_REFUSED, "network.no-route"}


def test_its_page_is_the_text_of_its_file() -> None:
    from why502.causes.network.nothing_listening import nothing_listening

    assert nothing_listening.id == "network.nothing-listening"
    assert nothing_listening.title == "Nothing listens on the upstream's port"
    assert nothing_listening.page.startswith(nothing_listening.title)
