from functools import cache

import pytest

from conformance.description import Description, load_description
from tests.mock_server.in_process_client import REAL, Client, serve


@cache
def load_cached(name: str) -> Description:
    return load_description(REAL if name == "real" else None)


@pytest.fixture(scope="session", params=["bundled", "real"])
def description(request: pytest.FixtureRequest) -> Description:
    if request.param == "real" and not REAL.exists():
        pytest.skip("the provider's description is not here")
    return load_cached(request.param)


@pytest.fixture
def client(description: Description) -> Client:
    """Return a server of its own, for tests that write."""
    return serve(description)


@pytest.fixture(scope="session")
def reader() -> Client:
    """Return a shared server, for tests that only read."""
    return serve(load_cached("bundled"))


@pytest.fixture
def bundled() -> Client:
    return serve(load_cached("bundled"))
