"""The schema as it is printed."""

import json

import jsonschema
import pytest

from why502.cli.main import main


def test_a_valid_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))
