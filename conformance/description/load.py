"""The door to descriptions: read, merge, check, overlay, derive; or take all of that from the cache."""

from collections.abc import Sequence
from pathlib import Path

from conformance.description import cache, sources
from conformance.description.description import Description
from conformance.description.sources import Fragment

_SPECS = Path(__file__).parents[2] / "specs"
SHIPPED = _SPECS / "ev-energy-v2"
OVERLAYS = _SPECS / "overlays"


def load(
    path: Path | None = None,
    *,
    overlays: bool = True,
    cache_dir: Path | None = None,
) -> Description:
    """The description at a path: a YAML or JSON file, or a directory of fragments; the shipped one without a path.

    `overlays` applies the overlays that we ship and that fit. Results are kept in `cache_dir`, by default the cache of
    the user. Raises DescriptionError, with a hint, for anything that is
    not an OpenAPI 3.1 description complete in itself.
    """
    fragments = sources.read(path or SHIPPED)
    extras = sources.read(OVERLAYS) if overlays else ()
    source = str(path) if path else "shipped"
    directory = cache_dir or cache.default_dir()
    name = cache.key(each.data for each in (*fragments, Fragment("", b"overlays"), *extras))
    known = cache.load(directory, name, source)
    if known is None:
        known = _build(fragments, extras, source)
        cache.store(directory, name, known)
    return known


def _build(fragments: Sequence[Fragment], overlays: Sequence[Fragment], source: str) -> Description:
    # Imported here: YAML, JSONPath and the deriver cost more than a whole answer from the cache.
    from conformance.description.build import build  # noqa: PLC0415

    return build(fragments, overlays, source)
