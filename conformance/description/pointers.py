"""JSON pointers (RFC 6901) as URI fragments, and the rule that every `$ref` stays inside the document."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from conformance.errors import DescriptionError

# Below these keywords the keys are names, not keywords: a property may be called `example` or `$ref`.
_NAMED = frozenset(
    {"properties", "patternProperties", "$defs", "dependentSchemas", "schemas", "responses", "parameters", "headers"}
    | {"examples", "requestBodies", "links", "callbacks", "pathItems", "paths", "webhooks", "content", "encoding"}
    | {"securitySchemes", "definitions"}
)
# Below these keywords stands data, in which `$ref` means nothing.
_DATA = frozenset({"example", "enum", "const", "default", "value"})


def join(pointer: str, *parts: str | int) -> str:
    """Append parts to a pointer; each part is escaped."""
    for part in parts:
        text = str(part)
        if "~" in text or "/" in text:
            text = text.replace("~", "~0").replace("/", "~1")
        pointer = f"{pointer}/{text}"
    return pointer


def resolve(document: Any, pointer: str) -> Any:
    """Return what a pointer such as `#/components/schemas/EVSE` leads to.

    Raises KeyError if it points to nothing.
    """
    if pointer in {"#", ""}:
        return document
    if not pointer.startswith("#/"):
        raise KeyError(pointer)
    node = document
    for part in pointer[2:].split("/"):
        token = unquote(part) if "%" in part else part
        if "~" in token:
            token = token.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and token.isdecimal() and int(token) < len(node):
            node = node[int(token)]
        else:
            raise KeyError(pointer)
    return node


def find_references(document: Any) -> Iterator[tuple[str, str]]:
    """Yield every `$ref` in document order: the pointer of the object that holds it, and its value.

    Data (examples, defaults, enums) and extensions are skipped.
    """
    stack: list[tuple[Any, str, bool]] = [(document, "#", False)]
    while stack:
        node, pointer, named = stack.pop()
        if isinstance(node, dict):
            target = node.get("$ref")
            if isinstance(target, str) and not named:
                yield pointer, target
            children = [
                (value, join(pointer, key), not named and key in _NAMED)
                for key, value in node.items()
                if isinstance(value, dict | list) and (named or not (key in _DATA or key.startswith("x-")))
            ]
            stack.extend(reversed(children))
        elif isinstance(node, list) and not pointer.endswith("/examples"):
            stack.extend((item, join(pointer, index), False) for index, item in reversed(list(enumerate(node))))


def check_references(document: Any, source: str) -> None:
    """Raise DescriptionError if a `$ref` leaves the document or points to nothing; list where such references stand."""
    all_references = list(find_references(document))
    outside = [(at, target) for at, target in all_references if not target.startswith("#")]
    if outside:
        raise DescriptionError(
            f"{source}: {_list_references(outside)} point outside the document",
            hint="Bundle the description into one file, or a directory of fragments, first",
        )
    targets = {target for _, target in all_references}
    broken = {target for target in targets if not is_resolvable(document, target)}
    dangling = [(at, target) for at, target in all_references if target in broken]
    if dangling:
        raise DescriptionError(
            f"{source}: {_list_references(dangling)} point to nothing",
            hint="Correct the pointers or add what they name",
        )


def is_resolvable(document: Any, target: str) -> bool:
    """Return whether a chain of references ends at something that is not itself a reference."""
    seen: set[str] = set()
    while target not in seen:
        seen.add(target)
        try:
            node = resolve(document, target)
        except KeyError:
            return False
        following = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(following, str):
            return True
        target = following
    return False


def _list_references(references: list[tuple[str, str]]) -> str:
    shown = ", ".join(f"`$ref: {target}` at {pointer}" for pointer, target in references[:10])
    return shown + (f" and {len(references) - 10} more" if len(references) > 10 else "")
