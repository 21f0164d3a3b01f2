"""What a description says apart from its prose, and where two descriptions differ in that.

`structure` reduces a document to plain data in which the names and places of parameters, headers and responses no
longer matter: operations carry their effective parameters and resolved responses, schemas stand by name. Prose,
examples and defaults of OpenAPI 3.1.0 that are merely spelled out are left out. `differences` walks two of them.
"""

import json
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

_METHODS = ("get", "put", "post", "patch", "delete")
_PROSE = {"title", "description", "summary", "example", "examples", "externalDocs"}
_MAPS_OF_SCHEMAS = {"properties", "patternProperties", "dependentSchemas", "$defs"}
_DEFAULTS = {"required": False, "explode": True, "allowReserved": False, "allowEmptyValue": False, "readOnly": False}


class Difference(NamedTuple):
    """`at` is a JSON pointer into the structure; a missing side is None."""

    at: str
    change: Literal["added", "removed", "changed"]
    theirs: Any
    ours: Any


def structure(document: dict[str, Any]) -> dict[str, Any]:
    """The structure of a whole document, references resolved but for those to schemas."""
    schemes = document["components"]["securitySchemes"]
    return {
        "servers": [server["url"] for server in document["servers"]],
        "security": document["security"],
        "schemes": {name: _scheme(scheme) for name, scheme in schemes.items()},
        "tags": {tag["name"]: {} for tag in document["tags"]},
        "schemas": {name: _schema(schema) for name, schema in document["components"]["schemas"].items()},
        "operations": {key: _operation(document, item, each) for key, item, each in operations(document)},
        "webhooks": {name: _operation(document, item, item["post"]) for name, item in document["webhooks"].items()},
    }


def differences(theirs: Any, ours: Any, at: str = "") -> Iterator[Difference]:
    """Every place where two structures differ, named once, at the deepest pointer that both have."""
    if isinstance(theirs, dict) and isinstance(ours, dict) and ("$ref" in theirs) == ("$ref" in ours):
        for key in sorted({*theirs, *ours}):
            below = f"{at}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in ours:
                yield Difference(below, "removed", theirs[key], None)
            elif key not in theirs:
                yield Difference(below, "added", None, ours[key])
            else:
                yield from differences(theirs[key], ours[key], below)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours) and _nested(theirs):
        for index, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(one, other, f"{at}/{index}")
    elif theirs != ours:
        yield Difference(at, "changed", theirs, ours)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Key (`GET /evses`), path item and operation of everything under `paths`."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item, item[method]


def strings(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a document with the key that it stands under."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from strings(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value, key)
    elif isinstance(node, str):
        yield key, node


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The node that a reference names, or the node itself."""
    while isinstance(reference := node.get("$ref"), str):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def effective_parameters(
    document: dict[str, Any], item: dict[str, Any], operation: dict[str, Any]
) -> list[dict[str, Any]]:
    """The parameters of an operation, those of its path item overridden (OpenAPI 3.1.0, 4.8.10)."""
    declared = (resolve(document, each) for node in (item, operation) for each in node.get("parameters", ()))
    return list({(each["in"], each["name"]): each for each in declared}.values())


def _operation(document: dict[str, Any], item: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        key: operation[key] for key in ("operationId", "security", "deprecated") if key in operation
    }
    found["tags"] = {tag: {} for tag in operation.get("tags", ())}
    found["parameters"] = {
        f"{each['in']} {each['name']}": _plain(each, "name", "in")
        for each in effective_parameters(document, item, operation)
    }
    if "requestBody" in operation:
        found["body"] = _plain(resolve(document, operation["requestBody"]))
    found["responses"] = {
        status: _response(document, resolve(document, response)) for status, response in operation["responses"].items()
    }
    return found


def _response(document: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    return {
        "headers": {name: _plain(resolve(document, header)) for name, header in response.get("headers", {}).items()},
        **_plain({"content": response.get("content", {})}),
    }


def _plain(node: dict[str, Any], *without: str) -> dict[str, Any]:
    """A parameter, header, body or response without prose and spelled-out defaults."""
    kept = {key: value for key, value in _worded_out(node).items() if key not in without}
    if "schema" in kept:
        kept["schema"] = _schema(kept["schema"])
    if "content" in kept:
        kept["content"] = {
            media: {"schema": _schema(each["schema"])} if "schema" in each else {}
            for media, each in kept["content"].items()
        }
    return kept


def _scheme(scheme: dict[str, Any]) -> dict[str, Any]:
    flows = {name: {**flow, "scopes": dict.fromkeys(flow["scopes"], "")} for name, flow in scheme["flows"].items()}
    return {**_worded_out(scheme), "flows": flows}


def _schema(node: Any) -> Any:
    if isinstance(node, list):
        return [_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = _worded_out(node)
    for key, value in kept.items():
        if key in _MAPS_OF_SCHEMAS:
            kept[key] = {name: _schema(each) for name, each in value.items()}
        elif key in {"enum", "required"} or (key == "type" and isinstance(value, list)):
            kept[key] = sorted(value, key=json.dumps)
        else:
            kept[key] = _schema(value)
    return kept


def _worded_out(node: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in node.items()
        if key not in _PROSE and not key.startswith("x-") and not (key in _DEFAULTS and value is _DEFAULTS[key])
    }


def _nested(values: list[Any]) -> bool:
    return any(isinstance(each, dict | list) for each in values)
