"""A description prepared for lint: its objects by kind, its examples, its operations."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from conformance.description import pointers
from conformance.description.description import Description
from conformance.description.lint.traversal import walk_document
from conformance.description.operations import StatedOperation, read_operations
from conformance.description.schemas import DocumentNode, Schemas


class InstanceError(Protocol):
    """An error in an instance: `pointer` leads into it."""

    @property
    def pointer(self) -> str: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102
    @property
    def expected(self) -> str: ...  # noqa: D102
    @property
    def actual(self) -> str: ...  # noqa: D102


class InstanceValidator(Protocol):
    """Validates instances by the schema at a pointer; `request_validators` validates what clients write."""

    def validate_instance(self, pointer: str, instance: Any) -> Sequence[InstanceError]: ...  # noqa: D102
    @property
    def request_validators(self) -> "InstanceValidator": ...  # noqa: D102


class SchemaExample(NamedTuple):
    """An example value; `schema` is the pointer of the schema that it illustrates, empty if unknown."""

    pointer: str
    value: Any
    schema: str
    is_written_by_client: bool


class LintContext:
    """The input of every rule, made once for a description; `validator` builds the validator when first used."""

    def __init__(self, description: Description, judge: Callable[[Description], InstanceValidator]) -> None:
        self.document = description.document
        self.model = description.model
        self.schemas = Schemas(self.document)
        self._judge = judge
        self._description = description

    @cached_property
    def validator(self) -> InstanceValidator:
        """Return the validator of examples."""
        return self._judge(self._description)

    @cached_property
    def _by_kind(self) -> dict[str, list[DocumentNode]]:
        nodes: dict[str, list[DocumentNode]] = {}
        for kind, node in walk_document(self.document):
            nodes.setdefault(kind, []).append(node)
        return nodes

    def list_objects(self, kind: str) -> list[DocumentNode]:
        """Return every object of a kind (see `walk`) where it is spelled out; references are among them."""
        return self._by_kind.get(kind, [])

    @cached_property
    def operations(self) -> tuple[StatedOperation, ...]:
        """Return the operations below `paths`."""
        return tuple(read_operations(self.schemas))

    def list_responses(self, operation: StatedOperation) -> Iterator[tuple[str, DocumentNode, DocumentNode]]:
        """Yield each response: its status, the node in the operation, and that node with references followed."""
        for status, value in (operation.node.get("responses") or {}).items():
            node = DocumentNode(value, pointers.join(operation.node.pointer, "responses", status))
            yield status, node, self.schemas.follow_references(node)

    @cached_property
    def examples(self) -> tuple[SchemaExample, ...]:
        """Return every example, with the schema that it illustrates."""
        return tuple(self._find_examples())

    def _find_examples(self) -> Iterator[SchemaExample]:
        for node in self.list_objects("schema"):
            yield from _read_schema_examples(node, node.pointer)
        for kind in ("parameter", "header", "media"):
            for node in self.list_objects(kind):
                schema = pointers.join(node.pointer, "schema") if "schema" in node.value else ""
                yield from self._read_examples(node, schema)
        for node in self.list_objects("example"):
            if node.pointer.startswith("#/components/examples/") and "value" in node.value:
                yield SchemaExample(
                    pointers.join(node.pointer, "value"), node.value["value"], "", is_written_by_client=False
                )

    def _read_examples(self, node: DocumentNode, schema: str) -> Iterator[SchemaExample]:
        """Yield the examples of a parameter, header or media type, and those it refers to."""
        written = "/requestBody/" in node.pointer or "/requestBodies/" in node.pointer
        if "example" in node.value:
            yield SchemaExample(pointers.join(node.pointer, "example"), node.value["example"], schema, written)
        for name in node.get("examples") or {}:
            example = self.schemas.get_child(node, "examples", name)
            if example is not None and "value" in example.value:
                at = pointers.join(node.pointer, "examples", name)
                at = at if "value" in node.value["examples"][name] else ""
                shown = pointers.join(at, "value") if at else pointers.join(example.pointer, "value")
                yield SchemaExample(shown, example.value["value"], schema, written)


def _read_schema_examples(node: DocumentNode, schema: str) -> Iterator[SchemaExample]:
    """Yield the examples inside a schema: `example`, `examples`, and the `x-examples` of editors."""
    if "example" in node.value:
        yield SchemaExample(
            pointers.join(node.pointer, "example"), node.value["example"], schema, is_written_by_client=False
        )
    many = node.get("examples")
    for index, value in enumerate(many if isinstance(many, list) else ()):
        yield SchemaExample(pointers.join(node.pointer, "examples", index), value, schema, is_written_by_client=False)
    for name, value in (node.get("x-examples") or {}).items():
        yield SchemaExample(pointers.join(node.pointer, "x-examples", name), value, "", is_written_by_client=False)


def find_strings(example: SchemaExample) -> Iterator[tuple[str, str]]:
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
