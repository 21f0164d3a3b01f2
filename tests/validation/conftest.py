"""A small description with the constructs that the real one uses."""

from collections.abc import Mapping
from typing import Any

import pytest

from conformance.model import Body, Effect, HeaderSpec, Media, Operation, ResponseSpec, Role
from conformance.validation import Validators


class Stub:
    """What validation needs of a description: the document, and two ways to look into it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def resolve(self, pointer: str) -> Any:
        found: Any = self.document
        for token in pointer.removeprefix("#").split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found[key]
        return found

    def deref(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while isinstance(schema.get("$ref"), str):
            schema = self.resolve(schema["$ref"])
        return schema
