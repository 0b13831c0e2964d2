"""Answers, and a survey of which everything is known beforehand."""

from datetime import timedelta
from typing import Any, cast

from tests.evidence import START, Known, endpoint, gateway, request, route, seen
from tests.vantages import Paper
from why502.diagnosis.outcome import Inside, Target
from why502.observations.answer import Answer, Ending
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.place import Place, Window
from why502.observations.probes import Met
from why502.observations.want import F, Gap, Held, Stale, Want
from why502.survey.survey import Survey

SITE = endpoint("127.0.0.1", 80)
TARGET = Target(written="http://shop.example.com/", scheme="http", host="shop.example.com", port=None, path="/")


def answer(status: int | None = 502, number: int = 1, at: float = 1.0, **more: Any) -> Answer:
    """One try that began so many seconds after the window."""
    window = Window(start=START + timedelta(seconds=at), end=START + timedelta(seconds=at + 0.2))
    values: dict[str, Any] = {
        "about": SITE, "seen": seen(window, EvidenceKind.PAGE), "number": number, "request": request(),
        "ending": Ending.ANSWERED if status is not None else Ending.HANGING, "met": Met.CONNECTED, "status": status,
        "reason": "", "version": "1.1", "headers": (("Server", "nginx/1.22.1"),), "body": "", "seconds": 0.2,
    }  # fmt: skip
    return Answer(**{**values, **more})


def inside(**more: Any) -> Inside:
    values: dict[str, Any] = {
        "gateway": gateway(), "setup": None, "route": route(), "arrives": SITE, "how": "its own address",
        "assumed": False,
    }  # fmt: skip
    return Inside(**{**values, **more})


class Standing(Paper):
    """A vantage in a place of the tests' host."""

    def __init__(self, place: Place, *, privileged: bool = True) -> None:
        super().__init__(privileged=privileged)
        self.place = place

    def here(self) -> Place:
        return self.place


class Surveyed:
    """What a survey answers, from facts alone."""

    def __init__(self, *facts: Fact, place: Place, privileged: bool = True) -> None:
        self.known = Known(*facts)
        self.vantage = Standing(place, privileged=privileged)
        self.kept: dict[Want[Any], tuple[Fact, ...]] = {}

    async def get(self, want: Want[F]) -> tuple[F, ...] | Gap:
        match self.known.ask(want):
            case Held(facts=facts) | Stale(facts=facts):
                return facts
            case Gap() as gap:
                return gap
            case _:
                return ()

    def put(self, want: Want[F], facts: tuple[F, ...]) -> None:
        self.kept[want] = facts


def surveyed(*facts: Fact, place: Place, privileged: bool = True) -> Survey:
    return cast("Survey", Surveyed(*facts, place=place, privileged=privileged))
