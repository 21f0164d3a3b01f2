"""Requests with two readings: the text of a parameter or field says one thing, its schema another.

Each one becomes a `Reading` of the operation, so that no violation may rest on one of them alone. Lint reports the same
contradictions where they stand (`url-or-id`, `parameter-required-in-text`, `property-required-in-text`).
"""

from collections.abc import Iterable, Iterator, Mapping

from conformance.description import prose
from conformance.description.operations import StatedOperation, is_json
from conformance.description.schemas import DocumentNode, Schemas
from conformance.model import Reading

URL_FORMATS = frozenset({"uri", "uri-reference", "url", "iri"})


def find_text_readings(schemas: Schemas, stated: StatedOperation) -> tuple[Reading, ...]:
    """Return the readings of an operation's parameters and body that its texts and schemas do not agree on."""
    return (*_read_parameters(schemas, stated), *_read_body(schemas, stated))


def _read_parameters(schemas: Schemas, stated: StatedOperation) -> Iterator[Reading]:
    names = [parameter.name for parameter in stated.parameters]
    about_operation = str(stated.node.get("description") or "")
    path_item = schemas.get_child(DocumentNode(schemas.document, "#"), "paths", stated.path)
    for node in _list_parameters(schemas, *([path_item] if path_item else []), stated.node):
        schema = schemas.get_child(node, "schema") or DocumentNode({}, "")
        name, text = str(node.get("name")), _join_texts(node, schema)
        kind = "header" if node.get("in") == "header" else "parameter"
        value = schemas.get_items(schema) or schema
        if value.get("format") in URL_FORMATS and prose.is_id_stated(text):
            yield Reading(f"value {name}", f"{name} takes a URL by its schema.", "Its text says that it takes an id.")
        if not node.get("required") and node.get("in") != "path":
            presence = prose.find_own_presence(text, name, kind) or prose.find_named_presence(about_operation, name)
            yield from _build_presence_reading(f"absent {name}", name, presence, names)


def _list_parameters(schemas: Schemas, *holders: DocumentNode) -> Iterator[DocumentNode]:
    """Yield the parameters of a path and of an operation; those that the operation overrides are among them."""
    for holder in holders:
        for index in range(len(holder.get("parameters") or ())):
            node = schemas.get_child(holder, "parameters", index)
            if node is not None:
                yield node


def _read_body(schemas: Schemas, stated: StatedOperation) -> Iterator[Reading]:
    """Yield the readings of the properties of a JSON body."""
    for media in stated.body.media if stated.body else ():
        if not media.schema or not is_json(media.type):
            continue
        schema = schemas.get_node(media.schema)
        fields = schemas.list_properties(schema)
        required = set(schema.get("required") or ())
        texts = (str(schema.get("description") or ""), str(stated.node.get("description") or ""))
        for name, field in fields.items():
            if name not in required:
                own = prose.find_own_presence(str(field.get("description") or ""), name, "property")
                named = (prose.find_named_presence(text, name) for text in texts)
                presence = own or next((statement for statement in named if statement), None)
                yield from _build_presence_reading(f"absent property {name}", name, presence, fields)


def _build_presence_reading(
    about: str, name: str, presence: prose.Presence | None, siblings: Iterable[str] | Mapping[str, DocumentNode]
) -> Iterator[Reading]:
    if presence is not None:
        named = tuple(sibling for sibling in siblings if sibling != name and sibling in presence.condition)
        chosen = f"`required` does not name {name}, so it may be left out."
        yield Reading(about, chosen, f'Its text requires it: "{presence.sentence}"', named)


def _join_texts(*nodes: DocumentNode) -> str:
    return "\n\n".join(str(node.get("description")) for node in nodes if node.get("description"))
