"""A small description with the constructs that the real one uses."""

from typing import Any

import pytest

from conformance.description import Description
from conformance.model import (
    Body,
    Effect,
    HeaderSpec,
    Location,
    Media,
    Operation,
    Parameter,
    ResourceModel,
    ResponseSpec,
    Role,
)
from conformance.validation import SchemaValidators, SecondOpinion

URI = {"type": "string", "format": "uri"}
SCHEMAS: dict[str, Any] = {
    "Make": {"type": "object", "required": ["url"], "properties": {"url": URI, "name": {"type": "string"}}},
    "Model": {
        "type": "object",
        "required": ["url"],
        "properties": {"url": URI, "make": {"oneOf": [URI, {"$ref": "#/components/schemas/Make"}]}},
    },
    "Charger": {
        "type": "object",
        "required": ["id", "url"],
        "properties": {
            "id": {"type": "string", "pattern": "evse[A-Z\\d]{26}"},
            "url": URI,
            "model": {"oneOf": [URI, {"$ref": "#/components/schemas/Model"}]},
            "user": {"oneOf": [{"type": ["string", "null"], "format": "uri"}, {"$ref": "#/components/schemas/Make"}]},
            "power": {"type": "integer", "minimum": 0, "maximum": 22},
            "price": {"type": "string", "format": "decimal"},
            "nickname": {"type": ["string", "null"], "maxLength": 5},
            "legacy": {"type": "string", "nullable": True},
            "state": {"oneOf": [{"enum": ["ON", "OFF"]}, {"type": "null"}]},
            "sessions": {
                "oneOf": [
                    {"type": "array", "items": URI},
                    {"type": "array", "items": {"$ref": "#/components/schemas/Make"}},
                ]
            },
            "custom": {"type": "object"},
            "labels": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Make"}},
            "area": {"oneOf": [{"$ref": "#/components/schemas/Point"}, {"$ref": "#/components/schemas/Line"}]},
            "closed": {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
        },
    },
    "ChargerDetail": {
        "allOf": [
            {"$ref": "#/components/schemas/Charger"},
            {"type": "object", "properties": {"notes": {"type": "string"}}},
        ]
    },
    "Point": {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"const": "Point"}, "coordinates": {"type": "array", "items": {"type": "number"}}},
    },
    "Line": {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"enum": ["Line"]},
            "coordinates": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        },
    },
}
PAGE_SIZE = {"type": "integer", "minimum": 1, "maximum": 100}
EXPAND = {"type": "array", "items": {"type": "string", "enum": ["model", "model.make", "user"]}}
RATE = {"schema": {"type": "integer"}}
AT = "#/paths/~1chargers~1{charger_id}"
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Chargers", "version": "1"},
    "servers": [{"url": "https://api.example/v2"}],
    "security": [{"oauth2": ["read"]}],
    "paths": {
        "/chargers": {
            "get": {
                "parameters": [
                    {"name": "page_size", "in": "query", "schema": PAGE_SIZE},
                    {"name": "expand", "in": "query", "schema": EXPAND},
                    {"name": "old", "in": "query", "deprecated": True, "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "description": "",
                        "headers": {"X-RateLimit-Limit": RATE},
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Charger"}}
                            }
                        },
                    },
                    "4XX": {"description": "", "content": {"application/*": {"schema": {"type": "object"}}}},
                },
            }
        },
        "/chargers/{charger_id}": {
            "servers": [{"url": "https://other.example"}],
            "patch": {
                "security": [{"oauth2": ["write"]}],
                "parameters": [
                    {
                        "name": "charger_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "pattern": "^evse[A-Z\\d]{26}$"},
                    }
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Charger"}}},
                },
                "responses": {
                    "200": {
                        "description": "",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ChargerDetail"}}},
                    },
                    "204": {"description": ""},
                },
            },
        },
    },
    "webhooks": {
        "charger.created": {
            "post": {
                "parameters": [{"name": "svix-id", "in": "header", "required": True, "schema": {"type": "string"}}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Charger"}}},
                },
                "responses": {"2XX": {"description": ""}},
            }
        }
    },
    "components": {
        "schemas": SCHEMAS,
        "securitySchemes": {"oauth2": {"type": "oauth2", "flows": {}}},
    },
}

LIST = Operation(
    key="GET /chargers",
    id="list",
    method="GET",
    path="/chargers",
    pointer="#/paths/~1chargers/get",
    role=Role.LIST,
    effect=Effect.NONE,
    group="chargers",
    parameters=(
        Parameter("page_size", Location.QUERY, schema=PAGE_SIZE),
        Parameter("expand", Location.QUERY, schema=EXPAND),
    ),
    responses=(
        ResponseSpec(
            "200",
            media=(Media("application/json", "#/paths/~1chargers/get/responses/200/content/application~1json/schema"),),
            headers=(
                HeaderSpec(
                    "X-RateLimit-Limit", "#/paths/~1chargers/get/responses/200/headers/X-RateLimit-Limit/schema"
                ),
            ),
        ),
        ResponseSpec(
            "4XX",
            media=(Media("application/*", "#/paths/~1chargers/get/responses/4XX/content/application~1*/schema"),),
        ),
    ),
)
PATCH = Operation(
    key="PATCH /chargers/{charger_id}",
    id="patch",
    method="PATCH",
    path="/chargers/{charger_id}",
    pointer=f"{AT}/patch",
    role=Role.UPDATE,
    effect=Effect.WRITE,
    group="chargers",
    body=Body(required=True, media=(Media("application/json", "#/components/schemas/Charger"),)),
    responses=(
        ResponseSpec(
            "200",
            media=(Media("application/json", f"{AT}/patch/responses/200/content/application~1json/schema"),),
        ),
        ResponseSpec("204"),
    ),
)


@pytest.fixture(scope="session")
def description() -> Description:
    model = ResourceModel(
        digest="", title="Chargers", version="1", base_path="/v2", operations=(LIST, PATCH), resources=()
    )
    return Description(DOCUMENT, model, "", "test")


@pytest.fixture(scope="session")
def validators(description: Description) -> SchemaValidators:
    return SchemaValidators(description)


@pytest.fixture(scope="session")
def opinion(description: Description) -> SecondOpinion:
    return SecondOpinion(description)


@pytest.fixture(scope="session")
def list_operation() -> Operation:
    return LIST


@pytest.fixture(scope="session")
def patch_operation() -> Operation:
    return PATCH


@pytest.fixture
def charger() -> dict[str, Any]:
    name = "evse01HSH04KDEWF6Z4DB2J77J74K5"
    return {"id": name, "url": f"https://api.example/v2/chargers/{name}"}
