"""Descriptions to test with: the bundled one, the provider's if it is present, and a small one to change."""

import copy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.description import Description, load_description

PROVIDED = Path(__file__).parents[3] / "shared" / "reference" / "ev-energy-api-v2-openapi.yaml"


URI = {"type": "string", "format": "uri"}
SMALL: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Small", "version": "1"},
    "servers": [{"url": "https://api.example.com/v2"}],
    "paths": {
        "/makes": {"get": {"responses": {"200": {"$ref": "#/components/responses/Makes"}}}},
        "/makes/{make_id}": {
            "parameters": [{"name": "make_id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"responses": {"200": {"$ref": "#/components/responses/Make"}}},
        },
    },
    "components": {
        "responses": {
            "Make": {
                "description": "",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Make"}}},
            },
            "Makes": {
                "description": "",
                "content": {
                    "application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Make"}}}
                },
            },
        },
        "schemas": {
            "Make": {
                "type": "object",
                "properties": {"id": {"type": "string", "pattern": "make[A-Z0-9]{26}"}, "url": URI},
            }
        },
    },
}


@pytest.fixture
def small() -> dict[str, Any]:
    """Return a valid description that a test may change."""
    return copy.deepcopy(SMALL)


@pytest.fixture
def write(tmp_path: Path):
    """Return a function that writes a document (as JSON) or text to a file and returns its path."""

    def to_file(content: Any, name: str = "api.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else None
        data = content.encode() if isinstance(content, str) else data
        path.write_bytes(msgspec.json.encode(content) if data is None else data)
        return path

    return to_file


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def bundled(cache_dir: Path) -> Description:
    return load_description(cache_dir=cache_dir)


@pytest.fixture(scope="session")
def provider(cache_dir: Path) -> Description:
    if not PROVIDED.exists():
        pytest.skip("../shared/reference/ev-energy-api-v2-openapi.yaml is not beside this repository")
    return load_description(PROVIDED, cache_dir=cache_dir)


@pytest.fixture(scope="session")
def published_provider(provider: Description, cache_dir: Path) -> Description:
    """Return the provider's description without overlays."""
    return load_description(Path(provider.source), overlays=False, cache_dir=cache_dir)


@pytest.fixture(params=["bundled", "provider"])
def description(request: pytest.FixtureRequest) -> Description:
    """Return each description in turn."""
    return request.getfixturevalue(request.param)
