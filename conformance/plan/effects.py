"""The requests with an effect that a plan would send, as its probes declare them, by operation. Pure."""

from collections import defaultdict

import msgspec

from conformance.model import Effect, ResourceModel
from conformance.plan.catalogue import Catalogue
from conformance.plan.planner import Plan
from conformance.probes.toolkit.base import WHOLE


class PlannedEffect(msgspec.Struct, frozen=True):
    """A method and path that a plan would send although it may have an effect.

    `effect` is that of the operation, `write` for a method that is not `documented` there. `probes` may send it.
    `carried_out` distinguishes requests that should succeed from those that no correct server carries out; `undo` marks
    deletions of what the run itself created.
    """

    method: str
    path: str
    effect: Effect
    probes: tuple[str, ...]
    carried_out: bool
    documented: bool = True
    undo: bool = False


def planned_effects(catalogue: Catalogue, model: ResourceModel, plan: Plan) -> tuple[PlannedEffect, ...]:
    """Return every request with an effect that a plan would send, in the order of the description."""
    probes: dict[tuple[str, str, bool], dict[str, bool]] = defaultdict(dict)
    for item in plan.items:
        probe = catalogue.probes[item.probe]
        for request in probe.sends(model.operations_by_key.get(item.operation, WHOLE), model):
            probes[request.method, request.path, request.undo][probe.name] = probe.writes
    order = {key: index for index, key in enumerate(model.operations_by_key)}
    return tuple(
        PlannedEffect(
            method,
            path,
            _get_effect(f"{method} {path}", model),
            tuple(names),
            any(names.values()),
            f"{method} {path}" in model.operations_by_key,
            undo,
        )
        for (method, path, undo), names in sorted(
            probes.items(), key=lambda entry: (order.get(f"{entry[0][0]} {entry[0][1]}", len(order)), entry[0])
        )
    )


def _get_effect(key: str, model: ResourceModel) -> Effect:
    operation = model.operations_by_key.get(key)
    return operation.effect if operation and operation.effect is not Effect.NONE else Effect.WRITE
