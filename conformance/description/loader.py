"""Loading of descriptions: read, merge, overlay, check and derive them, or take the result from the cache."""

from collections.abc import Sequence
from pathlib import Path

import specs
from conformance.description import cache, sources
from conformance.description.description import BUNDLED, Description
from conformance.description.sources import Fragment

BUNDLED_DESCRIPTION = Path(str(specs.find_data("ev-energy-v2")))
BUNDLED_OVERLAYS = Path(str(specs.find_data("overlays")))


def load_description(
    path: Path | None = None,
    *,
    overlays: bool = True,
    own_overlays: Sequence[Path] = (),
    cache_dir: Path | None = None,
) -> Description:
    """Return the description at `path`: a file or a directory of fragments (default: the bundled description).

    `overlays` applies the bundled overlays that match the description, `own_overlays` are files to apply after them.
    Results are kept in `cache_dir`, by default the
    cache directory of the user. Raises DescriptionError, with a hint, for anything that is not an OpenAPI 3.1
    description complete in itself.
    """
    fragments = sources.read_fragments(path or BUNDLED_DESCRIPTION)
    own = [fragment for file in own_overlays for fragment in sources.read_fragments(file)]
    extras = (*(sources.read_fragments(BUNDLED_OVERLAYS) if overlays else ()), *own)
    source = str(path) if path else BUNDLED
    directory = cache_dir or cache.find_default_directory()
    name = cache.compute_key(fragment.data for fragment in (*fragments, Fragment("", b"overlays"), *extras))
    description = cache.read_entry(directory, name, source)
    if description is None:
        description = _build(fragments, extras, source)
        cache.write_entry(directory, name, description)
    return description


def _build(fragments: Sequence[Fragment], overlays: Sequence[Fragment], source: str) -> Description:
    # Imported here: importing YAML, JSONPath and the deriver takes longer than reading the cache.
    from conformance.description.builder import build_description  # noqa: PLC0415

    return build_description(fragments, overlays, source)
