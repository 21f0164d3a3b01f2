"""The bundled catalogue, the model of the bundled description, and a part of it that is planned fast."""

import msgspec
import pytest

from conformance.description import load_description
from conformance.model import ResourceModel, Target, TargetKind
from conformance.plan import Catalogue, Plan, PlanOptions, make_plan
from specs.catalogue import load_requirements

ALL_IDENTITIES = ("full", "readonly", "noscope", "expired", "user_a", "user_b")


def target(**more) -> Target:
    return Target("test", TargetKind.BUILTIN, "http://127.0.0.1:1/v2", **{"identities": ALL_IDENTITIES, **more})


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.collect(load_requirements())


@pytest.fixture(scope="session")
def model() -> ResourceModel:
    return load_description().model


class PlanningDesk:
    """Makes plans for one model; its repr is short, since Hypothesis prints it."""

    def __init__(self, catalogue: Catalogue, model: ResourceModel) -> None:
        self.catalogue, self.model = catalogue, model

    def __repr__(self) -> str:
        return f"Desk({len(self.model.operations)} operations)"

    def make(self, wish: PlanOptions, **changes) -> Plan:
        return make_plan(self.catalogue, self.model, msgspec.structs.replace(wish, **changes))


@pytest.fixture(scope="session")
def desk(catalogue, model) -> PlanningDesk:
    """Return a desk with all operations of the description."""
    return PlanningDesk(catalogue, model)


@pytest.fixture(scope="session")
def small(catalogue, model) -> PlanningDesk:
    """Return a desk with every twelfth operation: all roles and effects, many groups."""
    return PlanningDesk(catalogue, msgspec.structs.replace(model, operations=model.operations[::12]))
