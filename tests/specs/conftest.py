from pathlib import Path

import pytest

from conformance.description.loader import load_description

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "ev-energy-api-v2-openapi.yaml"


@pytest.fixture(scope="session")
def description(tmp_path_factory):
    """Return the bundled description as it is in the repository."""
    return load_description(overlays=False, cache_dir=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def document(description):
    return description.document


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    """Return the provider's own description; skip if it is not at hand."""
    if not REFERENCE.exists():
        pytest.skip("the provider's description is proprietary and not in this repository")
    return load_description(REFERENCE, overlays=False, cache_dir=tmp_path_factory.mktemp("cache")).document
