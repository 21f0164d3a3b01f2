"""Documented differences of the sandbox from the live API: `x-evconform-sandbox`, set by an overlay."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.description.operations import METHODS

_EXTENSION = "x-evconform-sandbox"


def list_sandbox_differences(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the operation (empty for the whole sandbox) and a sentence for each difference."""
    if _EXTENSION in document["info"]:
        yield "", str(document["info"][_EXTENSION])
    for path, item in document["paths"].items():
        for method in METHODS:
            if _EXTENSION in item.get(method, {}):
                yield f"{method.upper()} {path}", str(item[method][_EXTENSION])
