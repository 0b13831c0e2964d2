from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.logs.made import FAILED, NUMBERED_FORMAT, REQUESTS, errors, numbered, write
from why502.diagnosis.configured import configured
from why502.diagnosis.scanning import LogsOptions, run
from why502.logs.recognition import known_formats

NGINX = f"""
http {{
    # log_format commented '$remote_addr';
    log_format numbered '{NUMBERED_FORMAT}';
    log_format two escape=json "$remote_addr [$time_local] "
                               "$status";
    access_log /var/log/nginx/access.log numbered;
}}
"""


def gateways(text: str) -> list[str]:
    return [form.gateway for form, _ in configured(text.encode(), known_formats())]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (NGINX, ["nginx", "nginx"]),
        ('LogFormat "%h %l %u %t \\"%r\\" %>s %b" common\n', ["apache"]),
        ('frontend f\n    log-format "%ci:%cp [%tr] %ft %b/%s %ST"\n', ["haproxy"]),
        ("worker_processes 4;\n", []),
        ("log_format broken '$remote_addr", []),
    ],
)
def test_directives_are_found_and_compiled(text: str, found: list[str]) -> None:
    assert gateways(text) == found


@given(st.text(alphabet="log_format '\"\\;$a\n\t{}", max_size=200))
def test_any_text_is_passed_over_or_read(text: str) -> None:
    assert len(gateways(text)) <= text.count("log_format") + 1


def test_a_configuration_among_the_logs_says_how_they_are_written(tmp_path: Path) -> None:
    write(tmp_path / "access.log", numbered())
    write(tmp_path / "error.log", errors())
    (tmp_path / "nginx.conf").write_text(NGINX)
    outcome = run([str(tmp_path)], LogsOptions())
    assert (outcome.tally.requests, outcome.tally.joined) == (REQUESTS, FAILED)
    assert [(Path(each.name).name, each.why) for each in outcome.skipped] == [
        ("nginx.conf", "a configuration, whose log formats are used")
    ]
    assert outcome.unknown == ()
    alone = run([str(tmp_path / "nginx.conf")])
    assert alone.unknown == (str(tmp_path / "nginx.conf"),)
