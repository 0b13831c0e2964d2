from pathlib import Path

import pytest

from tests.logs.formats.test_contract import first_read
from why502.logs.format import Signs
from why502.logs.formats.nginx_error import PLANS, judge

DATA = Path(__file__).parent.parent / "data/messages.tsv"
EXAMPLES = [line.split("\t", 1) for line in DATA.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("expected", "line"), EXAMPLES)
def test_real_lines_tell_what_the_gateways_reader_tells(expected: str, line: str) -> None:
    found = first_read(PLANS, line.encode())
    assert found is not None
    judged = judge(Signs(status=0, words=found.words))
    said = judged.failure.value if judged.failure else ""
    assert said == ("" if expected.startswith("remark:") or expected == "nothing" else expected)


@pytest.mark.parametrize(("expected", "line"), EXAMPLES)
def test_the_connection_and_client_are_taken(expected: str, line: str) -> None:
    found = first_read(PLANS, line.encode())
    assert found is not None
    said, client, _ = line.partition(", client: ")
    if not expected.startswith("remark:") and expected != "nothing" and client and "," not in said:
        assert f" *{found.key.decode()} " in line
        assert f", client: {found.client.decode()}, server: " in line


def test_a_warning_of_few_connections_is_no_failure() -> None:
    line = (
        b"2026/11/21 02:36:13 [warn] 7#7: *3 512 worker_connections are not enough, reusing connections while waiting"
    )
    found = first_read(PLANS, line)
    assert found is not None
    assert not judge(Signs(status=0, words=found.words)).failed
