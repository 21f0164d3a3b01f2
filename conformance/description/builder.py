"""The building of a description from the bytes of its files."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from conformance.description import overlays as overlay
from conformance.description.derivation import derive_model
from conformance.description.description import Description
from conformance.description.merger import merge_fragments, name_kind
from conformance.description.pointers import check_references
from conformance.description.reader import read_text
from conformance.description.sources import Fragment
from conformance.errors import DescriptionError


def build_description(fragments: Sequence[Fragment], overlays: Sequence[Fragment], source: str) -> Description:
    """Parse, merge, overlay, check and derive a description.

    `source` names the description in errors. Raises DescriptionError as `load_description` does.
    """
    document, notes = overlay.apply_overlays(
        build_document(fragments, source),
        [(Path(fragment.name).name, read_text(fragment.data, fragment.name)) for fragment in overlays],
    )
    check_references(document, source)
    digest = hashlib.sha256(msgspec.json.encode(document, order="deterministic")).hexdigest()
    try:
        model = derive_model(document, digest, notes)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise DescriptionError(
            f"{source}: not structured as OpenAPI 3.1 requires ({type(error).__name__}: {error})",
            hint="Check it with an OpenAPI validator",
        ) from error
    return Description(document, model, digest, source)


def build_document(fragments: Sequence[Fragment], source: str) -> dict[str, Any]:
    """Return the document as its files hold it: parsed, merged, OpenAPI 3.1.

    Raises DescriptionError for anything else.
    """
    parsed = [(name, read_text(data, name)) for name, data in fragments]
    if len(parsed) == 1 and not isinstance(parsed[0][1], dict):
        raise DescriptionError(
            f"{parsed[0][0]}: holds {name_kind(parsed[0][1])}, not an OpenAPI description",
            hint="Name the OpenAPI file; it starts with `openapi: 3.1.…`",
        )
    document = parsed[0][1] if len(parsed) == 1 else merge_fragments(parsed)
    check_version(document, source)
    return document


def check_version(document: dict[str, Any], source: str) -> None:
    """Raise DescriptionError unless the document is OpenAPI 3.1 with `info` and `paths`."""
    version = str(document.get("openapi", ""))
    if "swagger" in document:
        raise DescriptionError(
            f"{source}: this is a Swagger {document['swagger']} description",
            hint="Convert it to OpenAPI 3.1; older versions are not supported",
        )
    if not version:
        raise DescriptionError(
            f"{source}: has no `openapi` key, so it is not an OpenAPI description",
            hint="Name the OpenAPI file, or the directory with all its fragments",
        )
    if not version.startswith("3.1"):
        raise DescriptionError(
            f"{source}: OpenAPI {version}; only 3.1 is supported",
            hint="Convert it to OpenAPI 3.1 (3.0 differs in `nullable`, `example` and exclusive limits)",
        )
    if "paths" not in document and isinstance(document.get("webhooks"), dict):
        raise DescriptionError(
            f"{source}: has webhooks but no `paths`, so there is nothing to request",
            hint="Name a description with paths; webhooks are judged with `evconform webhooks`",
        )
    for name in ("paths", "info"):
        if not isinstance(document.get(name), dict):
            raise DescriptionError(
                f"{source}: `{name}` is {name_kind(document.get(name))}, not a mapping",
                hint=f"Add `{name}:` with its content",
            )
