import json
from pathlib import Path

from tests.report.logs.made import plain
from why502.report.as_json import to_value

KEYS = {
    "logs": "files requests failed rescued unparsed by_status by_failure upstreams routes clients timeline",
    "file": "name format lines unparsed first last",
    "upstream": "upstream requests failed rescued by_status by_failure seconds",
    "route": "route requests failed seconds",
    "episode": "start end ongoing requests failed by_failure by_status upstreams routes clients changed",
}


def test_the_keys_are_those_of_the_interface() -> None:
    value = to_value(plain())
    logs = value["logs"]
    found = {
        "logs": logs,
        "file": logs["files"][0],
        "upstream": logs["upstreams"][0],
        "route": logs["routes"][0],
        "episode": value["incidents"][0]["episode"],
    }
    assert {name: " ".join(each) for name, each in found.items()} == KEYS
    assert set(logs["unparsed"]) == {"lines", "samples"}
    assert set(logs["clients"]) == {"seen", "hit"}
    assert set(logs["timeline"]) == {"start", "step", "requests", "failed"}
    assert set(logs["upstreams"][0]["seconds"]) == {"p50", "p95", "p99", "max"}


def test_the_interface_names_every_key() -> None:
    page = (Path(__file__).parents[3] / "docs" / "interface.md").read_text(encoding="utf-8")
    told = page.partition("## Logs as JSON")[2]
    for keys in KEYS.values():
        assert all(f'"{key}"' in told for key in keys.split())
    assert json.dumps(to_value(plain()))
