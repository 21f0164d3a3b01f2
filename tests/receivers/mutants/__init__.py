"""Receivers with one fault each, as partners make them. Each module holds those of one field."""

from tests.receivers.mutants import (
    bodies,
    branches,
    headers,
    losses,
    order,
    payloads,
    refusals,
    repetition,
    signatures,
    sizes,
    timestamps,
)
from tests.receivers.mutants.registry import Mutant

MUTANTS: tuple[Mutant, ...] = tuple(
    mutant
    for module in (
        headers,
        timestamps,
        signatures,
        bodies,
        payloads,
        repetition,
        order,
        sizes,
        refusals,
        branches,
        losses,
    )
    for mutant in module.FAULTS.list()
)
