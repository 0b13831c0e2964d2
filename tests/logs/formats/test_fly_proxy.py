import pytest

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.fly_proxy import CODES, FORMAT
from why502.logs.plan import Kind


@pytest.mark.parametrize("code", CODES)
def test_the_code_tells(code: bytes) -> None:
    assert told(FORMAT, 0, code) is CODES[code]


@pytest.mark.parametrize("code", [b"", b"PA01", b"PC99"])
def test_other_codes_tell_of_no_failure(code: bytes) -> None:
    assert told(FORMAT, 0, code) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"2026-11-20T14:02:11Z proxy[0a1b] fra [error] [PC01] 502 x", Kind.MESSAGE),
        (b"2026-11-20T14:02:11Z app[0a1b] fra [error] [PC01] 502 x", Kind.OTHER),
        (b"2026-11-20T14:02:11Z runner[0a1b] fra [info] Machine started", Kind.OTHER),
    ],
)
def test_only_the_proxys_lines_are_messages(line: bytes, kind: Kind) -> None:
    made = line_of(FORMAT, line)
    assert made is not None
    assert made.plan.kind is kind
    assert (made.at, made.naive) == (1795183331, False)


def test_a_line_without_a_code_is_not_passed_over() -> None:
    assert line_of(FORMAT, b"2026-11-20T14:02:11Z proxy[0a1b] fra [error] something new") is None
