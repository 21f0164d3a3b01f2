"""The description of a world as it was published, without the overlays that mend it."""

from functools import cache
from pathlib import Path

from conformance.description import Description, load_description
from conformance.mock_server.world.builder import MockWorld


def find_published_description(world: MockWorld) -> Description:
    """Return the description of the world's file without overlays; the world's own where the file is gone."""
    path = world.description.path
    return _load(path) if path is None or path.exists() else world.description


@cache
def _load(path: Path | None) -> Description:
    return load_description(path, overlays=False)
