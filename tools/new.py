"""Write the first draft of a unit and of its test: `make new cause tls.version-mismatch`.

The drafts pass no test until they are filled in.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

CAUSE = '''\
"""TODO: the cause in one sentence, as what is wrong (not as its remedy).

## What happens
TODO: what the gateway meets, and how it comes about.

## Told apart from
TODO: the causes that look alike, by id, and the observation that decides.

## Remedy
TODO: what mends it, with commands.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Unexamined, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause


@cause(explains={{FailureId.{failure}}}, common=9)
def {function}(case: Case, evidence: Evidence) -> Verdict:
    """TODO: say what proves it and what excludes it."""
    # Ask evidence.ask(Want(kind=…, about=…)) and answer Proven, Excluded, Suspected, Unexamined or Irrelevant.
    return Unexamined(wants=())
'''

CAUSE_TEST = '''\
"""{identifier}: what proves it, what only looks alike, and what cannot be told."""

from why502.causes.{module} import {function}


def test_it_is_proven() -> None:
    raise AssertionError(f"TODO: give the facts that prove {{{function}.id}}")


def test_it_spares_what_looks_alike() -> None:
    raise AssertionError("TODO: give the facts of its nearest neighbour")


def test_it_is_left_open_where_the_deciding_fact_is_missing() -> None:
    raise AssertionError("TODO: leave the deciding fact out")
'''

LOOKER = '''\
"""TODO: which table of the host this reads, and from where."""

from why502.observations.fact import Fact
from why502.observations.want import Cost, Gap, Want
from why502.vantage.looking import Around, looker


@looker(cost=Cost.READ)  # TODO: the kinds of facts it yields
async def {function}(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """TODO: say what it reads, and which wants do not concern it."""
    return ()
'''

LOOKER_TEST = '''\
"""{identifier}: the real thing read, a refusal, and arbitrary bytes."""


def test_it_reads_the_real_thing() -> None:
    raise AssertionError("TODO: look at this machine, and compare with another source")


def test_a_refusal_becomes_a_gap() -> None:
    raise AssertionError("TODO: refuse, and expect the unlock command")


def test_arbitrary_bytes_do_no_harm() -> None:
    raise AssertionError("TODO: a property test of the parser")
'''

FAULT = '''\
"""TODO: what is broken, as a person would tell it."""

from why502.demo.fault import fault
from why502.demo.stand import Stand


@fault("{cause}")
def {function}(stand: Stand) -> str:
    """TODO: say how it is broken."""
    raise NotImplementedError
'''

ROOMS = {"host": "host", "probe": "probes", "server": "servers", "gateway": "gateways"}


def drafts(kind: str, identifier: str) -> dict[str, str]:
    """Return the files of a new unit by their paths; ValueError says what is wrong with the words given."""
    if kind == "cause":
        return _cause(identifier)
    words = {"identifier": identifier, "function": _module(identifier)}
    if kind == "fault":
        return {f"src/why502/demo/faults/{words['function']}.py": FAULT.format(cause="TODO.cause", **words)}
    if kind in ROOMS:
        room = ROOMS[kind]
        return {
            f"src/why502/{room}/{words['function']}.py": LOOKER.format(**words),
            f"tests/{room}/test_{words['function']}.py": LOOKER_TEST.format(**words),
        }
    raise ValueError(f"there is no kind {kind!r}: cause, fault, {', '.join(ROOMS)}")


def _cause(identifier: str) -> dict[str, str]:
    family, _, name = identifier.partition(".")
    function = _module(name)
    if not (ROOT / "src" / "why502" / "causes" / family / "__init__.py").exists():
        families = sorted(path.parent.name for path in (ROOT / "src" / "why502" / "causes").glob("*/__init__.py"))
        raise ValueError(f"{identifier!r} is of no family: {', '.join(families)} (as in tls.version-mismatch)")
    words = {"identifier": identifier, "function": function, "module": f"{family}.{function}"}
    return {
        f"src/why502/causes/{family}/{function}.py": CAUSE.format(failure="UNKNOWN", **words),
        f"tests/causes/{family}/test_{function}.py": CAUSE_TEST.format(**words),
    }


def _module(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise ValueError(f"{name!r} is not written in small letters with hyphens (as version-mismatch)")
    return name.replace("-", "_")


def main(arguments: list[str]) -> int:
    """Write the drafts; never over a file that is there."""
    if len(arguments) != 2:  # noqa: PLR2004
        print("usage: make new cause tls.version-mismatch", file=sys.stderr)
        return 2
    try:
        files = drafts(*arguments)
    except ValueError as wrong:
        print(f"new: {wrong}", file=sys.stderr)
        return 2
    if there := [path for path in files if (ROOT / path).exists()]:
        print(f"new: {there[0]} is there already", file=sys.stderr)
        return 2
    for path, text in files.items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        if target.name.startswith("test_") and not (package := target.with_name("__init__.py")).exists():
            package.touch()
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
