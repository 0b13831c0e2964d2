"""Write the documents that come from the sources: `make docs`; with `--check` only tell which are out of date."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

from why502 import causes, gateways, host, observations, probes, servers
from why502.discover import shelf
from why502.logs.format import LogFormat
from why502.logs.recognition import known_formats
from why502.observations.fact import Fact
from why502.observations.failure import CauseId, FailureId
from why502.observations.meaning import MEANING
from why502.report.schema import schema
from why502.rules.cause import Cause
from why502.vantage.looking import Looker

DOCS = Path(__file__).parents[1] / "docs"
CAUSES_INTRO = """\
A *failure* is what a gateway met when it spoke to its upstream; a *cause* is why. These identifiers are public: they
stand in reports and on the command line (`why502 explain ID`) and never change their meaning."""
EXPLAINS = """\
A cause *explains* the failures and the shallower causes that it brings about in one step. *Common* is 1 for what is met
most often and 9 for the rare: it orders suspects that fit equally well."""
FACTS_INTRO = """\
What is known about the world is a frozen fact about one subject, with the time at which it was true and the bytes it
was read from. A cause asks for facts by their kind; whoever yields that kind looks. Cost: a read disturbs nothing, a
packet makes a connection, a request asks the upstream to work."""
FORMATS_INTRO = """\
What `why502 logs` reads, found by a log's lines. Where a product lets its format be written, the *directive* may be
given as it is (`--log-format`). What a log does not say cannot be told: without response times there are no
percentiles, without the upstream's name none, and a status alone does not say why."""
HEADER = "<!-- Written by `make docs` from the sources: edit those. -->\n"


def name_of(explained: FailureId | CauseId) -> str:
    """Return the public identifier of what a cause explains."""
    return explained.value if isinstance(explained, FailureId) else explained


def cell(text: str) -> str:
    """Make a text fit for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Write a table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell(each) for each in line) + " |" for line in lines)


def causes_page() -> str:
    """Write the catalogue as it is."""
    return catalogue_page(tuple(shelf(causes, Cause)))


def catalogue_page(found: tuple[Cause, ...]) -> str:
    """Write the catalogue of failures and causes: both tables, then each cause's own page."""
    failures = [
        (f"`{failure.value}`", MEANING[failure], ", ".join(f"`{cause.id}`" for cause in behind(failure, found)))
        for failure in FailureId
    ]
    entries = [
        (
            f"[`{cause.id}`](#{anchor(cause)})",
            cause.title,
            ", ".join(f"`{each}`" for each in explained(cause)),
            str(cause.common),
        )
        for cause in found
    ]
    pages = [f"### {cause.id}\n\n{cause.page.strip().replace('## ', '#### ')}" for cause in found]
    return "\n\n".join(
        [
            HEADER + "# Failures and causes",
            CAUSES_INTRO,
            "## Failures: the gateway …",
            table(("failure", "the gateway …", "causes that bring it about, the most common first"), failures),
            "## Causes",
            EXPLAINS,
            table(("cause", "what it is", "explains", "common"), entries),
            "## Each cause",
            *pages,
        ]
    )


def behind(failure: FailureId, found: tuple[Cause, ...]) -> list[Cause]:
    """Return the causes of a failure, the most common first."""
    return sorted((cause for cause in found if failure in cause.explains), key=lambda cause: (cause.common, cause.id))


def explained(cause: Cause) -> list[str]:
    """Return what a cause explains: failures, then causes."""
    return sorted((name_of(each) for each in cause.explains), key=lambda name: ("." in name, name))


def anchor(cause: Cause) -> str:
    """Return the anchor that a Markdown renderer gives to its heading."""
    return cause.id.replace(".", "")


def facts_page() -> str:
    """Write the kinds of facts: what they are about, and who looks for them."""
    lookers = [looker for room in (probes, host, gateways, servers) for looker in shelf(room, Looker)]
    rows = [
        (
            f"`{kind.__name__}`",
            *told(kind),
            ", ".join(f"`{looker.id}`" for looker in lookers if kind in looker.yields) or "the diagnosis itself",
            ", ".join(sorted({looker.cost.name.lower() for looker in lookers if kind in looker.yields})),
        )
        for kind in kinds(Fact)
    ]
    return "\n\n".join(
        [
            HEADER + "# Kinds of facts",
            FACTS_INTRO,
            table(("kind", "what it is", "about", "looked for by", "cost"), rows),
        ]
    )


def kinds(base: type) -> list[type]:
    """Return every kind of fact, by name, wherever it is defined."""
    import importlib
    import pkgutil

    found = set()
    for module in pkgutil.iter_modules(observations.__path__):
        members = vars(importlib.import_module(f"{observations.__name__}.{module.name}")).values()
        found |= {
            each
            for each in members
            if isinstance(each, type) and issubclass(each, base) and each.__subclasses__() == []
        }
    return sorted(found - {base}, key=lambda kind: kind.__name__)


def told(kind: type) -> tuple[str, str]:
    """Return what a docstring says of a kind in its first sentence, and what it is about."""
    text = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
    about = re.search(r"\s*\(about: (.*?)\)", text)
    if about is None:
        return text, "as told"
    return (text[: about.start()] + text[about.end() :]), about[1]


def formats_page() -> str:
    """Write which log formats are read, and each format's own page."""
    found = sorted(known_formats(), key=lambda form: (form.gateway, form.name))
    rows = [
        (f"[`{form.name}`](#{form.name})", form.gateway, title_of(form), "yes" if form.directive else "", form.source)
        for form in found
    ]
    pages = [f"### {form.name}\n\n{page_of(form)}" for form in found]
    return "\n\n".join(
        [
            HEADER + "# Log formats",
            FORMATS_INTRO,
            table(("format", "gateway", "what it is", "directive", "source"), rows),
            "## Each format",
            *pages,
        ]
    )


def page_of(form: LogFormat) -> str:
    """Return the prose of a format."""
    return (sys.modules[form.home].__doc__ or "").strip()


def title_of(form: LogFormat) -> str:
    """Return the first line of its prose."""
    return page_of(form).partition("\n")[0].rstrip(".")


def schema_file() -> str:
    """Write the schema as `why502 schema` prints it."""
    return json.dumps(schema(), indent=2)


PAGES: dict[str, Callable[[], str]] = {
    "causes.md": causes_page,
    "facts.md": facts_page,
    "formats.md": formats_page,
    "report.schema.json": schema_file,
}


def main(arguments: list[str]) -> int:
    """Write all, or check all."""
    stale = [
        name
        for name, made in PAGES.items()
        if not is_current(DOCS / name, made() + "\n", write=arguments != ["--check"])
    ]
    for name in stale:
        print(f"docs/{name} is out of date: run `make docs` and commit it", file=sys.stderr)
    return 1 if stale else 0


def is_current(path: Path, text: str, *, write: bool) -> bool:
    """Write a document, or tell whether it says what the sources say."""
    if write:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return True
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
