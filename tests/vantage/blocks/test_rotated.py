import random

import pytest

from why502.vantage.blocks.rotated import rotation, uncompressed

SETS = [
    ["access.log.10.gz", "access.log.9.gz", "access.log.2.gz", "access.log.1", "access.log"],
    ["access.10.log.gz", "access.2.log", "access.1.log", "access.log"],
    ["access.log-20251231.gz", "access.log-20261119.gz", "access.log-20261120", "access.log"],
    ["access-20261119.log.zst", "access-20261120.log", "access.log"],
    ["access.log-2026111922.gz", "access.log-2026111923.gz", "access.log-2026112000", "access.log"],
    ["access.2026-11-19.log", "access.2026-11-20.log", "access.log"],
    ["access_log.2026-11-19.gz", "access_log.2026-11-20", "access_log"],
    ["log-20261119.2.gz", "log-20261119.1.gz", "log-20261120.1.gz", "log"],
    ["u.log.20261119.gz", "u.log.20261120", "u.log"],
]


@pytest.mark.parametrize("names", SETS, ids=lambda names: names[0])
def test_a_rotated_set_is_put_in_the_order_of_its_time(names: list[str]) -> None:
    mixed = [f"/var/log/{name}" for name in random.Random(1).sample(names, len(names))]
    assert len({rotation(path).stem for path in mixed}) == 1
    assert sorted(mixed, key=lambda path: rotation(path).order) == [f"/var/log/{name}" for name in names]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("access.log.1", "error.log.1"),
        ("a/access.log", "b/access.log"),
        ("app.log", "app2.log"),
        ("site-20261119-access.log", "site-access.txt"),
        ("10.0.0.1.log", "10.0.0.2.txt"),
    ],
)
def test_sets_are_told_apart(one: str, other: str) -> None:
    assert rotation(one).stem != rotation(other).stem


@pytest.mark.parametrize("name", [".1", "20261120", "1", "", "-", ".gz", "2026-11-20.log"])
def test_a_name_that_is_only_a_time_or_a_number_has_a_stem(name: str) -> None:
    assert rotation(name).order
    assert rotation(f"folder/{name}").stem.startswith("folder/")


def test_only_the_ending_of_a_compressor_is_taken_away() -> None:
    assert uncompressed("a.gz/access.log.1.gz") == "a.gz/access.log.1"
    assert uncompressed("access.log.ZST") == "access.log"
    assert uncompressed("access.log") == "access.log"
