"""The truths name only failures and causes that exist."""

from __future__ import annotations

import re

from lab import catalogue

KNOWN = {
    line.split("\t")[0].split()[0]
    for line in (catalogue.ROOM.parents[1] / "tests" / "catalogue.txt").read_text().splitlines()
    if line.strip() and not line.startswith("#")
}
FAMILIES = "overload|network|dns|application|tls|firewall|gateway|platform"


def test_every_cause_that_a_scenario_names_exists() -> None:
    for name in catalogue.names():
        text = (catalogue.ROOM / f"{name}.py").read_text()
        named = set(re.findall(rf'(?<=["\s])(?:{FAMILIES})\.[a-z]+(?:-[a-z0-9]+)*(?=["\s])', text))
        assert named <= KNOWN, f"{name}: {named - KNOWN}"
