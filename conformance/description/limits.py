"""Limits on the depth and size of a file's data, measured without recursion."""

from typing import Any

from conformance.errors import DescriptionError

MAX_DEPTH = 200
MAX_NODES = 5_000_000


def measure_depth(data: Any) -> int:
    """Return the depth of the deepest nested collection; a scalar has depth 0."""
    deepest, stack = 0, [(data, 1)]
    while stack:
        node, level = stack.pop()
        children = _get_children(node)
        if children is not None:
            deepest = max(deepest, level)
            stack.extend((child, level + 1) for child in children)
    return deepest


def build_depth_error(where: str) -> DescriptionError:
    """Return the error for data nested too deeply; `where` names the file, and the place in it where known."""
    return DescriptionError(
        f"{where}: nested more than {MAX_DEPTH} levels deep", hint="Check that this file is a description"
    )


def count_expanded_nodes(data: Any) -> int:
    """Return the number of nodes after shared parts are written out; each shared part is visited once."""
    sizes: dict[int, int] = {}
    stack = [(data, False)]
    while stack:
        node, ready = stack.pop()
        children = _get_children(node)
        if children is None or id(node) in sizes:
            continue
        if ready:
            sizes[id(node)] = 1 + sum(sizes.get(id(child), 1) for child in children)
        else:
            stack.append((node, True))
            stack.extend((child, False) for child in children)
    return sizes.get(id(data), 1)


def _get_children(node: Any) -> list[Any] | None:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else None
