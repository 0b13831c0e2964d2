"""A report is judged as the truth says, whatever its shape."""

from __future__ import annotations

from typing import Any

from lab.score import Mark, add_up, judge
from lab.truth import Place, Scenario, View, sound, view, views

TRUTH = Scenario(
    "http://shop.example/",
    views(
        root=view(
            "application.not-running",
            chain="network.nothing-listening",
            evidence=(("unit",), ("refused", "socket-table")),
            subject=("shop.service",),
        ),
        user=view("application.not-running", proven=False, chain="network.nothing-listening"),
    ),
    lambda: None,
    failures=("connect-refused",),
)


def report(
    *causes: str, certainty: str = "proven", subject: str = "shop.service", kinds: tuple[str, ...] = ("unit", "probe")
) -> dict[str, Any]:
    links = [
        {"kind": "cause", "id": cause, "subject": subject, "certainty": certainty, "evidence": ["e1", "e2"]}
        for cause in causes
    ]
    return {
        "verdict": "bad-gateway",
        "incidents": [
            {
                "failure": {"id": "connect-refused", "upstream": "127.0.0.1:8000"},
                "cause": causes[-1],
                "certainty": certainty,
                "chain": [{"kind": "failure", "id": "connect-refused", "certainty": "proven", "evidence": []}, *links],
                "alternatives": [],
            }
        ],
        "evidence": [
            {"id": f"e{number}", "kind": kind, "text": "Connection refused", "source": "x"}
            for number, kind in enumerate(kinds, 1)
        ],
    }


def mark(said: dict[str, Any] | None, place: Place = Place.ROOT, truth: Scenario = TRUTH) -> Mark:
    return judge("a/b", "1", place, truth, said, 1.0, 2048, "")


def test_the_right_proof() -> None:
    good = mark(report("network.nothing-listening", "application.not-running"))
    assert (good.first, good.failure, good.subject, good.proven, good.wrong) == (True, True, True, True, ())
    assert good.baseline is True


def test_a_right_suspicion_is_right_but_no_proof() -> None:
    guess = mark(report("application.not-running", certainty="suspected"))
    assert (guess.first, guess.proven, guess.wrong) == (True, False, ())


def test_a_proof_without_the_deciding_fact_does_not_count() -> None:
    assert mark(report("application.not-running", kinds=("probe", "probe"))).proven is False


def test_another_subject() -> None:
    assert mark(report("application.not-running", subject="other.service")).subject is False


def test_a_wrong_proof_at_any_depth() -> None:
    assert mark(report("gateway.wrong-address", "application.not-running")).wrong == ("gateway.wrong-address",)


def test_a_proven_alternative_counts() -> None:
    said = report("application.not-running")
    said["incidents"][0]["alternatives"] = [{"id": "firewall.rejected", "certainty": "proven"}]
    assert mark(said).wrong == ("firewall.rejected",)


def test_a_proof_where_none_is_possible_is_wrong() -> None:
    assert mark(report("application.not-running"), Place.USER).wrong == ("application.not-running",)
    assert mark(report("application.not-running", certainty="suspected"), Place.USER).wrong == ()


def test_a_control_is_accused_by_any_incident() -> None:
    control = sound("http://shop.example/", lambda: None)
    assert mark({"verdict": "healthy", "incidents": []}, truth=control).accused == ()
    assert mark(report("application.not-running", certainty="suspected"), truth=control).accused
    assert mark({"verdict": "inconclusive", "incidents": []}, truth=control).accused
    assert mark(report("application.not-running"), truth=control).wrong == ("application.not-running",)


def test_no_report_is_never_right() -> None:
    none = mark(None)
    assert (none.first, none.proven, none.answered) == (False, False, "(no report)")


def test_a_place_that_sees_nothing_is_not_asked() -> None:
    blind = Scenario("http://x/", {**TRUTH.views, Place.USER: View()}, lambda: None, failures=("connect-refused",))
    answer = mark({"verdict": "healthy", "incidents": []}, Place.USER, blind)
    assert (answer.first, answer.failure, answer.proven, answer.wrong) == (None, None, None, ())


def test_rows_add_up() -> None:
    marks = [mark(report("application.not-running")), mark(None)]
    row = next(row for row in add_up(marks) if row.cause == "application.not-running")
    assert (row.runs, row.first, row.proven) == (2, (1, 2), (1, 2))
    assert add_up(marks)[-1].cause == "all"
