"""The subject of scripted probes: the bundled description at a target that is a function."""

import pytest
from scripted import make_subject

from conformance.description import load_description
from conformance.evidence.subject import Subject


@pytest.fixture(scope="session")
def subject() -> Subject:
    return make_subject(load_description())
