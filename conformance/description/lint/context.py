"""A description prepared for lint: its objects by kind, its examples, its operations."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from conformance.description import pointers
from conformance.description.description import Description
from conformance.description.lint.traversal import walk
from conformance.description.operations import Stated, operations
from conformance.description.schemas import Node, Schemas


class Fault(Protocol):
    """An error in an instance: `pointer` leads into it."""

    @property
    def pointer(self) -> str: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102
    @property
    def expected(self) -> str: ...  # noqa: D102
    @property
    def actual(self) -> str: ...  # noqa: D102


class Judge(Protocol):
    """Validates instances by the schema at a pointer; `written` validates what clients write (see `Validators`)."""

    def schema(self, pointer: str, instance: Any) -> Sequence[Fault]: ...  # noqa: D102
    @property
    def written(self) -> "Judge": ...  # noqa: D102


class Example(NamedTuple):
    """An example value; `schema` is the pointer of the schema that it illustrates, empty if unknown."""

    pointer: str
    value: Any
    schema: str
    written: bool


class Reading:
    """The input of every rule, made once for a description; `judge` builds the validator when first used."""

    def __init__(self, description: Description, judge: Callable[[Description], Judge]) -> None:
        self.document = description.document
        self.model = description.model
        self.schemas = Schemas(self.document)
        self._judge = judge
        self._description = description

    @cached_property
    def judge(self) -> Judge:
        """The validator of examples."""
        return self._judge(self._description)

    @cached_property
    def _by_kind(self) -> dict[str, list[Node]]:
        nodes: dict[str, list[Node]] = {}
        for kind, node in walk(self.document):
            nodes.setdefault(kind, []).append(node)
        return nodes

    def every(self, kind: str) -> list[Node]:
        """Return every object of a kind (see `walk`) where it is spelled out; references are among them."""
        return self._by_kind.get(kind, [])

    @cached_property
    def operations(self) -> tuple[Stated, ...]:
        """The operations below `paths`."""
        return tuple(operations(self.schemas))

    def responses(self, operation: Stated) -> Iterator[tuple[str, Node, Node]]:
        """Yield each response: its status, the node in the operation, and that node with references followed."""
        for status, value in (operation.node.get("responses") or {}).items():
            node = Node(value, pointers.join(operation.node.pointer, "responses", status))
            yield status, node, self.schemas.follow(node)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Every example, with the schema that it illustrates."""
        return tuple(self._find_examples())

    def _find_examples(self) -> Iterator[Example]:
        for node in self.every("schema"):
            yield from _read_schema_examples(node, node.pointer)
        for kind in ("parameter", "header", "media"):
            for node in self.every(kind):
                schema = pointers.join(node.pointer, "schema") if "schema" in node.value else ""
                yield from self._read_examples(node, schema)
        for node in self.every("example"):
            if node.pointer.startswith("#/components/examples/") and "value" in node.value:
                yield Example(pointers.join(node.pointer, "value"), node.value["value"], "", written=False)

    def _read_examples(self, node: Node, schema: str) -> Iterator[Example]:
        """Yield the examples of a parameter, header or media type, and those it refers to."""
        written = "/requestBody/" in node.pointer or "/requestBodies/" in node.pointer
        if "example" in node.value:
            yield Example(pointers.join(node.pointer, "example"), node.value["example"], schema, written)
        for name in node.get("examples") or {}:
            example = self.schemas.child(node, "examples", name)
            if example is not None and "value" in example.value:
                at = pointers.join(node.pointer, "examples", name)
                at = at if "value" in node.value["examples"][name] else ""
                shown = pointers.join(at, "value") if at else pointers.join(example.pointer, "value")
                yield Example(shown, example.value["value"], schema, written)


def _read_schema_examples(node: Node, schema: str) -> Iterator[Example]:
    """Yield the examples inside a schema: `example`, `examples`, and the `x-examples` of editors."""
    if "example" in node.value:
        yield Example(pointers.join(node.pointer, "example"), node.value["example"], schema, written=False)
    many = node.get("examples")
    for index, value in enumerate(many if isinstance(many, list) else ()):
        yield Example(pointers.join(node.pointer, "examples", index), value, schema, written=False)
    for name, value in (node.get("x-examples") or {}).items():
        yield Example(pointers.join(node.pointer, "x-examples", name), value, "", written=False)


def strings(example: Example) -> Iterator[tuple[str, str]]:
    """Yield every string inside an example with its pointer."""
    stack = [(example.pointer, example.value)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, str):
            yield pointer, value
        elif isinstance(value, dict):
            stack.extend((pointers.join(pointer, key), item) for key, item in reversed(value.items()))
        elif isinstance(value, list):
            stack.extend((pointers.join(pointer, i), item) for i, item in reversed(list(enumerate(value))))
