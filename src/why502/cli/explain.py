"""`why502 explain`: say what an identifier means."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from why502.observations.failure import FailureId
from why502.observations.meaning import MEANING

if TYPE_CHECKING:
    from why502.rules.cause import Cause


@click.command()
@click.argument("identifiers", metavar="ID...", nargs=-1, required=True)
def command(identifiers: tuple[str, ...]) -> int:
    """Say what a cause or a failure means, by its id.

    For example `why502 explain tls.server-name-missing` or `why502 explain connect-refused`.
    """
    causes = {cause.id: cause for cause in all_causes()}
    failures = {failure.value: failure for failure in FailureId}
    for identifier in identifiers:
        if identifier not in causes.keys() | failures.keys():
            raise click.UsageError(unknown(identifier, [*causes, *failures]))
    pages = (
        page_of(causes[identifier])
        if identifier in causes
        else failure_page(failures[identifier], list(causes.values()))
        for identifier in identifiers
    )
    click.echo("\n\n".join(pages))
    return 0


def all_causes() -> "tuple[Cause, ...]":
    """Find every cause of the catalogue."""
    from why502 import causes
    from why502.discover import shelf
    from why502.rules.cause import Cause

    return tuple(shelf(causes, Cause))


def page_of(cause: "Cause") -> str:
    """Write a cause's page: its id, its prose, and what it brings about."""
    explained = ", ".join(sorted(each.value if isinstance(each, FailureId) else each for each in cause.explains))
    return f"{cause.id}\n\n{cause.page.strip()}\n\n## Brings about\n{explained}"


def failure_page(failure: FailureId, causes: "list[Cause]") -> str:
    """Write what a failure means, and what can be behind it, the most common first."""
    behind = sorted((cause for cause in causes if failure in cause.explains), key=lambda each: (each.common, each.id))
    lines = [f"  {cause.id:36} {cause.title}" for cause in behind]
    listed = "\n".join(["", "What can be behind it:", *lines]) if lines else ""
    return f"{failure.value}\n\nThe gateway {MEANING[failure]}.\n{listed}".rstrip()


def unknown(identifier: str, known: list[str]) -> str:
    """Say that there is no such id, and which one is near."""
    near = get_close_matches(identifier, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "; docs/causes.md lists them"
    return f"{identifier!r} is neither a cause nor a failure{hint}"
