"""Drawing that depends on a seed alone, whatever else the process has loaded."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants


@contextmanager
def reproducible() -> Iterator[None]:
    """While this is open, Hypothesis draws no constants out of the source of the modules that are loaded.

    It does so now and then, and has no setting against it: one seed would draw other cases under pytest than in a plain
    process, and others where the suite is installed than where it is developed.

    >>> with reproducible(): test_that_has_a_seed()
    """
    nothing = Constants()
    with ExitStack() as patches:
        if hasattr(providers, "_get_local_constants") and hasattr(providers, "CONSTANTS_CACHE"):
            patches.enter_context(patch.object(providers, "_get_local_constants", lambda: nothing))
            patches.enter_context(patch.object(providers, "CONSTANTS_CACHE", {}))
        yield
