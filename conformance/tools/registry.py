"""A registry filled from a package: one new module adds one thing, and there is no list to keep."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def collect_members(package: ModuleType, attribute: str, kind: type[T]) -> tuple[T, ...]:
    """Return all members of the tuples named `attribute` in the modules of a package and of its sub-packages.

    They come in the order of module names.

    A module without the attribute contributes nothing.

    Raises: TypeError where the attribute holds an object of another type.
    """
    members: list[T] = []
    for info in sorted(pkgutil.walk_packages(package.__path__, package.__name__ + "."), key=lambda i: i.name):
        offered: tuple[object, ...] = getattr(importlib.import_module(info.name), attribute, ())
        for member in offered:
            if not isinstance(member, kind):
                raise TypeError(f"{info.name}.{attribute} must hold instances of {kind.__name__} only, got {member!r}")
            members.append(member)
    return tuple(members)
