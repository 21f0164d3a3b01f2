"""Short ways to change the sound description: the keys of a path are separated by spaces."""

import copy
from collections.abc import Callable
from typing import Any

Mutation = Callable[[dict[str, Any]], None]


def at(document: dict[str, Any], path: str) -> Any:
    """Return the value at a path."""
    node: Any = document
    for key in path.split():
        node = node[int(key) if isinstance(node, list) else key]
    return node


def put(path: str, value: Any) -> Mutation:
    """Set the value at a path whose last key may be new; append to a list."""
    holder, _, key = path.rpartition(" ")

    def mutate(document: dict[str, Any]) -> None:
        node = at(document, holder)
        if isinstance(node, list):
            node.append(copy.deepcopy(value))
        else:
            node[key] = copy.deepcopy(value)

    return mutate


def drop(path: str) -> Mutation:
    """Remove the value at a path."""
    holder, _, key = path.rpartition(" ")

    def mutate(document: dict[str, Any]) -> None:
        node = at(document, holder)
        del node[int(key) if isinstance(node, list) else key]

    return mutate


def both(*mutations: Mutation) -> Mutation:
    """Apply several mutations, one after the other."""

    def mutate(document: dict[str, Any]) -> None:
        for mutation in mutations:
            mutation(document)

    return mutate
