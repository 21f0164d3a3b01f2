"""Finding what a package offers by walking it: one new file adds one thing, no list to keep."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def collect(package: ModuleType, attribute: str, kind: type[T]) -> tuple[T, ...]:
    """All members of the tuples named `attribute` in the package's modules, in the order of module names.

    A module without the attribute offers nothing; one whose attribute holds something else raises TypeError.
    """
    found: list[T] = []
    for info in sorted(pkgutil.iter_modules(package.__path__, package.__name__ + "."), key=lambda i: i.name):
        offered: tuple[object, ...] = getattr(importlib.import_module(info.name), attribute, ())
        for each in offered:
            if not isinstance(each, kind):
                raise TypeError(f"{info.name}.{attribute} holds {each!r}, which is no {kind.__name__}")
            found.append(each)
    return tuple(found)
