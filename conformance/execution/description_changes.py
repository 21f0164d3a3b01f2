"""The operations that a change of the description touches: those that changed, and what depends on them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from conformance import description as descriptions
from conformance.description import Description
from conformance.description.drift import compare_descriptions
from conformance.errors import UsageError
from conformance.model import Operation, ResourceModel


def find_touched_operations(
    old: Path, new: Description, *, overlays: bool, own_overlays: Sequence[Path] = ()
) -> tuple[str, ...]:
    """Return the keys of the operations of a description that differ from an older one, or depend on those that do.

    Overlays apply to the older one as to the newer. Raises UsageError where nothing differs, DescriptionError where the
    older one cannot be read.
    """
    earlier = descriptions.load_description(old, overlays=overlays, own_overlays=own_overlays)
    changed = find_changed_operations(earlier, new)
    if not changed:
        raise UsageError(
            f"--changed-since {old}: no operation has changed since, so there is nothing to test",
            hint="Leave it out to test everything",
        )
    dependent = find_dependent_operations(changed, new.model)
    return tuple(key for key in new.model.operations_by_key if key in changed | dependent)


def find_changed_operations(old: Description, new: Description) -> frozenset[str]:
    """Return the keys of the operations of `new` that `old` lacks or describes differently."""
    drift = {key for change in compare_descriptions(old, new) for key in change.operations}
    known = old.model.operations_by_key
    derived = {key for key, operation in new.model.operations_by_key.items() if known.get(key) != operation}
    gone = known.keys() - new.model.operations_by_key.keys()
    siblings = _find_siblings((known[key] for key in gone), new.model)  # they may lead to what is gone
    return frozenset((drift | derived | siblings) & new.model.operations_by_key.keys())


def find_dependent_operations(changed: Iterable[str], model: ResourceModel) -> frozenset[str]:
    """Return the operations of the same resources, and those that lead to them by link or by expansion."""
    operations = [model.operations_by_key[key] for key in changed]
    resources = {operation.resource for operation in operations} - {""}
    leading = {operation.key for operation in model.operations if resources & _list_targets(operation)}
    return frozenset(leading | _find_siblings(operations, model))


def _find_siblings(operations: Iterable[Operation], model: ResourceModel) -> set[str]:
    resources = {operation.resource for operation in operations} - {""}
    return {operation.key for operation in model.operations if operation.resource in resources}


def _list_targets(operation: Operation) -> set[str]:
    """Return the resources that the responses of an operation lead to."""
    linked = {target for link in operation.links for target in link.targets}
    return linked | {expansion.target for expansion in operation.expansions}
