"""Values of `expand`: valid trees of an operation in any order, and invalid values by class."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.model import Operation
from strategies.near_misses import NearMiss


def expansions(
    operation: Operation, *, max_depth: int = 3, max_size: int = 5, repeats: bool = True
) -> st.SearchStrategy[tuple[str, ...]]:
    """Return a strategy for documented `expand` values of an operation: one tuple is one request.

    `max_depth` is in levels. The paths come in any order, with or without the levels above them; with `repeats` some
    come twice. Raises InvalidArgument for an operation that expands nothing up to that depth.

    In a test of your own::

        @given(expand=expansions(description.model.operations_by_key["GET /evses"], max_depth=2))
        def test_chargers_expand(expand):
            client.get("/evses", params=[("expand", path) for path in expand])
    """
    if max_depth < 1 or max_size < 1:
        raise InvalidArgument(f"max_depth={max_depth} and max_size={max_size} must be at least 1")
    paths = [
        expansion.path
        for expansion in operation.expansions
        if expansion.resolvable and expansion.path.count(".") < max_depth
    ]
    if not paths:
        raise InvalidArgument(f"{operation.key} documents no expansion of at most {max_depth} levels")
    drawn_path = st.sampled_from(sorted(paths, key=lambda path: (path.count("."), path)))
    return st.lists(drawn_path, min_size=1, max_size=max_size, unique=not repeats).map(tuple)


def _append_property(operation: Operation, suffix: str) -> str:
    """Return the first documented path with a property appended, empty if the operation expands nothing."""
    first = next(iter(operation.expansions), None)
    return f"{first.path}.{suffix}" if first else ""


def _change_first(operation: Operation, change: Callable[[str], str]) -> str:
    """Return the first documented path after a change, empty if the operation expands nothing."""
    first = next(iter(operation.expansions), None)
    return change(first.path) if first else ""


_BAD: Mapping[str, Callable[[Operation], str]] = MappingProxyType(
    {
        "unknown": lambda _: "no_such_property",
        "unknown-below": lambda operation: _append_property(operation, "no_such_property"),
        "plain-property": lambda _: "id",
        "other-case": lambda operation: _change_first(operation, str.upper),
        "trailing-dot": lambda operation: _change_first(operation, lambda path: path + "."),
        "leading-dot": lambda operation: _change_first(operation, lambda path: "." + path),
        "slash": lambda operation: _change_first(operation, lambda path: path + "/url"),
        "wildcard": lambda _: "*",
        "trailing-space": lambda operation: _change_first(operation, lambda path: path + " "),
        "very-deep": lambda operation: _change_first(operation, lambda path: ".".join([path] * 50)),
    }
)


def bad_expansions(operation: Operation) -> tuple[NearMiss, ...]:
    """Return every undocumented `expand` value by class, in a fixed order.

    Classes whose value the operation documents are left out.

    >>> from conformance.description import load_description
    >>> bad_expansions(load_description().model.operations_by_key["GET /evses"])[0]
    NearMiss(name='unknown', value='no_such_property')
    """
    return tuple(_iterate_bad(operation))


def _iterate_bad(operation: Operation) -> Iterator[NearMiss]:
    documented = {expansion.path for expansion in operation.expansions}
    for name, make in _BAD.items():
        value = make(operation)
        if value and value not in documented:
            yield NearMiss(name, value)


def orders(paths: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the most telling orders of a combination: as given, reversed, deepest first; each order once.

    >>> orders(("model", "user"))
    (('model', 'user'), ('user', 'model'))
    """
    deepest = tuple(sorted(paths, key=lambda path: (-path.count("."), path)))
    return tuple(dict.fromkeys((paths, paths[::-1], deepest)))
