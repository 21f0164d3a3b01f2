"""Reading schemas without judging: references followed, alternatives split, properties gathered."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from conformance.description import pointers


class Node(NamedTuple):
    """A schema (or any object of the description) and the pointer under which it stands."""

    value: Mapping[str, Any]
    pointer: str

    def get(self, key: str) -> Any:
        """The value of a keyword, or None."""
        return self.value.get(key)

    @property
    def types(self) -> frozenset[str]:
        """The types that the schema names; empty where it names none."""
        named = self.value.get("type")
        return frozenset([named] if isinstance(named, str) else named or ())

    @property
    def examples(self) -> tuple[Any, ...]:
        """Example values given at the schema itself."""
        many = self.value.get("examples")
        single = [self.value["example"]] if "example" in self.value else []
        return (*single, *(many if isinstance(many, list) else ()))


class Schemas:
    """Nodes of one document. Memoises what it has read, for the document does not change."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._members: dict[str, dict[str, Node]] = {}
        self._branches: dict[str, tuple[Node, ...]] = {}

    def at(self, pointer: str) -> Node:
        """The object under a pointer, references followed. Raises KeyError where there is none."""
        return self.follow(Node(pointers.resolve(self.document, pointer), pointer))

    def follow(self, node: Node) -> Node:
        """The object behind a chain of `$ref`; siblings of `$ref` are left behind."""
        while "$ref" in node.value:
            target = node.value["$ref"]
            node = Node(pointers.resolve(self.document, target), target)
        return node

    def child(self, node: Node, *path: str | int) -> Node | None:
        """The object some keys below, references followed at the end, or None."""
        value: Any = node.value
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return self.follow(Node(value, pointers.join(node.pointer, *path))) if isinstance(value, dict) else None

    def branches(self, node: Node) -> tuple[Node, ...]:
        """The alternatives of a schema: `oneOf` and `anyOf` split to the leaves, references followed."""
        node = self.follow(node)
        if node.pointer not in self._branches:
            self._branches[node.pointer] = ()  # a schema that is its own alternative adds nothing
            parts = [
                self.child(node, word, index)
                for word in ("oneOf", "anyOf")
                for index in range(len(node.get(word) or ()))
            ]
            leaves = [leaf for part in parts if part for leaf in self.branches(part)]
            whole = [node] if not parts or node.get("properties") or node.get("allOf") else []
            self._branches[node.pointer] = (*whole, *leaves)
        return self._branches[node.pointer]

    def members(self, node: Node) -> dict[str, Node]:
        """The properties that an instance may have, by name: own ones, of `allOf`, of every alternative.

        Values are not followed, so that what stands beside a `$ref` can be seen.
        """
        node = self.follow(node)
        if node.pointer not in self._members:
            self._members[node.pointer] = {}
            found = {
                name: Node(value, pointers.join(node.pointer, "properties", name))
                for name, value in (node.get("properties") or {}).items()
                if isinstance(value, dict)
            }
            for word in ("allOf", "anyOf", "oneOf"):
                for index in range(len(node.get(word) or ())):
                    part = self.child(node, word, index)
                    found = (self.members(part) if part else {}) | found
            self._members[node.pointer] = found
        return self._members[node.pointer]

    def items(self, node: Node) -> Node | None:
        """The schema of an array's items, references followed, or None where the schema is no array."""
        return self.child(self.follow(node), "items")
