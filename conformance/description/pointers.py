"""JSON pointers (RFC 6901) as URI fragments, and the rule that every `$ref` stays inside the document."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from conformance.errors import DescriptionError

# Below these keys the keys are names, not keywords: a property may be called `example` or `$ref`.
_NAMED = frozenset(
    {"properties", "patternProperties", "$defs", "dependentSchemas", "schemas", "responses", "parameters", "headers"}
    | {"examples", "requestBodies", "links", "callbacks", "pathItems", "paths", "webhooks", "content", "encoding"}
    | {"securitySchemes", "definitions"}
)
# Below these keys stands data, in which `$ref` means nothing.
_DATA = frozenset({"example", "enum", "const", "default", "value"})


def join(pointer: str, *parts: str | int) -> str:
    """The pointer of something below; each part is escaped."""
    for part in parts:
        text = str(part)
        if "~" in text or "/" in text:
            text = text.replace("~", "~0").replace("/", "~1")
        pointer = f"{pointer}/{text}"
    return pointer


def resolve(document: Any, pointer: str) -> Any:
    """What a pointer such as `#/components/schemas/EVSE` leads to. Raises KeyError where it leads nowhere."""
    if pointer in {"#", ""}:
        return document
    if not pointer.startswith("#/"):
        raise KeyError(pointer)
    node = document
    for part in pointer[2:].split("/"):
        token = (unquote(part) if "%" in part else part).replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and token.isdecimal() and int(token) < len(node):
            node = node[int(token)]
        else:
            raise KeyError(pointer)
    return node


def references(document: Any) -> Iterator[tuple[str, str]]:
    """Every `$ref` in document order: the pointer of the object that holds it, and its value.

    Data (examples, defaults, enums) and extensions are passed over.
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
    """Raises DescriptionError for each sort of `$ref` that the harness cannot follow, naming where they stand."""
    found = list(references(document))
    outside = [(at, target) for at, target in found if not target.startswith("#")]
    if outside:
        raise DescriptionError(
            f"{source}: {_listed(outside)} point outside the document.",
            hint="Bundle the description into one file, or a directory of fragments, first.",
        )
    targets = {target for _, target in found}
    broken = {target for target in targets if not ends(document, target)}
    dangling = [(at, target) for at, target in found if target in broken]
    if dangling:
        raise DescriptionError(
            f"{source}: {_listed(dangling)} lead nowhere.", hint="Correct the pointers or add what they name."
        )


def ends(document: Any, target: str) -> bool:
    """Whether a chain of references arrives at something that is not itself a reference."""
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


def _listed(found: list[tuple[str, str]]) -> str:
    shown = ", ".join(f"`$ref: {target}` at {pointer}" for pointer, target in found[:10])
    return shown + (f" and {len(found) - 10} more" if len(found) > 10 else "")
