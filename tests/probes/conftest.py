"""The subject of scripted probes: the bundled description at a target that is a function."""

import pytest

from conformance.description import load_description
from conformance.evidence.subject import Subject
from tests.probes.scripted import make_subject


@pytest.fixture(scope="session")
def subject() -> Subject:
    return make_subject(load_description())
