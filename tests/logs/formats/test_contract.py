"""Every format on the shelf is tested at birth, by its own examples."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from why502.logs.format import Example, LogFormat, Signs
from why502.logs.plan import MOST_KEYS, MOST_STEPS, Kind, Literal, Plan, Role, Seek, Take
from why502.logs.reading import FURTHEST_SEEK, Line, read
from why502.logs.recognition import chosen, known_formats
from why502.logs.routes import NO_ROUTE, route

FORMATS = known_formats()
each_format = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
each_example = pytest.mark.parametrize(
    ("form", "example"),
    [
        pytest.param(form, each, id=f"{form.name}-{number}")
        for form in FORMATS
        for number, each in enumerate(form.examples)
    ],
)
GATEWAY_LIKE = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b" ",
                b"-",
                b'"',
                b"{",
                b"}",
                b":",
                b",",
                b"[",
                b"]",
                b"\\",
                b'":',
                b"502",
                b"\x00",
                b"\xff",
                b"1.5",
                b"GET / HTTP/1.1",
            ]
        ),
        st.sampled_from([piece for form in FORMATS for each in form.examples for piece in each.line.split(b" ")[:40]]),
        st.binary(max_size=8),
    ),
    max_size=40,
).map(b"".join)


def lines_of(form: LogFormat) -> tuple[bytes, ...]:
    return tuple(each.line for each in form.examples)


def first_read(plans: tuple[Plan, ...], line: bytes) -> Line | None:
    return next((made for plan in plans if (made := read(plan, line)) is not None), None)


def said(form: LogFormat, line: Line) -> Example:
    """Put what was read and judged into the words of an example."""
    last = line.attempts[-1]
    judged = form.judge(
        Signs(
            status=line.status,
            upstream_status=last.status,
            words=line.words,
            upstream=bool(last.upstream),
            group=line.status >= 500 and bool(last.upstream) and b":" not in last.upstream,
        )
    )
    named = route(line.method, line.target)
    return Example(
        line=b"",
        at=datetime.fromtimestamp(line.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        status=line.status,
        route="" if named == NO_ROUTE else named.decode("utf-8", "replace"),
        upstream=last.upstream.decode("utf-8", "replace"),
        client=line.client.decode("utf-8", "replace"),
        seconds=None if line.seconds is None else line.seconds / 1e6,
        failed=judged.failed,
        failure=judged.failure,
    )


def test_names_are_unique() -> None:
    names = [form.name for form in FORMATS]
    assert len(names) == len(set(names))


@each_format
def test_a_format_is_at_home(form: LogFormat) -> None:
    assert form.home.rpartition(".")[2] == form.name.replace("-", "_")
    assert form.source
    assert form.gateway


@each_format
def test_plans_keep_to_their_contract(form: LogFormat) -> None:
    plans = form.plans(lines_of(form))
    assert plans
    for plan in plans:
        assert plan.name == form.name
        assert len(plan.steps) <= MOST_STEPS
        assert len(plan.keys) <= MOST_KEYS
        assert len(plan.start) <= FURTHEST_SEEK
        taken = [step.role for step in plan.steps if isinstance(step, Take) and step.role is not Role.NONE]
        assert len(taken) == len(set(taken))
        for step, after in zip(plan.steps, [*plan.steps[1:], None], strict=False):
            if isinstance(step, Take):
                assert len(step.stop) <= 1
                assert step.stop or after is None
            if isinstance(step, Literal | Seek):
                assert 0 < len(step.text) <= FURTHEST_SEEK


@each_format
def test_examples_are_enough(form: LogFormat) -> None:
    assert len(form.examples) >= 3
    assert any(not each.failed for each in form.examples)
    assert any(each.failed for each in form.examples)


@each_example
def test_an_example_is_read_as_stated(form: LogFormat, example: Example) -> None:
    line = first_read(form.plans(lines_of(form)), example.line)
    assert line is not None
    got = said(form, line)
    assert got == Example(
        line=b"",
        at=example.at,
        status=example.status,
        route=example.route,
        upstream=example.upstream,
        client=example.client,
        seconds=example.seconds,
        failed=example.failed,
        failure=example.failure,
    )


@each_format
def test_a_client_that_imitates_a_failure_is_not_believed(form: LogFormat) -> None:
    """One example at least was served although its words tell of a 50x or of a failure."""
    imitating = [
        each
        for each in form.examples
        if not each.failed and each.line.count(b"50") and any(bad in each.line for bad in IMITATIONS)
    ]
    assert imitating, "an example whose client-chosen text holds ` 502 ` (or the product's word for a failure)"


IMITATIONS = (
    b" 502 ",
    b" 503 ",
    b" 504 ",
    b'"502"',
    b":502",
    b"=502",
    b"502,",
    b"\t502\t",
    b"%20502%20",
    b"+502+",
    b"/502",
)


@each_format
def test_it_is_recognised_by_its_own_examples(form: LogFormat) -> None:
    lines = lines_of(form) * 20
    found = chosen(lines, FORMATS)
    assert [each.name for each, _ in found][:1] == [form.name]


@each_format
def test_a_message_is_no_request(form: LogFormat) -> None:
    kinds = {plan.kind for plan in form.plans(lines_of(form))}
    assert kinds <= {Kind.REQUEST, Kind.OTHER} or kinds <= {Kind.MESSAGE, Kind.OTHER}


@settings(max_examples=60)
@given(line=GATEWAY_LIKE)
def test_no_bytes_raise(line: bytes) -> None:
    for form in FORMATS:
        for plan in (*form.plans((line,)), *form.plans(lines_of(form))):
            found = read(plan, line)
            if found is not None:
                assert said(form, found).at.endswith("Z")


@each_format
@given(
    status=st.integers(0, 999),
    told=st.binary(max_size=20),
    words=st.tuples(*[st.binary(max_size=120)] * 4),
    upstream=st.booleans(),
    group=st.booleans(),
    last=st.booleans(),
)
@settings(max_examples=60)
def test_any_signs_can_be_judged(
    form: LogFormat,
    status: int,
    told: bytes,
    words: tuple[bytes, bytes, bytes, bytes],
    upstream: bool,
    group: bool,
    last: bool,
) -> None:
    signs = Signs(status=status, upstream_status=told, words=words, upstream=upstream, group=group, last=last)
    judged = form.judge(signs)
    assert judged.failed or judged.failure is None


@each_format
def test_a_cut_example_never_raises(form: LogFormat) -> None:
    plans = form.plans(lines_of(form))
    for example in form.examples:
        for end in range(0, len(example.line), 7):
            for plan in plans:
                read(plan, example.line[:end])
