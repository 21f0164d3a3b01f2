"""JSON Schemas of what people and their tools read and write: the configuration, and the summary of a run."""

from importlib.resources import files
from inspect import cleandoc
from typing import Any, Literal

import msgspec

from conformance.targets.config import Config

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def build_schema(name: Literal["config", "summary"]) -> dict[str, Any]:
    """Return the JSON Schema of `evconform.toml` or of `summary.json`."""
    if name == "config":
        return {"$schema": _DIALECT, "title": "evconform.toml", **_clean_texts(msgspec.json.schema(Config))}
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
