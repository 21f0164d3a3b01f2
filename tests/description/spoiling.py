"""Short ways to change the sound description: keys of a path stand between spaces."""

import copy
from collections.abc import Callable
from typing import Any

Mutation = Callable[[dict[str, Any]], None]


def at(document: dict[str, Any], path: str) -> Any:
    """What stands under a path."""
    node: Any = document
    for key in path.split():
        node = node[int(key) if isinstance(node, list) else key]
    return node


def put(path: str, value: Any) -> Mutation:
    """Put a value under a path whose last key may be new; in a list, append it."""
    holder, _, key = path.rpartition(" ")

    def mutate(document: dict[str, Any]) -> None:
        node = at(document, holder)
        if isinstance(node, list):
            node.append(copy.deepcopy(value))
        else:
            node[key] = copy.deepcopy(value)

    return mutate


def drop(path: str) -> Mutation:
    """Remove what stands under a path."""
    holder, _, key = path.rpartition(" ")

    def mutate(document: dict[str, Any]) -> None:
        node = at(document, holder)
        del node[int(key) if isinstance(node, list) else key]

    return mutate


def both(*mutations: Mutation) -> Mutation:
    """One after the other."""

    def mutate(document: dict[str, Any]) -> None:
        for each in mutations:
            each(document)

    return mutate
