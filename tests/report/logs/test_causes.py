from why502.diagnosis.catalogue import catalogue
from why502.logs.patterns import Pattern, hints
from why502.observations.failure import FailureId
from why502.report.logs.causes import title_of


def test_titles_are_those_of_the_catalogue() -> None:
    for cause in catalogue().values():
        assert title_of(cause.id) == cause.title


def test_what_has_no_page_is_told_by_its_id() -> None:
    assert title_of("platform.never-heard-of") == "platform.never-heard-of"
    assert title_of("connect-refused") == "connect-refused"


def test_every_hint_can_be_told() -> None:
    for pattern in Pattern:
        for failure in FailureId:
            assert all(title_of(each) for each in hints(pattern, failure))
