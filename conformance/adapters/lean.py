"""A description with leaner bodies to generate from: short lists, and links where a whole resource could stand.

Drawing is most of what generated cases cost, and lists of lists of lists take seconds. What is left out is still valid
by the description: it teaches nothing that shorter bodies do not, or is what nobody promises.
"""

from collections.abc import Callable, Mapping
from typing import Any

Deref = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_LONGEST = 4  # items of a list


def lean(document: Mapping[str, Any], deref: Deref) -> dict[str, Any]:
    """A copy of a document with leaner schemas and request bodies; parameters are as they were."""
    paths = {path: _bodies(item, deref) for path, item in document["paths"].items()}
    components = document.get("components", {})
    thin = {key: _lean(components[key], deref) for key in ("schemas", "requestBodies") if key in components}
    return {**document, "paths": paths, "components": {**components, **thin}}


def _bodies(item: Mapping[str, Any], deref: Deref) -> dict[str, Any]:
    return {
        method: {**each, "requestBody": _lean(each["requestBody"], deref)}
        if isinstance(each, Mapping) and "requestBody" in each
        else each
        for method, each in item.items()
    }


def _lean(node: Any, deref: Deref) -> Any:
    if isinstance(node, list):
        return [_lean(each, deref) for each in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: _lean(value, deref) for key, value in node.items()}
    if isinstance(node.get("items"), Mapping):
        longest = max(_LONGEST, node.get("minItems", 0))
        made["maxItems"] = min(node.get("maxItems", longest), longest)
    for keyword in ("oneOf", "anyOf"):
        forms = [deref(each) for each in node.get(keyword, ()) if isinstance(each, Mapping)]
        if any(_is_link(each, deref) for each in forms):
            pairs = zip(made[keyword], forms, strict=True)
            made[keyword] = [each for each, form in pairs if not _is_whole(form, deref)]
    return made


def _is_link(form: Mapping[str, Any], deref: Deref) -> bool:
    """Whether a form is a URL, or a list of them."""
    return form.get("format") == "uri" or _of_items(form, deref).get("format") == "uri"


def _is_whole(form: Mapping[str, Any], deref: Deref) -> bool:
    """Whether a form is an object, or a list of them."""
    return any(
        "properties" in each or "allOf" in each or each.get("type") == "object"
        for each in (form, _of_items(form, deref))
    )


def _of_items(form: Mapping[str, Any], deref: Deref) -> Mapping[str, Any]:
    items = form.get("items")
    return deref(items) if isinstance(items, Mapping) else {}
