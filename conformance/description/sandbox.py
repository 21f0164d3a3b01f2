"""How the sandbox is documented to differ from the live API: `x-evconform-sandbox`, put there by an overlay."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.description.operations import METHODS

_WORD = "x-evconform-sandbox"


def differences(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Operation (empty for the sandbox as a whole) and a sentence for each difference."""
    if _WORD in document["info"]:
        yield "", str(document["info"][_WORD])
    for path, item in document["paths"].items():
        for method in METHODS:
            if _WORD in item.get(method, {}):
                yield f"{method.upper()} {path}", str(item[method][_WORD])
