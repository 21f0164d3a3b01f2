"""The data that the harness ships: API descriptions, overlays and requirements."""

from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["path"]


def path(name: str) -> Traversable:
    """Return the file or folder `name` ("ev-energy-v2", "overlays/x.yaml") of the shipped data.

    Raises FileNotFoundError where nothing of that name is shipped.
    """
    found = files(__name__).joinpath(*name.split("/"))
    if not (found.is_dir() or found.is_file()):
        raise FileNotFoundError(f"no such data in the package {__name__!r}: {name!r}")
    return found
