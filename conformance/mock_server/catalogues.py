"""Catalogues of the server's variations: packages in which each module defines one, found by walking."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol, Self, TypeVar

from conformance.errors import UsageError


class CatalogueEntry(Protocol):
    """A variation of the server that gets its name from its file and its description from its docstring."""

    def with_name(self, name: str, about: str) -> Self:
        """Return the same entry with that name and description."""


Entry = TypeVar("Entry", bound=CatalogueEntry)


def load_catalogue(package: str, path: Iterable[str], attribute: str, kind: type[Entry]) -> Mapping[str, Entry]:
    """Return the entries of a package by name: the module `pag_forgets_size` defines `pag-forgets-size`.

    Raises:
        UsageError: A module does not define the attribute, or defines something else by it.
    """
    entries: dict[str, Entry] = {}
    for info in pkgutil.iter_modules(path):
        module = importlib.import_module(f"{package}.{info.name}")
        entry = getattr(module, attribute, None)
        if not isinstance(entry, kind):
            raise UsageError(
                f"{module.__file__} must define a {kind.__name__} named {attribute}",
                hint="Define one, as the other modules of the package do",
            )
        name = info.name.replace("_", "-")
        entries[name] = entry.with_name(name, (module.__doc__ or "").strip())
    return MappingProxyType(entries)
