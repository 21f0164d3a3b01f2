"""Reading of schemas: references followed, alternatives split, properties gathered. Nothing is judged."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from conformance.description import pointers


class DocumentNode(NamedTuple):
    """A schema, or any other object of the description, and its pointer."""

    value: Mapping[str, Any]
    pointer: str

    def get(self, key: str) -> Any:
        """Return the value of a keyword, or None."""
        return self.value.get(key)

    @property
    def types(self) -> frozenset[str]:
        """Return the types that the schema names, empty if it names none."""
        named = self.value.get("type")
        return frozenset([named] if isinstance(named, str) else named or ())

    @property
    def examples(self) -> tuple[Any, ...]:
        """Return the example values given at the schema itself."""
        many = self.value.get("examples")
        single = [self.value["example"]] if "example" in self.value else []
        return (*single, *(many if isinstance(many, list) else ()))


class Schemas:
    """The schemas of one document, which does not change; results are memoised."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._members: dict[str, dict[str, DocumentNode]] = {}
        self._branches: dict[str, tuple[DocumentNode, ...]] = {}

    def get_node(self, pointer: str) -> DocumentNode:
        """Return the object at a pointer, references followed.

        Raises KeyError if there is none.
        """
        return self.follow_references(DocumentNode(pointers.resolve(self.document, pointer), pointer))

    def follow_references(self, node: DocumentNode) -> DocumentNode:
        """Return the object behind a chain of `$ref`; siblings of `$ref` are ignored."""
        while "$ref" in node.value:
            target = node.value["$ref"]
            node = DocumentNode(pointers.resolve(self.document, target), target)
        return node

    def get_child(self, node: DocumentNode, *path: str | int) -> DocumentNode | None:
        """Return the object some keys below, references followed at the end, or None."""
        value: Any = node.value
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return (
            self.follow_references(DocumentNode(value, pointers.join(node.pointer, *path)))
            if isinstance(value, dict)
            else None
        )

    def list_alternatives(self, node: DocumentNode) -> tuple[DocumentNode, ...]:
        """Return the alternatives of a schema: `oneOf` and `anyOf` split to the leaves, references followed."""
        node = self.follow_references(node)
        if node.pointer not in self._branches:
            self._branches[node.pointer] = ()  # a schema that is its own alternative adds nothing
            parts = [
                self.get_child(node, word, index)
                for word in ("oneOf", "anyOf")
                for index in range(len(node.get(word) or ()))
            ]
            leaves = [leaf for part in parts if part for leaf in self.list_alternatives(part)]
            whole = [node] if not parts or node.get("properties") or node.get("allOf") else []
            self._branches[node.pointer] = (*whole, *leaves)
        return self._branches[node.pointer]

    def list_properties(self, node: DocumentNode) -> dict[str, DocumentNode]:
        """Return the properties that an instance may have, by name: own ones, those of `allOf`, of every alternative.

        Values are not followed, so that siblings of a `$ref` stay visible.
        """
        node = self.follow_references(node)
        if node.pointer not in self._members:
            self._members[node.pointer] = {}
            properties = {
                name: DocumentNode(value, pointers.join(node.pointer, "properties", name))
                for name, value in (node.get("properties") or {}).items()
                if isinstance(value, dict)
            }
            for word in ("allOf", "anyOf", "oneOf"):
                for index in range(len(node.get(word) or ())):
                    part = self.get_child(node, word, index)
                    properties = (self.list_properties(part) if part else {}) | properties
            self._members[node.pointer] = properties
        return self._members[node.pointer]

    def get_items(self, node: DocumentNode) -> DocumentNode | None:
        """Return the schema of an array's items, references followed, or None if the schema is not an array."""
        return self.get_child(self.follow_references(node), "items")
