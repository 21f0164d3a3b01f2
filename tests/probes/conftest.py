"""The subject of scripted probes: the bundled description at a target that is a function."""

import pytest
from scripted import subject_of

from conformance.description import load
from conformance.evidence.subject import Subject


@pytest.fixture(scope="session")
def subject() -> Subject:
    return subject_of(load())
