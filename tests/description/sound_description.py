"""A small description without lint findings, for tests to change."""

import copy
from typing import Any

ID = "make01HQR99ZREJD9285NV25PVCKVG"
OTHER = "modl01HQR99ZREJD9285NV25PVCKVG"
BASE = "https://api.example.com/v2"
URI = {"type": "string", "format": "uri"}


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def _operation(name: str, responses: dict[str, Any], parameters: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": ["Makes"],
        "security": [{"oauth2": ["makes:read"]}],
        "parameters": [_ref("parameters", parameter) for parameter in ("version", *parameters)],
        "responses": {**responses, **{status: _ref("responses", f"Problem{status}") for status in _ERRORS}},
        **more,
    }


def _success(schema: dict[str, Any], *headers: str) -> dict[str, Any]:
    named = {name: _ref("headers", name) for name in ("Api-Version", *headers)}
    return {"description": "", "headers": named, "content": {"application/json": {"schema": schema}}}


def _problem(status: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _ref("schemas", "Problem")}}
    headers = {"Api-Version": _ref("headers", "Api-Version")}
    return {"description": status, "headers": headers, "content": content}


def _parameter(name: str, schema: dict[str, Any], place: str = "query", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "schema": schema, **more}


_ERRORS = ("400", "401", "404", "406", "429")
_MAKE = {
    "type": "object",
    "required": ["id", "url", "name"],
    "properties": {
        "id": {"type": "string", "pattern": "^make[A-Z0-9]{26}$"},
        "url": URI,
        "name": {"type": "string"},
        "kind": {"type": "string", "enum": ["AC", "DC", "BOTH"]},
        "power": {"type": ["integer", "null"]},
        "model": {"oneOf": [URI, {"$ref": "#/components/schemas/Model"}]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "examples": [{"id": ID, "url": f"{BASE}/makes/{ID}", "name": "A"}],
}
_MODEL = {
    "type": "object",
    "required": ["id", "url"],
    "properties": {"id": {"type": "string", "pattern": "^modl[A-Z0-9]{26}$"}, "url": URI},
    "examples": [{"id": OTHER, "url": f"{BASE}/models/{OTHER}"}],
}
_EXPAND = {"type": "array", "items": {"type": "string", "enum": ["model"]}}
_CURSOR = {"type": "string", "pattern": "^[a-z]{4}[A-Z0-9]{26}$"}
_LOG = {
    "type": "object",
    "required": ["sampled_at"],
    "properties": {"sampled_at": {"type": "string", "format": "date-time"}},
}
_SOUND: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Sound", "version": "1"},
    "servers": [{"url": BASE}],
    "tags": [{"name": "Makes"}],
    "security": [{"oauth2": []}],
    "paths": {
        "/makes": {
            "get": _operation(
                "list-makes",
                {"200": _success({"type": "array", "items": _ref("schemas", "Make")}, "Link")},
                ("before", "after", "size", "kind"),
            ),
            "post": _operation(
                "create-make",
                {"201": _success(_ref("schemas", "Make"))},
                requestBody={"required": True, "content": {"application/json": {"schema": _ref("schemas", "MakeNew")}}},
            ),
        },
        "/makes/{make_id}": {
            "parameters": [_ref("parameters", "make_id")],
            "get": _operation("get-make", {"200": _success(_ref("schemas", "Make"))}, ("expand",)),
        },
        "/makes/{make_id}/logs": {
            "parameters": [_ref("parameters", "make_id")],
            "get": _operation(
                "list-logs",
                {"200": _success({"type": "array", "items": _ref("schemas", "Log")}, "Link")},
                ("since", "until", "time_after", "size"),
            ),
        },
        "/models/{model_id}": {
            "parameters": [_ref("parameters", "model_id")],
            "get": _operation("get-model", {"200": _success(_ref("schemas", "Model"))}),
        },
    },
    "components": {
        "securitySchemes": {
            "oauth2": {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": f"{BASE}/token", "scopes": {"makes:read": ""}}},
            }
        },
        "parameters": {
            "version": _parameter("Api-Version", {"type": "integer", "enum": [2]}, "header"),
            "before": _parameter("page_before", _CURSOR, description="What stands before this id."),
            "after": _parameter("page_after", _CURSOR, description="What stands after this id."),
            "time_after": _parameter("page_after", {"type": "string", "format": "date-time"}),
            "size": _parameter("page_size", {"type": "integer", "minimum": 1, "maximum": 100}),
            "kind": _parameter("kind", {"type": "string", "enum": ["AC", "DC"]}),
            "since": _parameter("sampled_at__gte", {"type": "string", "format": "date-time"}),
            "until": _parameter("sampled_at__lte", {"type": "string", "format": "date-time"}),
            "expand": _parameter("expand", _EXPAND),
            "make_id": _parameter(
                "make_id", {"type": "string", "pattern": "^make[A-Z0-9]{26}$"}, "path", required=True
            ),
            "model_id": _parameter(
                "model_id", {"type": "string", "pattern": "^modl[A-Z0-9]{26}$"}, "path", required=True
            ),
        },
        "headers": {
            "Api-Version": {"schema": {"type": "integer"}},
            "Link": {"schema": {"type": "string"}, "example": f'<{BASE}/makes?page_after={ID}>; rel="next"'},
        },
        "responses": {f"Problem{status}": _problem(status) for status in _ERRORS},
        "schemas": {
            "Make": _MAKE,
            "MakeNew": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "Model": _MODEL,
            "Log": _LOG,
            "Problem": {"type": "object", "properties": {"title": {"type": "string"}, "status": {"type": "integer"}}},
        },
    },
}


def sound() -> dict[str, Any]:
    """Return a copy of the description."""
    return copy.deepcopy(_SOUND)
