from tests.evidence import (
    ELSEWHERE,
    Known,
    after,
    case,
    endpoint,
    info,
    journal,
    journal_line,
    process,
    processes,
    publishes,
    unit,
    unit_state,
)
from why502.rules.starts import failed_starts, given_up, sole_unit

ENDED = "app.service: Main process exited, code=exited, status=1/FAILURE"
STARTED = "Started app.service - App."
GIVEN_UP = "app.service: Start request repeated too quickly."


def ends(*lines: tuple[float, str]) -> list[float]:
    found = failed_starts(unit(), journal(*(journal_line(at, text) for at, text in lines)), after(0))
    return [(each.at - after(0)).total_seconds() for each in found]


def test_a_start_that_ends_soon_by_a_bad_status_is_a_failed_one() -> None:
    assert ends((-20, STARTED), (-18, ENDED), (-17, "app.service: Scheduled restart job, x"), (-15, ENDED)) == [
        -18,
        -15,
    ]
    older = "app.service: main process exited, code=exited, status=42/n/a"
    assert ends((-20, "Starting App..."), (-18, older)) == [-18]


def test_other_ends_are_no_failed_starts() -> None:
    assert ends((-18, ENDED)) == [], "begun is not known when"
    assert ends((-600, STARTED), (-18, ENDED)) == [], "it ran for minutes"
    assert ends((-7300, STARTED), (-7200, ENDED)) == [], "long ago"
    assert ends((1, STARTED), (2, ENDED)) == [], "after the moment that is asked for"
    assert ends((-20, STARTED), (-18, ENDED.replace("status=1/", "status=0/"))) == []
    assert ends((-20, STARTED), (-18, ENDED.replace("app.", "db."))) == []


def test_a_manager_that_gave_up_says_so() -> None:
    assert given_up(journal(journal_line(-9, ENDED), journal_line(-8, GIVEN_UP)))
    assert not given_up(journal(journal_line(-8, GIVEN_UP), journal_line(-5, STARTED)))
    assert not given_up(journal(journal_line(-8, GIVEN_UP, pid=20)))


def test_the_only_unit_that_names_an_address_is_found_beside_its_own_processes() -> None:
    facts = (publishes(), unit_state(), processes(info(20)), publishes(process(20)))
    sole = sole_unit(case(), Known(*facts))
    assert sole is not None
    assert sole.unit == unit()


def test_another_unit_another_process_or_another_namespace_leave_none() -> None:
    facts = (publishes(), unit_state(), processes(info(20, unit="web.service")))
    assert sole_unit(case(), Known(*facts, publishes(process(20)))) is None
    assert sole_unit(case(), Known(*facts, publishes(unit("web.service")), unit_state("web.service"))) is None
    assert sole_unit(case(about=endpoint(place=ELSEWHERE)), Known(*facts)) is None
    assert sole_unit(case(about=endpoint(port=9)), Known(*facts)) is None
    assert sole_unit(case(), Known(publishes(apart=True), unit_state(), processes())) is None
    assert sole_unit(case(), Known()) is None
