from tests.evidence import WHEN, seen, table
from tests.report.outcomes import STOPPED, TABLE
from why502.observations.fact import EvidenceKind
from why502.report.gathering import LONGEST, MOST, Gathered


def test_each_fact_stands_once_and_keeps_its_number() -> None:
    gathered = Gathered()
    assert gathered.cite((TABLE, STOPPED, TABLE)) == ("e1", "e2")
    assert gathered.cite((STOPPED,)) == ("e2",)
    assert [(each.id, each.text) for each in gathered.shown] == [
        ("e1", "LISTEN 0/128 127.0.0.1:22"), ("e2", "ActiveState=failed"),
    ]  # fmt: skip
    assert gathered.cite(()) == ()


def test_the_first_moment_of_what_was_seen_is_told() -> None:
    gathered = Gathered()
    gathered.cite((table(seen=seen(WHEN)),))
    assert gathered.shown[0].at == WHEN.start


def test_its_size_is_bounded() -> None:
    gathered = Gathered()
    long = seen(kind=EvidenceKind.LOG_LINE, raw="x" * 10_000)
    gathered.cite((table(seen=long),))
    assert len(gathered.shown[0].text) == LONGEST
    many = tuple(table(seen=seen(raw=str(number))) for number in range(MOST + 50))
    assert set(gathered.cite(many)) <= {each.id for each in gathered.shown}
    assert len(gathered.shown) == MOST
