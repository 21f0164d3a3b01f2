"""The description of an API as the rest of the harness sees it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conformance.description import pointers
from conformance.model import ResourceModel

BUNDLED = "bundled"
"""The source of the bundled description."""


class Description:
    """An OpenAPI 3.1 document, merged and overlaid, with the model derived of it. Treat everything in it as immutable.

    `digest` is the SHA-256 in hexadecimal of the canonical JSON of the overlaid document; `source` is its path, or
    `bundled` for the bundled description. The document may be decoded on first use: the model alone is often enough.
    """

    __slots__ = ("_decode", "_document", "digest", "model", "source")

    def __init__(
        self, document: dict[str, Any] | Callable[[], dict[str, Any]], model: ResourceModel, digest: str, source: str
    ) -> None:
        self._document = None if callable(document) else document
        self._decode = document if callable(document) else None
        self.model = model
        self.digest = digest
        self.source = source

    def __repr__(self) -> str:
        return f"<Description {self.model.title} {self.model.version} from {self.source}, {self.digest[:12]}>"

    @property
    def path(self) -> Path | None:
        """Return the file or directory that the description was loaded from; None for the bundled description."""
        return None if self.source == BUNDLED else Path(self.source)

    @property
    def document(self) -> dict[str, Any]:
        """Return the whole document as plain dicts and lists."""
        if self._document is None:
            assert self._decode is not None  # noqa: S101 - __init__ sets one of the two
            self._document = self._decode()
        return self._document

    def resolve(self, pointer: str) -> Any:
        """Return what a pointer such as `#/components/schemas/EVSE` leads to; follow no reference from there.

        Raises KeyError if the pointer points to nothing.
        """
        return pointers.resolve(self.document, pointer)

    def dereference(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the object behind a chain of `$ref`, or the object itself if it has none."""
        while isinstance(schema.get("$ref"), str):
            schema = self.resolve(schema["$ref"])
        return schema
