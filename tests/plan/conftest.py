"""The bundled catalogue, the model of the bundled description, and a part of it that is planned fast."""

import msgspec
import pytest

from conformance.description import load
from conformance.model import ResourceModel, Target, TargetKind
from conformance.plan import Catalogue, Plan, Wish, make
from specs.catalogue import requirements

EVERYBODY = ("full", "readonly", "noscope", "expired", "user_a", "user_b")


def target(**more) -> Target:
    return Target("test", TargetKind.BUILTIN, "http://127.0.0.1:1/v2", **{"identities": EVERYBODY, **more})


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.of(requirements())


@pytest.fixture(scope="session")
def model() -> ResourceModel:
    return load().model


class Desk:
    """Makes plans for one model; its repr is short, since Hypothesis prints it."""

    def __init__(self, catalogue: Catalogue, model: ResourceModel) -> None:
        self.catalogue, self.model = catalogue, model

    def __repr__(self) -> str:
        return f"Desk({len(self.model.operations)} operations)"

    def make(self, wish: Wish, **changes) -> Plan:
        return make(self.catalogue, self.model, msgspec.structs.replace(wish, **changes))


@pytest.fixture(scope="session")
def desk(catalogue, model) -> Desk:
    """Return a desk with all operations of the description."""
    return Desk(catalogue, model)


@pytest.fixture(scope="session")
def small(catalogue, model) -> Desk:
    """Return a desk with every twelfth operation: all roles and effects, many groups."""
    return Desk(catalogue, msgspec.structs.replace(model, operations=model.operations[::12]))
