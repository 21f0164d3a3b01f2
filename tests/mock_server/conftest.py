from functools import cache

import pytest

from conformance.description import Description, load
from tests.mock_server.wire import REAL, Client, serve


@cache
def described(which: str) -> Description:
    return load(REAL if which == "real" else None)


@pytest.fixture(scope="session", params=["shipped", "real"])
def description(request: pytest.FixtureRequest) -> Description:
    if request.param == "real" and not REAL.exists():
        pytest.skip("the provider's description is not here")
    return described(request.param)


@pytest.fixture
def client(description: Description) -> Client:
    """A server of its own, for tests that write."""
    return serve(description)


@pytest.fixture(scope="session")
def reader() -> Client:
    """A shared server for tests that only read."""
    return serve(described("shipped"))


@pytest.fixture
def shipped() -> Client:
    return serve(described("shipped"))
