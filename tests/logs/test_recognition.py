from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.format import Example, LogFormat, by_status
from why502.logs.plan import Literal, Plan, Role, Take
from why502.logs.reading import read
from why502.logs.recognition import MOST_FORMATS, chosen, from_directive, known_formats


def form(name: str, start: bytes, rank: int = 50, gateway: str = "nginx", refuses: str = "") -> LogFormat:
    """Make a format whose lines are `START TIME`."""
    plan = Plan(name=name, steps=(Literal(text=start), Take(role=Role.TIME)))

    def directive(_: str) -> tuple[Plan, ...]:
        if refuses:
            raise ValueError(refuses)
        return (plan,)

    return LogFormat(
        home="",
        name=name,
        gateway=gateway,
        plans=lambda _: (plan,),
        judge=by_status,
        examples=(Example(line=b"", at=""),),
        source="made up",
        rank=rank,
        directive=directive,
    )


TIME = b"2026-11-20T14:02:11Z"
A, B, C = form("a", b"a "), form("b", b"b "), form("c", b"c ")


def names(lines: list[bytes], *among: LogFormat) -> list[str]:
    return [each.name for each, _ in chosen(lines, among)]


def test_the_format_that_reads_most_comes_first() -> None:
    assert names([b"a " + TIME] * 30 + [b"b " + TIME] * 60, A, B, C) == ["b", "a"]


def test_a_format_that_begins_late_is_found() -> None:
    assert names([b"a " + TIME] * 900 + [b"b " + TIME] * 100, A, B) == ["a", "b"]


def test_the_rank_breaks_a_tie() -> None:
    assert names([b"a " + TIME] * 3, form("x", b"a ", rank=60), form("y", b"a ", rank=20)) == ["y"]


def test_more_values_break_a_tie_of_ranks() -> None:
    fuller = Plan(name="fuller", steps=(Take(role=Role.CLIENT, stop=b" "), Literal(text=b" "), Take(role=Role.TIME)))
    other = form("fuller", b"")
    richer = LogFormat(
        home="",
        name="fuller",
        gateway="nginx",
        plans=lambda _: (fuller,),
        judge=by_status,
        examples=other.examples,
        source="made up",
    )
    assert names([b"a " + TIME], A, richer) == ["fuller"]


def test_a_single_line_that_imitates_brings_no_format() -> None:
    assert names([b"a " + TIME] * 59 + [b"b " + TIME], A, B) == ["a"]


def test_unread_lines_choose_nothing() -> None:
    assert names([b"x", b"", b"\x00\xff"], A, B) == []
    assert names([], A) == []


def test_at_most_eight() -> None:
    many = [form(f"f{number}", b"%d " % number) for number in range(12)]
    lines = [b"%d " % number + TIME for number in range(12)] * 5
    assert len(names(lines, *many)) == MOST_FORMATS


@given(st.lists(st.binary(max_size=60), max_size=80))
def test_any_bytes_are_answered(lines: list[bytes]) -> None:
    assert len(chosen(lines, known_formats())) <= MOST_FORMATS


def test_it_is_fast() -> None:
    formats = known_formats()
    lines = [each.line for form in formats for each in form.examples] * 10
    best = min(_seconds(lines, formats) for _ in range(5))
    assert best < 0.1 + 0.02 * len(formats)


def _seconds(lines: list[bytes], formats: tuple[LogFormat, ...]) -> float:
    start = perf_counter()
    chosen(lines, formats)
    return perf_counter() - start


@pytest.mark.parametrize(
    ("text", "gateway"),
    [
        ("log_format main '$remote_addr';", "nginx"),
        ("$remote_addr [$time_local] $status", "nginx"),
        ('$remote_addr "$request" $backend_host:$backend_port', "nghttpx"),
        ('log-format "%ci:%cp [%tr] %ft"', "haproxy"),
        ("%ci:%cp [%tr] %ft %b/%s", "haproxy"),
        ("%[src] %ST", "haproxy"),
        ('LogFormat "%h %l %u %t" common', "apache"),
        ('%h %l %u %t "%r" %>s %b "%{Referer}i"', "apache"),
        ('%h %l %u %t "%r" %s %b %{Varnish:time_firstbyte}x', "varnish"),
        ("[%START_TIME%] %RESPONSE_CODE%", "envoy"),
        ('{"status": "%REQ(:METHOD)%"}', "envoy"),
        ("%<cqtq> %<ttms>", "trafficserver"),
        ("%ts.%03tu %6tr %>a %Ss/%03>Hs", "squid"),
        ("logformat mine %>a", "squid"),
        ('accesslog.format = "%h %s"', "lighttpd"),
    ],
)
def test_a_directive_goes_to_the_product_of_its_syntax(text: str, gateway: str) -> None:
    gateways = ("apache", "envoy", "haproxy", "lighttpd", "nghttpx", "nginx", "squid", "trafficserver", "varnish")
    among = [form(each, b"", gateway=each) for each in gateways]
    assert from_directive(text, among)[0].gateway == gateway


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("#Fields: date time x-edge-location c-ip cs-method cs(Host) sc-status x-edge-result-type", "aws-cloudfront"),
        ("date time x-edge-location c-ip cs-method cs(Host) sc-status x-edge-result-type", "aws-cloudfront"),
        ("date,time,c-ip,cs-method,sc-status,x-edge-result-type,time-taken", "aws-cloudfront"),
        ("timestamp c-ip sc-status cs-method cs-host cs-uri-stem x-edge-location", "aws-cloudfront-realtime"),
        ("timestamp, c-ip, sc-status, cs-method, cs-uri-stem", "aws-cloudfront-realtime"),
        ("#Fields: date time s-ip cs-method cs-uri-stem c-ip cs(User-Agent) sc-status time-taken", "w3c-extended"),
        ("date time cs-method cs-uri-stem sc-status", "w3c-extended"),
        ("log_format a '$remote_addr [$time_local] \"$request\" $status';", "nginx"),
        ("%ci:%cp [%tr] %ft %b/%s %ST %tsc", "haproxy"),
        ("[%START_TIME%] %RESPONSE_CODE% %RESPONSE_FLAGS%", "envoy"),
        ("%ts.%03tu %6tr %>a:%>p %Ss/%03>Hs", "squid"),
        ("%<cqtq> %<ttms> %<chi> %<crc>/%<pssc>", "trafficserver"),
        ('LogFormat "%h %l %u %t \\"%r\\" %>s" common', "apache"),
    ],
)
def test_a_directive_becomes_plans_of_the_products_format(text: str, name: str) -> None:
    form, plans = from_directive(text, known_formats())
    assert form.name == name
    assert plans
    assert {plan.name for plan in plans} == {name}


def test_the_first_format_that_can_takes_it() -> None:
    among = [form("one", b"", refuses="no"), form("two", b"")]
    assert from_directive("$status", among)[0].name == "two"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#Fields: a b", "#Fields line: "),
        ("hello", "does not look like"),
        ("", "does not look like"),
        ("$status $uri", "log_format of nginx: too vague"),
        ("$a" * 20000, "too long"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_directive(
            text, [form("one", b"", refuses="too vague"), form("w3c", b"", gateway="iis", refuses="no status")]
        )


COMMON = (
    "apache",
    "haproxy-clf",
    "ingress-nginx",
    "lighttpd",
    "nghttpx",
    "nginx",
    "nginx-combined",
    "traefik-common",
    "varnish",
)
FAMILIES = {
    **dict.fromkeys(COMMON, "common log format"),
    **dict.fromkeys(("haproxy", "haproxy-http", "haproxy-tcp"), "haproxy"),
    **dict.fromkeys(("envoy-json", "istio-json"), "json of envoy"),
}
"""Formats of which one reads lines of another: in one file they are not told apart."""

NOT_TOGETHER = {
    frozenset({"aws-cloudfront", "w3c-extended"}),  # whose columns are said by the same line
    frozenset({"aws-cloudfront-realtime", "istio"}),  # tabs behind a time
}
SHELF = known_formats()
PAIRS = [
    (one, SHELF[(number + step) % len(SHELF)])
    for number, one in enumerate(SHELF)
    for step in (1, 7)
    if {one.name, SHELF[(number + step) % len(SHELF)].name} not in NOT_TOGETHER
]


@pytest.mark.parametrize("form", SHELF, ids=lambda each: each.name)
def test_a_format_alone_is_alone(form: LogFormat) -> None:
    lines = [each.line for each in form.examples] * 30
    assert names(lines, *SHELF) == [form.name]


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda each: each.name)
def test_two_formats_in_one_file(one: LogFormat, other: LogFormat) -> None:
    lines = [each.line for each in (*one.examples, *other.examples)]
    picked = chosen(lines * 20, SHELF)
    assert {FAMILIES.get(form.name, form.name) for form, _ in picked} == {
        FAMILIES.get(each.name, each.name) for each in (one, other)
    }
    for form in (one, other):
        for each in form.examples:
            # A guess that few lines bear out is not believed.
            guessed = form.name == "nginx" and each.line.startswith(b"{")
            assert guessed or any(read(plan, each.line) for _, plans in picked for plan in plans), each.line


@pytest.mark.parametrize("rhythm", [2, 3, 6, 7, 10, 15])
def test_lines_that_come_in_a_rhythm_are_all_met(rhythm: int) -> None:
    lines = ([b"a " + TIME] * (rhythm - 1) + [b"b " + TIME]) * 60
    assert sorted(names(lines, A, B)) == ["a", "b"]


def test_the_head_of_a_file_takes_no_time() -> None:
    line = b'10.0.0.%d - - [20/Nov/2026:14:02:11 +0000] "GET /%d HTTP/1.1" 200 %d "-" "Mozilla/5.0 (X11; Linux x86_64)"'
    head = [line % (each % 255, each, each) for each in range(1000)]
    assert names(head, *SHELF) == ["nginx-combined"]
    # 25 ms where nothing else runs
    assert min(_seconds(head, SHELF) for _ in range(5)) < 0.15
