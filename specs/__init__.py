"""The bundled data: API descriptions, overlays and requirements."""

from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["find_data"]


def find_data(name: str) -> Traversable:
    """Return the file or folder `name` ("ev-energy-v2", "overlays/x.yaml") of the bundled data.

    Raises FileNotFoundError if there is no such file or folder.
    """
    node = files(__name__).joinpath(*name.split("/"))
    if not (node.is_dir() or node.is_file()):
        raise FileNotFoundError(f"no such data in the package {__name__!r}: {name!r}")
    return node
