"""Outcomes of a diagnosis, for what makes a report of them."""

from datetime import timedelta
from typing import Any

from tests.diagnosis.made import TARGET, answer, inside
from tests.evidence import START, endpoint, failure, route, seen, table, unit_state
from why502.diagnosis.chain import Explanation, Reason, Suspect
from why502.diagnosis.outcome import Finding, Incident, Outcome
from why502.observations.fact import EvidenceKind
from why502.observations.verdict import Excluded, Fix, Grade, Link, Proven, Risk, Suspected

TABLE = table(seen=seen(kind=EvidenceKind.SOCKET_TABLE, raw="LISTEN 0/128 127.0.0.1:22", source="/proc/net/tcp"))
STOPPED = unit_state(active="failed", seen=seen(kind=EvidenceKind.UNIT, raw="ActiveState=failed", source="systemctl"))
NOTHING = Link(
    cause="network.nothing-listening",
    proof=Proven(
        subject=endpoint(), because=(TABLE,), says="nothing listens on 127.0.0.1:8000", fixes=(Fix(title="look"),)
    ),
)
NOT_RUNNING = Link(
    cause="application.not-running",
    proof=Proven(
        subject=STOPPED.about, because=(STOPPED, TABLE), says="app.service is stopped",
        fixes=(Fix(title="start it", commands=("systemctl start app.service",), risk=Risk.RESTART),),
    ),
)  # fmt: skip


def suspect(cause: str, grade: Grade = Grade.COMPATIBLE, **more: Any) -> Suspect:
    return Suspect(cause=cause, verdict=Suspected(grade=grade, says=f"perhaps {cause}", **more), common=5)


def explained(*chain: Link, suspects: tuple[Suspect, ...] = (), rivals: tuple[Link, ...] = ()) -> Explanation:
    ruled_out = Reason(cause="network.address-family", verdict=Excluded(because=(TABLE,), says="neither family"))
    return Explanation(chain=chain, suspects=suspects, rivals=rivals, excluded=(ruled_out,))


def incident(explanation: Explanation | None = None, **more: Any) -> Incident:
    values = {"failure": failure(), "explanation": explanation or explained(NOTHING, NOT_RUNNING), "route": route()}
    return Incident(**{**values, **more})


def outcome(*incidents: Incident, finding: Finding = Finding.BAD_GATEWAY, **more: Any) -> Outcome:
    values: dict[str, Any] = {
        "target": TARGET, "finding": finding, "started": START, "ended": START + timedelta(seconds=2.5),
        "answers": (answer(502), answer(502, 2)), "origin": None, "names": (), "inside": inside(),
        "incidents": incidents, "noted": (), "gaps": (), "facts": (), "vantage": ("local", "local", True),
    }  # fmt: skip
    return Outcome(**{**values, **more})
