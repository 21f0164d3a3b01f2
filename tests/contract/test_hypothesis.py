"""The private names of Hypothesis that `strategies.determinism` replaces. Where this fails, a seed means less."""

import inspect

from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from strategies.determinism import _find_replacements


def test_local_constants_come_from_a_function_without_arguments():
    assert not inspect.signature(providers._get_local_constants).parameters
    assert isinstance(providers._get_local_constants(), Constants)


def test_constants_can_be_empty():
    empty = Constants()
    assert not [*empty.integers, *empty.floats, *empty.strings, *empty.bytes]


def test_the_cache_of_constants_is_used_as_a_mapping():
    cache = providers.CONSTANTS_CACHE
    assert hasattr(cache, "__getitem__")
    assert hasattr(cache, "__setitem__")
    other_code = inspect.getsource(providers).replace(inspect.getsource(providers._get_local_constants), "")
    assert "CONSTANTS_CACHE[" in other_code
    assert "CONSTANTS_CACHE." not in other_code  # a dict replaces it


def test_both_names_are_replaced():
    assert [name for name, _ in _find_replacements()] == ["_get_local_constants", "CONSTANTS_CACHE"]
