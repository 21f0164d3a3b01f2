"""Two representations of one resource, compared on the fields that the schemas of both document. Pure."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from conformance.description import Description
from conformance.evidence.differences import ABSENT, ValueDifference, find_differences

_MAX_FORMS = 64  # alternatives of one object that are distinguished
Schema = Any  # a mapping, or true or false


class Representation(NamedTuple):
    """A value, and the pointer of the schema that documents it; empty where that is unknown."""

    value: Any
    schema: str


class FieldStanding(IntEnum):
    """The forms of an object in which a schema documents a field: none, some or all of them."""

    UNDOCUMENTED = 0
    IN_SOME_FORMS = 1
    IN_ALL_FORMS = 2


def find_common_differences(
    first: Representation, second: Representation, description: Description
) -> Iterator[ValueDifference]:
    """Yield the differences of two representations in fields that both of their schemas document.

    A field that only one of them shows counts where every form of the object has it; null counts as absent where the
    field is not required, since servers may leave it out.
    """
    for difference in find_differences(first.value, second.value):
        is_one_sided = difference.old is ABSENT or difference.new is ABSENT
        if is_one_sided and (difference.old is None or difference.new is None):
            continue
        needed = FieldStanding.IN_ALL_FORMS if is_one_sided else FieldStanding.IN_SOME_FORMS
        schemas = (representation.schema for representation in (first, second) if representation.schema)
        if all(find_standing(description, schema, difference.pointer) >= needed for schema in schemas):
            yield difference


def find_standing(description: Description, schema: str, pointer: str) -> FieldStanding:
    """Return how the schema at one pointer documents the field at a JSON pointer into its instance."""
    schemas: list[Schema] = [{"$ref": schema}]
    standing = FieldStanding.IN_ALL_FORMS
    for token in pointer.split("/")[1:]:
        forms = [form for alternative in schemas for form in _list_forms(description, alternative)]
        forms = [form for form in forms if form.properties or form.items]
        if not forms:
            return standing  # an object without documented properties may have any
        name = token.replace("~1", "/").replace("~0", "~")
        children = [form.get_child(name) for form in forms]
        schemas = [child for child in children if child is not None]
        if not schemas:
            return FieldStanding.UNDOCUMENTED
        if len(schemas) < len(children):
            standing = FieldStanding.IN_SOME_FORMS
    return standing


def list_field_forms(description: Description, schema: str, path: str) -> list[Mapping[str, Any]]:
    """Return the alternatives of a field that the schema at a pointer documents, without references.

    `path` names the field, and with slashes those of objects in it, as `default_location/address_1`.
    """
    fields: list[Schema] = [{"$ref": schema}]
    for name in path.split("/"):
        forms = [form for field in fields for form in _list_forms(description, field)]
        fields = [form.properties[name] for form in forms if name in form.properties]
    return [form for field in fields for form in _list_alternatives(description, field)]


def _list_alternatives(description: Description, schema: Schema, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    schema = description.dereference(schema) if isinstance(schema, Mapping) else {}
    yield schema
    for keyword in ("allOf", "oneOf", "anyOf"):
        for branch in schema.get(keyword, ()) if depth < _MAX_FORMS else ():
            yield from _list_alternatives(description, branch, depth + 1)


class _Form(NamedTuple):
    """One of the alternatives of a value that a schema describes: an object's properties, an array's items."""

    properties: dict[str, Schema]
    items: Schema | None = None

    def get_child(self, name: str) -> Schema | None:
        """Return the schema of a member; None where the form has none of that name."""
        return self.properties.get(name) or (self.items if name.isdecimal() else None)

    def merge(self, second: "_Form") -> "_Form":
        """Return the form that both describe together."""
        return _Form({**second.properties, **self.properties}, self.items or second.items)


def _list_forms(description: Description, schema: Schema, depth: int = 0) -> list[_Form]:
    """Return the alternatives of an object or array; a value of another type has one without members."""
    schema = description.dereference(schema) if isinstance(schema, Mapping) else {}
    forms = [_Form(dict(schema.get("properties", {})), schema.get("items"))]
    if depth > _MAX_FORMS:
        return forms
    for part in schema.get("allOf", ()):
        forms = _combine(forms, _list_forms(description, part, depth + 1))
    for keyword in ("oneOf", "anyOf"):
        branches = [form for branch in schema.get(keyword, ()) for form in _list_forms(description, branch, depth + 1)]
        branches = [branch for branch in branches if branch.properties or branch.items]
        forms = _combine(forms, branches) if branches else forms
    return forms


def _combine(forms: list[_Form], others: list[_Form]) -> list[_Form]:
    return [form.merge(second) for form in forms for second in others][:_MAX_FORMS]
