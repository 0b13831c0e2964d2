"""Judging one report against the truth, and adding many up."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.truth import KINDS, Place, Scenario, View

Report = Mapping[str, Any]

BASELINE = {  # for each failure its most common cause in the field: what a table that does not look would say
    "connect-refused": "application.not-running",
    "connect-no-socket": "gateway.socket-missing",
    "connect-denied": "gateway.socket-permission",
    "connect-timeout": "firewall.dropped",
    "connect-unreachable": "firewall.rejected",
    "connect-exhausted": "overload.file-descriptors",
    "response-timeout": "application.too-slow",
    "closed-before-response": "gateway.keepalive-mismatch",
    "reset-before-response": "gateway.keepalive-mismatch",
    "header-too-big": "gateway.buffer-too-small",
    "tls-failed": "tls.tls-to-plain-port",
    "invalid-response": "tls.plain-to-tls-port",
    "truncated-response": "application.crashes-on-request",
    "no-live-upstream": "application.not-running",
    "resolve-failed": "dns.name-not-found",
    "upstream-answered-error": "application.answers-502",
}


@dataclass(frozen=True)
class Mark:
    """How one report did. None: the truth does not ask this here."""

    scenario: str
    seed: str
    place: Place
    cause: str
    answered: str
    first: bool | None
    failure: bool | None
    subject: bool | None
    proven: bool | None
    wrong: tuple[str, ...]
    accused: tuple[str, ...]
    baseline: bool | None
    seconds: float
    memory: int
    trouble: str = ""


def judge(  # noqa: PLR0913, PLR0917 - a run and what became of it
    name: str,
    seed: str,
    place: Place,
    scenario: Scenario,
    report: Report | None,
    seconds: float,
    memory: int,
    trouble: str,
) -> Mark:
    """Compare one report (None: there was none) with the truth at that place; memory in KiB."""
    look = scenario.views[place]
    truth = scenario.views[Place.ROOT]
    incident = _first_incident(report)
    answered = str(incident.get("cause") or "-") if incident else "-"
    sure = bool(incident) and incident.get("certainty") == "proven"
    right = answered in look.first
    asked = bool(look.first) and not scenario.healthy
    failures = scenario.failures
    return Mark(
        scenario=name,
        seed=seed,
        place=place,
        cause="healthy" if scenario.healthy else (truth.first[0] if truth.first else "other"),
        answered=(answered + ("!" if sure else "?")) if incident else _verdict(report),
        first=right if asked else None,
        failure=(_failure(incident) in failures) if asked and failures and place is not Place.OUTSIDE else None,
        subject=(right and _subject_right(incident, look)) if asked and look.subject else None,
        proven=(right and sure and _decided(report, incident, look)) if look.provable else None,
        wrong=tuple(sorted(_wrong(report, look))),
        accused=tuple(_accused(report)) if scenario.healthy else (),
        baseline=(BASELINE.get(failures[0]) in look.first) if asked and failures else None,
        seconds=seconds,
        memory=memory,
        trouble=trouble or _disagreement(report, look, answered),
    )


def _first_incident(report: Report | None) -> Mapping[str, Any]:
    incidents = (report or {}).get("incidents") or [{}]
    first: Mapping[str, Any] = incidents[0]
    return first


def _verdict(report: Report | None) -> str:
    return f"({report.get('verdict')})" if report else "(no report)"


def _failure(incident: Mapping[str, Any]) -> str:
    return str((incident.get("failure") or {}).get("id", ""))


def _last_proven(incident: Mapping[str, Any]) -> Mapping[str, Any]:
    links = [link for link in incident.get("chain", ()) if link.get("certainty") == "proven"]
    last: Mapping[str, Any] = links[-1] if links else {}
    return last


def _subject_right(incident: Mapping[str, Any], look: View) -> bool:
    named = [str(link.get("subject", "")) for link in incident.get("chain", ()) if link.get("id") == incident["cause"]]
    if not named:
        named = [str((incident.get("failure") or {}).get("upstream", ""))]
    return any(text in named[-1] for text in look.subject)


def _decided(report: Report | None, incident: Mapping[str, Any], look: View) -> bool:
    """Whether the chain rests on the facts that decide."""
    cited = {ref for link in incident.get("chain", ()) for ref in link.get("evidence", ())}
    pieces = [piece for piece in (report or {}).get("evidence", ()) if piece.get("id") in cited]
    return all(any(_meets(piece, want) for want in group for piece in pieces) for group in look.evidence)


def _meets(piece: Mapping[str, Any], want: str) -> bool:
    if want in KINDS:
        return piece.get("kind") == want
    return want in str(piece.get("text", "")) or want in str(piece.get("source", ""))


def _proven_causes(report: Report | None) -> Iterator[str]:
    for incident in (report or {}).get("incidents", ()):
        for link in (*incident.get("chain", ()), *incident.get("alternatives", ())):
            if link.get("certainty") == "proven" and link.get("kind", "cause") == "cause":
                yield str(link.get("id"))
        if incident.get("certainty") == "proven" and incident.get("cause"):
            yield str(incident["cause"])


def _wrong(report: Report | None, look: View) -> set[str]:
    failures = {_failure(incident) for incident in (report or {}).get("incidents", ())}
    return {cause for cause in _proven_causes(report) if cause not in look.chain and cause not in failures}


def _accused(report: Report | None) -> list[str]:
    """List what a report on a sound set-up complains of."""
    if report is None:
        return []
    causes = [str(incident.get("cause") or _failure(incident)) for incident in report.get("incidents", ())]
    if not causes and report.get("verdict") not in ("healthy", "recovered"):
        causes = [f"verdict {report.get('verdict')}"]
    return causes


def _disagreement(report: Report | None, look: View, answered: str) -> str:
    return f"names {answered}" if report and answered in look.forbidden else ""


# -- many


@dataclass(frozen=True)
class Row:
    """The scores of one cause from one place; a share is (right, asked)."""

    cause: str
    place: Place
    runs: int
    first: tuple[int, int]
    subject: tuple[int, int]
    proven: tuple[int, int]
    failure: tuple[int, int]
    baseline: tuple[int, int]
    wrong: int
    accused: int
    median: float
    late: float
    memory: int


def add_up(marks: Sequence[Mark]) -> list[Row]:
    """One row for each cause and place, then one for each place over all."""
    keys = sorted({(mark.place, mark.cause) for mark in marks}, key=lambda key: (key[0].value, key[1]))
    rows = [_row(cause, place, [m for m in marks if m.place is place and m.cause == cause]) for place, cause in keys]
    places = [place for place in Place if any(mark.place is place for mark in marks)]
    return rows + [_row("all", place, [m for m in marks if m.place is place]) for place in places]


def _row(cause: str, place: Place, marks: Sequence[Mark]) -> Row:
    seconds = sorted(mark.seconds for mark in marks)
    return Row(
        cause,
        place,
        len(marks),
        _share(mark.first for mark in marks),
        _share(mark.subject for mark in marks),
        _share(mark.proven for mark in marks),
        _share(mark.failure for mark in marks),
        _share(mark.baseline for mark in marks),
        sum(len(mark.wrong) for mark in marks),
        sum(1 for mark in marks if mark.accused),
        statistics.median(seconds),
        seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))],
        max(mark.memory for mark in marks),
    )


def _share(answers: Iterable[bool | None]) -> tuple[int, int]:
    asked = [answer for answer in answers if answer is not None]
    return sum(asked), len(asked)
