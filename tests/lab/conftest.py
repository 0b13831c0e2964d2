"""The lab makes namespaces; without root there is nothing to test but its arithmetic."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from lab.stand import Bench, bench


@pytest.fixture
def stand() -> Iterator[Bench]:
    if os.geteuid() != 0:
        pytest.skip("needs root for namespaces")
    with bench("test") as made:
        yield made
