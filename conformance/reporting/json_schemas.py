"""JSON Schemas of files for people and their tools: the configuration, the summary of a run, its run log."""

from importlib.resources import files
from inspect import cleandoc
from typing import Any, Literal

import msgspec

from conformance.run_log.stored_lines import StoredLine
from conformance.targets.config import Config

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


SchemaName = Literal["config", "summary", "events"]


def build_schema(name: SchemaName) -> dict[str, Any]:
    """Return the JSON Schema of `evconform.toml`, of `summary.json`, or of a line of `events.jsonl`."""
    if name == "config":
        return {"$schema": _DIALECT, "title": "evconform.toml", **_clean_texts(msgspec.json.schema(Config))}
    if name == "events":
        return {"$schema": _DIALECT, "title": "a line of events.jsonl", **_clean_texts(msgspec.json.schema(StoredLine))}
    content = (files("reports") / "schemas" / "summary.schema.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, Any])


def _clean_texts(node: Any) -> Any:
    """Return a schema with the docstrings in it as plain texts."""
    if isinstance(node, list):
        return [_clean_texts(element) for element in node]
    if not isinstance(node, dict):
        return node
    return {
        key: cleandoc(value) if key == "description" and isinstance(value, str) else _clean_texts(value)
        for key, value in node.items()
    }
