"""Loading of descriptions: read, merge, overlay, check and derive them, or take the result from the cache."""

from collections.abc import Sequence
from pathlib import Path

import specs
from conformance.description import cache, sources
from conformance.description.description import Description
from conformance.description.sources import Fragment

SHIPPED = Path(str(specs.path("ev-energy-v2")))
OVERLAYS = Path(str(specs.path("overlays")))


def load(
    path: Path | None = None,
    *,
    overlays: bool = True,
    cache_dir: Path | None = None,
) -> Description:
    """Return the description at `path`: a file or a directory of fragments (default: the bundled description).

    `overlays` applies the bundled overlays that match the description. Results are kept in `cache_dir`, by default the
    cache directory of the user. Raises DescriptionError, with a hint, for anything that is not an OpenAPI 3.1
    description complete in itself.
    """
    fragments = sources.read(path or SHIPPED)
    extras = sources.read(OVERLAYS) if overlays else ()
    source = str(path) if path else "shipped"
    directory = cache_dir or cache.default_dir()
    name = cache.key(fragment.data for fragment in (*fragments, Fragment("", b"overlays"), *extras))
    description = cache.load(directory, name, source)
    if description is None:
        description = _build(fragments, extras, source)
        cache.store(directory, name, description)
    return description


def _build(fragments: Sequence[Fragment], overlays: Sequence[Fragment], source: str) -> Description:
    # Imported here: importing YAML, JSONPath and the deriver takes longer than reading the cache.
    from conformance.description.builder import build  # noqa: PLC0415

    return build(fragments, overlays, source)
