"""The report as one self-contained page: no script, nothing fetched, light and dark, fit for paper."""

from base64 import b64encode
from hashlib import sha256

from why502.report.markup import Markup, command, el, join, lines
from why502.report.parts import (
    Alternative,
    Certainty,
    Check,
    CheckState,
    Contents,
    EvidenceShown,
    ExcludedShown,
    FixShown,
    Incident,
    LinkShown,
    Unexamined,
    Verdict,
)
from why502.report.picture import picture
from why502.report.style import CSS
from why502.report.visible import bounded
from why502.report.words import (
    CHECK,
    DISTURBS,
    OUTCOME,
    WHY_NOT,
    answer_line,
    bad,
    cause_known,
    failure_line,
    foot_line,
    many,
    taken,
)

_CHECK_CLASS = {
    CheckState.OK: ("✓", "good"),
    CheckState.FAILED: ("✗", "bad"),
    CheckState.WARNING: ("!", "warn"),
    CheckState.SKIPPED: ("–", "off"),
}
_NONE = Markup("")


def to_html(report: Contents) -> str:
    """Write the report as one file. Its policy allows nothing but the style that it carries."""
    return page(f"{OUTCOME[report.verdict]}: {report.target.value}", *_page(report))


def page(title: str, *body: Markup, css: str = CSS) -> str:
    """Make a file of what it shows; it allows nothing but the style that it carries."""
    digest = b64encode(sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = join(
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        Markup('<meta name="viewport" content="width=device-width,initial-scale=1">'),
        Markup('<meta name="referrer" content="no-referrer">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        el("title", title),
        el("style", Markup(css)),
    )
    made = el("html", el("head", head), "", el("body", el("main", *body)), lang="en")
    return f"<!doctype html>\n{made}\n"


def _page(report: Contents) -> list[Markup]:
    return [
        header(report),
        _way(report),
        *(_incident(report, index, incident) for index, incident in enumerate(report.incidents, 1)),
        unexamined(report.unexamined),
        _checks(report.checks),
        _rest(report),
        el("footer", el("p", foot_line(report))),
    ]


def header(report: Contents) -> Markup:
    """Show verdict, target and summary."""
    if report.verdict is Verdict.HEALTHY:
        mark, kind = "✓", "good"
    else:
        mark, kind = ("✗", "bad") if bad(report.verdict) else ("!", "warn")
    badge = el("span", f"{mark} {OUTCOME[report.verdict]}", class_=f"badge {kind}")
    target = el("span", report.target.value, class_="mono soft")
    answer = el("p", f"Answer: {answer_line(report.answer)}.", class_="answer") if report.answer else _NONE
    return el("header", el("div", badge, target, class_="top"), el("h1", report.summary), answer)


def _way(report: Contents) -> Markup:
    drawn = picture(report)
    if not drawn:
        return _NONE
    return el("section", drawn, class_="picture", tabindex="0", aria_label="The way of the request")


# One incident.


def _incident(report: Contents, index: int, incident: Incident) -> Markup:
    number = f"Incident {index} of {len(report.incidents)}" if len(report.incidents) > 1 else "Cause"
    if cause_known(incident):
        certainty = incident.cause.certainty
        kind = "sure" if certainty is Certainty.PROVEN else "warn"
        cause = join(el("h2", el("code", incident.cause.id)), el("span", _certainty(certainty), class_=f"badge {kind}"))
    else:
        cause = el("h2", "No cause found")
    facts = (
        ("Failure", failure_line(incident.failure, report.started)),
        ("Request", incident.request),
        ("Route", incident.route),
    )
    return el(
        "section",
        el("h3", number),
        el("div", cause, class_="cause"),
        el("dl", *(join(el("dt", name), el("dd", told)) for name, told in facts if told)),
        _chain(report, incident.chain),
        _fixes(incident),
        _alternatives(incident.alternatives),
        _excluded(report, incident.excluded),
    )


def _certainty(certainty: Certainty) -> str:
    return f"{'●' if certainty is Certainty.PROVEN else '○'} {certainty.value}"


def _chain(report: Contents, chain: tuple[LinkShown, ...]) -> Markup:
    if not chain:
        return _NONE
    return join(el("h3", "Why"), el("ol", *(_link(report, link) for link in chain), class_="chain"))


def _link(report: Contents, link: LinkShown) -> Markup:
    certainty = el("span", link.certainty.value, class_=f"{link.certainty.value}-word")
    subject = f" · {link.subject}" if link.subject else ""
    return el(
        "li",
        el("p", link.says, class_="says"),
        el("p", certainty, " · ", el("code", link.id), subject, class_="about"),
        evidence_of(report, report.cited(link.evidence)),
        class_=link.certainty.value,
    )


def evidence_of(report: Contents, pieces: tuple[EvidenceShown, ...]) -> Markup:
    """Fold away pieces of evidence below their sources."""
    if not pieces:
        return _NONE
    sources = ", ".join(piece.source for piece in pieces)
    return el("details", el("summary", f"Evidence: {sources}"), *(_piece(report, piece) for piece in pieces))


def _piece(report: Contents, piece: EvidenceShown) -> Markup:
    when = taken(report, piece)
    caption = f"{piece.kind.value.replace('-', ' ')}: {piece.source}{f' at {when}' if when else ''}"
    return el("figure", el("figcaption", caption), el("pre", Markup("\n".join(lines(bounded(piece.text))))))


def _fixes(incident: Incident) -> Markup:
    if not incident.fixes:
        return _NONE
    return join(el("h3", "Fix"), el("ol", *(_fix(fix, incident) for fix in incident.fixes), class_="fixes"))


def _fix(fix: FixShown, incident: Incident) -> Markup:
    other = f", for {fix.for_}" if fix.for_ != incident.cause.id else ""
    title = el("p", fix.title, el("span", f" ({DISTURBS[fix.risk]}{other})", class_="risk"), class_="title")
    commands = _NONE
    if fix.commands:
        commands = _commands(*fix.commands)
    diff = _NONE
    if fix.diff:
        diff = el(
            "pre", Markup("\n".join(_diff_line(line) for line in lines(fix.diff))), class_="command", tabindex="0"
        )
    return el("li", title, diff, commands)


def _commands(*raw: str) -> Markup:
    return el("pre", el("code", Markup("\n".join(map(command, raw)))), class_="command", tabindex="0")


def _diff_line(line: Markup) -> Markup:
    kind = {"+": "add", "-": "drop", "@": "file"}.get(line[:1])
    if line.startswith(("+++ ", "--- ")):
        kind = "file"
    return el("span", line, class_=kind) if kind else line


def _alternatives(others: tuple[Alternative, ...]) -> Markup:
    if not others:
        return _NONE
    rows = (
        el(
            "li",
            el("span", _certainty(other.certainty), class_=f"{other.certainty.value}-word"),
            " ",
            el("code", other.id),
            f": {other.says}",
        )
        for other in others
    )
    return join(el("h3", "Also possible"), el("ul", *rows, class_="plain"))


def _excluded(report: Contents, excluded: tuple[ExcludedShown, ...]) -> Markup:
    if not excluded:
        return _NONE
    rows = (
        el("li", el("code", each.id), f": {each.says}", evidence_of(report, report.cited(each.evidence)))
        for each in excluded
    )
    folded = el("details", el("summary", many(len(excluded), "other cause")), el("ul", *rows, class_="plain"))
    return join(el("h3", "Ruled out"), folded)


# What belongs to the whole report.


def unexamined(gaps: tuple[Unexamined, ...]) -> Markup:
    """Show what could not be looked at."""
    if not gaps:
        return _NONE
    return el("section", el("h3", "Not looked at"), el("ul", *map(_gap, gaps), class_="plain"))


def _gap(gap: Unexamined) -> Markup:
    causes = Markup(", ").join(el("code", cause) for cause in gap.causes)
    decides = join("; it could decide ", Markup(causes)) if gap.causes else _NONE
    unlock = _commands(gap.unlock) if gap.unlock else _NONE
    return el("li", el("span", gap.what, class_="what"), f": {WHY_NOT[gap.why]}", decides, unlock)


def _checks(checks: tuple[Check, ...]) -> Markup:
    if not checks:
        return _NONE
    names = el("thead", el("tr", *(el("th", name, scope="col") for name in ("Step", "State", "Found"))))
    return el("section", el("h3", "Checks"), el("table", names, el("tbody", *map(_check, checks))))


def _check(check: Check) -> Markup:
    mark, kind = _CHECK_CLASS[check.state]
    state = el("span", f"{mark} {CHECK[check.state]}", class_=f"state {kind}")
    return el("tr", el("th", check.title, scope="row"), el("td", state), el("td", check.says))


def _rest(report: Contents) -> Markup:
    """Fold away the evidence that no link of a chain cites."""
    cited = {each for incident in report.incidents for link in incident.chain for each in link.evidence}
    pieces = [piece for piece in report.evidence if piece.id not in cited]
    if not pieces:
        return _NONE
    folded = el("details", el("summary", many(len(pieces), "piece")), *(_piece(report, piece) for piece in pieces))
    return el("section", el("h3", "Other evidence"), folded)
