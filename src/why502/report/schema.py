"""The published JSON Schema of the report (draft 2020-12), generated from the records themselves."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, get_args, get_origin

from why502.report.codec import Key, keys_of
from why502.report.logs.parts import EpisodeShown, LogsShown
from why502.report.parts import SCHEMA, Cause, Certainty, Contents, Incident, Step

Node = dict[str, Any]

TIME: Node = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
    "description": "UTC, with milliseconds",
}

LOGS: Node = {
    "if": {"properties": {"target": {"properties": {"kind": {"const": "logs"}}}}},
    "then": {"required": ["logs"], "properties": {"incidents": {"items": {"required": ["episode"]}}}},
    "else": {"properties": {"logs": False, "incidents": {"items": {"properties": {"episode": False}}}}},
}
"""`logs` and `episode` stand in every report of logs, and in no other."""


def schema() -> Node:
    """Return the schema that every report validates against; it allows no key that it does not name."""
    defs: dict[str, Node] = {}
    body = _record(Contents, defs)
    body["properties"] = {"schema": {"const": SCHEMA}, **body["properties"]}
    body["required"] = ["schema", *body["required"]]
    body["properties"]["checks"] |= {
        "minItems": len(Step),
        "maxItems": len(Step),
        "allOf": [{"contains": {"properties": {"step": {"const": step.value}}}} for step in Step],
    }
    # What only the report of logs has.
    body["properties"]["logs"] = _value(LogsShown, defs)
    defs[Incident.__name__]["properties"]["episode"] = _value(EpisodeShown, defs)
    healthy = {"properties": {"verdict": {"const": "healthy"}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:why502:report:1",
        "title": "A report of why502",
        **body,
        "if": healthy,
        "then": {"properties": {"incidents": {"maxItems": 0}}},
        "allOf": [LOGS],
        "$defs": dict(sorted(defs.items())),
    }


def _record(record: type, defs: dict[str, Node]) -> Node:
    properties: dict[str, Node] = {}
    for key in keys_of(record):
        if key.type is Cause:
            properties[key.name] = {"type": "string", "description": key.about}
            properties["certainty"] = _value(Certainty, defs)
        else:
            properties[key.name] = _member(key, defs)
    return {
        "type": "object",
        "description": _first_line(record),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _member(key: Key, defs: dict[str, Node]) -> Node:
    node = _value(key.type, defs)
    if key.nullable:
        node = {"anyOf": [node, {"type": "null"}]}
    return node | ({"description": key.about} if key.about else {})


def _value(kind: Any, defs: dict[str, Node]) -> Node:
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _value(get_args(kind)[0], defs)}
    if get_origin(kind) is Mapping:
        return {"type": "object", "additionalProperties": _value(get_args(kind)[1], defs)}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in defs:
            defs[kind.__name__] = _record(kind, defs)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if issubclass(kind, Enum):
        defs[kind.__name__] = {"enum": [member.value for member in kind], "description": _first_line(kind)}
        return {"$ref": f"#/$defs/{kind.__name__}"}
    return _scalar(kind)


def _scalar(kind: type) -> Node:
    if kind is datetime:
        return TIME
    if kind is int:
        return {"type": "integer", "minimum": 0}
    if kind is float:
        return {"type": "number", "minimum": 0}
    return {"type": {str: "string", bool: "boolean"}[kind]}


def _first_line(thing: type) -> str:
    return (thing.__doc__ or "").strip().partition("\n")[0]
