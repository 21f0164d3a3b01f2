"""Draws that depend on a seed only, whatever modules the process has loaded."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from unittest.mock import patch

_PROVIDERS = "hypothesis.internal.conjecture.providers"


@contextmanager
def exclude_local_constants() -> Iterator[None]:
    """Keep Hypothesis from drawing constants of the source of loaded modules, as long as this is open.

    Hypothesis does so now and then and has no setting against it. One seed would draw other cases under pytest than in
    a plain process, and others where the suite is installed than where it is developed.

    This replaces two private names of Hypothesis (`hypothesis.internal.conjecture.providers`; held by
    `tests/contract/test_hypothesis.py`). If a release of Hypothesis moves them, this does nothing and raises nothing:
    every draw stays valid, but the same seed may then draw other values in another process.

    >>> from hypothesis import given, seed, settings, strategies as st
    >>> @seed(1)
    ... @settings(max_examples=5, database=None)
    ... @given(st.integers())
    ... def draw(number): drawn.append(number)
    >>> drawn = []
    >>> with exclude_local_constants(): draw()
    >>> first, drawn = drawn, []
    >>> with exclude_local_constants(): draw()
    >>> drawn == first
    True
    """
    with ExitStack() as patches:
        for name, value in _find_replacements():
            patches.enter_context(patch(f"{_PROVIDERS}.{name}", value))
        yield


def _find_replacements() -> list[tuple[str, object]]:
    """Return name and substitute of each private name to replace; none if Hypothesis has moved one of them."""
    try:
        providers = import_module(_PROVIDERS)
        no_constants = import_module("hypothesis.internal.constants_ast").Constants()
    except (ImportError, AttributeError, TypeError):
        return []
    if not (hasattr(providers, "_get_local_constants") and hasattr(providers, "CONSTANTS_CACHE")):
        return []
    return [("_get_local_constants", lambda: no_constants), ("CONSTANTS_CACHE", {})]
