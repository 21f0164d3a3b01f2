import pytest

from conformance.description import Description, load
from conformance.model import Operation, Request
from conformance.validation import SecondOpinion, Validators


@pytest.fixture(scope="session")
def description(tmp_path_factory) -> Description:
    return load(cache_dir=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def validators(description) -> Validators:
    return Validators(description)


@pytest.fixture(scope="session")
def opinion(description) -> SecondOpinion:
    opinion = SecondOpinion(description)
    opinion.request(description.model.operations[0], Request("", "GET", "/"))  # built here, not on some test's time
    return opinion


@pytest.fixture(scope="session")
def chargers(description) -> Operation:
    return description.model.by_key["GET /evses"]
