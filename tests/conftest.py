"""What holds for all tests: no property is timed, and what it draws is the same each time, so that a red run means the
change at hand; `tox -e explore` draws anew. What several folders share: the client that a generator makes.
"""

import os

import pytest
from hypothesis import settings

from tests import generated
from tests.mock_server.in_process_client import REAL

settings.register_profile("settled", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile("settled")


@pytest.fixture(scope="session")
def generated_client(tmp_path_factory: pytest.TempPathFactory) -> generated.Made:
    """The client that openapi-python-client makes of the provider's description, one for all workers."""
    if not REAL.exists():
        pytest.skip("the provider's description is not here")
    base = tmp_path_factory.getbasetemp()
    found = generated.made(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)
    if found is None:
        pytest.skip("openapi-python-client cannot be installed here")
    return found


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests that take long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long, unless it is asked for."""
    if not config.getoption("--long"):
        left_out = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
