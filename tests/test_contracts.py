"""What every unit keeps to, tested at its birth; units are found here as the program finds them."""

import inspect
import itertools
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from tools.generate_docs import catalogue_page
from tools.new import drafts
from why502 import causes as catalogue
from why502 import gateways, host, probes, servers
from why502.cli.explain import page_of
from why502.discover import shelf
from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.failure import CauseId, Failure, FailureId, Hop, Request
from why502.observations.place import Place, Window
from why502.observations.subjects import Address, Endpoint, Process, Route, SocketPath
from why502.observations.verdict import Case, Irrelevant, Link, Proven, Suspected, Unexamined, Verdict
from why502.observations.want import Cost, F, Gap, Held, Open, Stale, Want
from why502.rules.cause import HEADINGS, Cause
from why502.vantage.looking import Looker

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "why502"
CAUSES = tuple(shelf(catalogue, Cause))
LOOKERS = tuple(each for room in (probes, host, gateways, servers) for each in shelf(room, Looker))
IDS = {cause.id for cause in CAUSES}
RESERVED = frozenset((ROOT / "tests" / "catalogue.txt").read_text().split())
"""Identifiers of the catalogue, with or without a judge yet: a cause may explain what will get its judge later."""

UNEXPLAINED = {
    FailureId.UNKNOWN,  # what is unknown has no cause; `may_be` lists what it can be
}
"""Failures that no cause explains. One that gets a cause must leave this list."""

WITHOUT_NAMESAKE = {
    "__main__": "one call of cli.main",
    "observations.*": "records without behaviour; their round trip is tests/observations/test_codec.py",
    "vantage.base": "an interface",
    "vantage.recorded": "records without behaviour; their round trip is tests/vantage/test_bundle.py",
    "demo.faults.*": "each is played by tests/demo/test_faults.py",
    "demo.fault": "each is played by tests/demo/test_faults.py",
    "scan.vectorised_cells": "one engine in five files, held to the plain one by tests/scan/test_vectorised.py",
    "scan.vectorised_lines": "as scan.vectorised_cells",
    "scan.vectorised_reader": "as scan.vectorised_cells",
    "scan.vectorised_values": "as scan.vectorised_cells",
    "logs.formats.*": "each is tested at birth by its own examples, in tests/logs/formats/test_contract.py",
}

each_cause = pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
each_looker = pytest.mark.parametrize("looker", LOOKERS, ids=lambda looker: looker.id)


def name_of(explained: FailureId | CauseId) -> str:
    return explained.value if isinstance(explained, FailureId) else explained


@each_cause
def test_a_cause_has_a_page_under_the_fixed_headings(cause: Cause) -> None:
    first, *sections = re.split(r"^(## .*)$", cause.page.strip(), flags=re.MULTILINE)
    assert tuple(sections[0::2]) == HEADINGS
    assert all(text.strip() for text in sections[1::2]), "a heading without text"
    assert re.fullmatch(r"\S.{9,140}", cause.title), "the first line says what the cause is, in one sentence"
    assert "TODO" not in cause.page
    assert first.strip().startswith(cause.title)


@each_cause
def test_a_cause_explains_what_exists(cause: Cause) -> None:
    assert cause.explains
    assert 1 <= cause.common <= 9
    for explained in cause.explains:
        assert isinstance(explained, FailureId) or explained in IDS | RESERVED, f"there is no {explained}"


@pytest.mark.parametrize("failure", FailureId, ids=lambda failure: failure.value)
def test_a_failure_is_explained_or_listed(failure: FailureId) -> None:
    explained = any(failure in cause.explains for cause in CAUSES)
    assert explained != (failure in UNEXPLAINED)


def test_explanations_go_down_and_never_round() -> None:
    shallower = {cause.id: {each for each in cause.explains if each in IDS} for cause in CAUSES}
    settled: set[str] = set()
    while free := {one for one, below in shallower.items() if one not in settled and below <= settled}:
        settled |= free
    assert shallower.keys() == settled, f"these explain each other: {sorted(shallower.keys() - settled)}"


def test_ids_are_unique_and_one_file_holds_one_cause() -> None:
    assert not [home for home, count in Counter(cause.home for cause in CAUSES).items() if count > 1]
    files = {f"why502.causes.{path.parent.name}.{path.stem}" for path in SOURCE.glob("causes/*/*.py")}
    assert {cause.home for cause in CAUSES} == {home for home in files if not home.endswith("__init__")}


# --- Judges, with nothing to go by -------------------------------------------------------------------------------

AT = Window.instant(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
HERE = Place(host="boot", net=1, mnt=2)
NGINX = Process(place=HERE, pid=10, started=100)
SEEN = Seen(at=AT, by="test", kind=EvidenceKind.LOG_LINE, source="error.log:1", raw="")


@dataclass
class Nothing:
    """Evidence that has nothing, and notes what it was asked for."""

    asked: list[Want[Fact]] = field(default_factory=list)

    def ask(self, want: Want[F]) -> Held[F] | Stale[F] | Gap | Open:
        self.asked.append(want)  # type: ignore[arg-type]
        return Open(want=want)  # type: ignore[arg-type]


def failures(failure: FailureId) -> Iterator[Failure]:
    """The same failure of every kind of upstream, on gateways that may be looked at and others."""
    upstreams: tuple[Address, ...] = (
        Endpoint(place=HERE, address="127.0.0.1", port=8000),
        Endpoint(place=HERE, address="2001:db8::1", port=443),
        Endpoint(place=Place(host="boot"), address="192.0.2.1", port=80),
        SocketPath(place=HERE, path="/run/app.sock"),
    )
    route = Route(gateway=NGINX, server="shop.example.com", location="/")
    hops = (
        Hop(gateway=NGINX, product="nginx", version="1.22.1", route=route),
        Hop(gateway=NGINX, product="nginx"),
        Hop(gateway=Endpoint(place=HERE, address="192.0.2.2", port=80)),
    )
    request = Request(method="GET", url="http://shop.example.com/", host="shop.example.com", path="/", token="t1")
    for about, hop, asked in itertools.product(upstreams, hops, (request, None)):
        yield Failure(about=about, seen=SEEN, id=failure, hop=hop, request=asked)


def cases(cause: Cause) -> Iterator[Case]:
    for explained in sorted(cause.explains, key=name_of):
        if isinstance(explained, FailureId):
            yield from (Case(failure=failure) for failure in failures(explained))
        else:
            for failure in failures(FailureId.CONNECT_REFUSED):
                proof = Proven(subject=failure.about, because=(), says="")
                yield Case(failure=failure, under=Link(cause=explained, proof=proof))


def judged(cause: Cause) -> Iterator[tuple[Case, Verdict, Nothing]]:
    for case in cases(cause):
        evidence = Nothing()
        yield case, cause.judge(case, evidence), evidence


@each_cause
def test_a_judge_proves_and_excludes_nothing_from_nothing(cause: Cause) -> None:
    for case, verdict, _ in judged(cause):
        assert isinstance(verdict, Unexamined | Irrelevant | Suspected), f"{verdict} of {case}"
        if isinstance(verdict, Unexamined):
            assert verdict.wants, "unexamined without a want"


@each_cause
def test_a_judge_says_the_same_twice(cause: Cause) -> None:
    assert [verdict for _, verdict, _ in judged(cause)] == [verdict for _, verdict, _ in judged(cause)]


@each_cause
def test_what_a_judge_wants_somebody_looks_for(cause: Cause) -> None:
    looked_for = {kind for looker in LOOKERS for kind in looker.yields}
    for _, verdict, evidence in judged(cause):
        wants = verdict.wants if isinstance(verdict, Unexamined | Suspected) else ()
        for want in (*evidence.asked, *wants):
            assert want.kind in looked_for, f"nobody yields {want.kind.__name__}"


# --- Lookers -----------------------------------------------------------------------------------------------------


@each_looker
def test_a_looker_yields_facts_at_a_cost(looker: Looker) -> None:
    assert looker.yields
    assert all(isinstance(kind, type) and issubclass(kind, Fact) for kind in looker.yields)
    assert isinstance(looker.cost, Cost)
    assert inspect.iscoroutinefunction(looker.look)
    assert inspect.getdoc(looker.look) or inspect.getdoc(sys.modules[looker.home])


def test_lookers_are_told_apart_by_their_ids() -> None:
    assert not [name for name, count in Counter((each.id, each.name) for each in LOOKERS).items() if count > 1]


# --- The house ---------------------------------------------------------------------------------------------------


def test_imports_keep_their_direction() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def modules() -> list[str]:
    """Name every module, as `room.module`."""
    paths = (path.relative_to(SOURCE).with_suffix("") for path in SOURCE.rglob("*.py"))
    return sorted(".".join(path.parts) for path in paths if path.name != "__init__")


def without_namesake(module: str) -> bool:
    return module in WITHOUT_NAMESAKE or f"{module.rpartition('.')[0]}.*" in WITHOUT_NAMESAKE


def test_every_module_has_a_test_of_its_name() -> None:
    tests = {
        ".".join((*path.relative_to(ROOT / "tests").parts[:-1], path.stem.removeprefix("test_")))
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    missing = [module for module in modules() if module not in tests and not without_namesake(module)]
    assert not missing, f"without a test of their name: {', '.join(missing)}"


def test_folders_of_tests_are_packages() -> None:
    """Two tests of one name in two rooms can only be told apart so."""
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert not [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()]


def test_a_new_cause_needs_no_edit_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from why502.causes import tls

    draft = drafts("cause", "tls.made-up")["src/why502/causes/tls/made_up.py"]
    (tmp_path / "made_up.py").write_text(draft.replace("TODO: ", "").replace("UNKNOWN", "TLS_FAILED"))
    monkeypatch.setattr(tls, "__path__", [*tls.__path__, str(tmp_path)])
    try:
        found = {cause.id: cause for cause in shelf(catalogue, Cause)}
        assert found.keys() - IDS == {"tls.made-up"}
        assert "What happens" in page_of(found["tls.made-up"])
        assert "`tls.made-up`" in catalogue_page(tuple(found.values()))
    finally:
        forget("why502.causes.tls.made_up", tls)


def forget(name: str, package: ModuleType) -> None:
    sys.modules.pop(name, None)
    vars(package).pop(name.rpartition(".")[2], None)
