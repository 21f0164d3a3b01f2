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
    """Return the structure of a whole document; references are resolved except those to schemas."""
    schemes = document["components"]["securitySchemes"]
    return {
        "servers": [server["url"] for server in document["servers"]],
        "security": document["security"],
        "schemes": {name: _scheme(scheme) for name, scheme in schemes.items()},
        "tags": {tag["name"]: {} for tag in document["tags"]},
        "schemas": {name: _schema(schema) for name, schema in document["components"]["schemas"].items()},
        "operations": {key: _operation(document, item, operation) for key, item, operation in operations(document)},
        "webhooks": {name: _operation(document, item, item["post"]) for name, item in document["webhooks"].items()},
    }


def differences(theirs: Any, ours: Any, at: str = "") -> Iterator[Difference]:
    """Yield each place where two structures differ once, at the deepest pointer that both have."""
    if isinstance(theirs, dict) and isinstance(ours, dict) and ("$ref" in theirs) == ("$ref" in ours):
        for key in sorted({*theirs, *ours}):
            pointer = f"{at}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in ours:
                yield Difference(pointer, "removed", theirs[key], None)
            elif key not in theirs:
                yield Difference(pointer, "added", None, ours[key])
            else:
                yield from differences(theirs[key], ours[key], pointer)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours) and _has_containers(theirs):
        for index, (their_value, our_value) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(their_value, our_value, f"{at}/{index}")
    elif theirs != ours:
        yield Difference(at, "changed", theirs, ours)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield key (`GET /evses`), path item and operation of everything under `paths`."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item, item[method]


def strings(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string of a document with its key."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from strings(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value, key)
    elif isinstance(node, str):
        yield key, node


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Return the node that a reference names, or the node itself."""
    while isinstance(reference := node.get("$ref"), str):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def effective_parameters(
    document: dict[str, Any], item: dict[str, Any], operation: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the parameters of an operation; they override those of its path item (OpenAPI 3.1.0, 4.8.10)."""
    declared = (resolve(document, parameter) for node in (item, operation) for parameter in node.get("parameters", ()))
    return list({(parameter["in"], parameter["name"]): parameter for parameter in declared}.values())


def _operation(document: dict[str, Any], item: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {
        key: operation[key] for key in ("operationId", "security", "deprecated") if key in operation
    }
    result["tags"] = {tag: {} for tag in operation.get("tags", ())}
    result["parameters"] = {
        f"{parameter['in']} {parameter['name']}": _simplify(parameter, "name", "in")
        for parameter in effective_parameters(document, item, operation)
    }
    if "requestBody" in operation:
        result["body"] = _simplify(resolve(document, operation["requestBody"]))
    result["responses"] = {
        status: _response(document, resolve(document, response)) for status, response in operation["responses"].items()
    }
    return result


def _response(document: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    return {
        "headers": {name: _simplify(resolve(document, header)) for name, header in response.get("headers", {}).items()},
        **_simplify({"content": response.get("content", {})}),
    }


def _simplify(node: dict[str, Any], *without: str) -> dict[str, Any]:
    """Return a parameter, header, body or response without prose and explicit defaults."""
    kept = {key: value for key, value in _remove_prose(node).items() if key not in without}
    if "schema" in kept:
        kept["schema"] = _schema(kept["schema"])
    if "content" in kept:
        kept["content"] = {
            media: {"schema": _schema(media_type["schema"])} if "schema" in media_type else {}
            for media, media_type in kept["content"].items()
        }
    return kept


def _scheme(scheme: dict[str, Any]) -> dict[str, Any]:
    flows = {name: {**flow, "scopes": dict.fromkeys(flow["scopes"], "")} for name, flow in scheme["flows"].items()}
    return {**_remove_prose(scheme), "flows": flows}


def _schema(node: Any) -> Any:
    if isinstance(node, list):
        return [_schema(member) for member in node]
    if not isinstance(node, dict):
        return node
    kept = _remove_prose(node)
    for key, value in kept.items():
        if key in _MAPS_OF_SCHEMAS:
            kept[key] = {name: _schema(member) for name, member in value.items()}
        elif key in {"enum", "required"} or (key == "type" and isinstance(value, list)):
            kept[key] = sorted(value, key=json.dumps)
        else:
            kept[key] = _schema(value)
    return kept


def _remove_prose(node: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in node.items()
        if key not in _PROSE and not key.startswith("x-") and not (key in _DEFAULTS and value is _DEFAULTS[key])
    }


def _has_containers(values: list[Any]) -> bool:
    return any(isinstance(value, dict | list) for value in values)
