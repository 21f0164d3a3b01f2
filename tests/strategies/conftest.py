import pytest

from conformance.description import Description, load_description
from conformance.model import Operation, Request
from conformance.validation import SchemaValidators, SecondOpinion


@pytest.fixture(scope="session")
def description(tmp_path_factory) -> Description:
    return load_description(cache_dir=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def validators(description) -> SchemaValidators:
    return SchemaValidators(description)


@pytest.fixture(scope="session")
def opinion(description) -> SecondOpinion:
    opinion = SecondOpinion(description)
    opinion.validate_request(
        description.model.operations[0], Request("", "GET", "/")
    )  # built here, not on some test's time
    return opinion


@pytest.fixture(scope="session")
def chargers(description) -> Operation:
    return description.model.operations_by_key["GET /evses"]
