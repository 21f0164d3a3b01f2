"""YAML text as plain data, protected against duplicate keys, alias bombs and deep nesting.

The reader builds data from libyaml's events with its own stack: PyYAML's composer recurses in C and crashes the process
on deep nesting. A plain scalar is a number, `true`, `false` or `null` if JSON would read it as one; anything else is a
string, so that dates, `yes` and `0x1F` stay as written. Keys are always strings, as in JSON.
"""

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from conformance.description.limits import MAX_DEPTH, MAX_NODES, build_depth_error, count_expanded_nodes
from conformance.errors import DescriptionError

# Longer integers do not fit 64 bits; they become floats, as in most JSON readers.
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_CORE = "tag:yaml.org,2002:"
_UNSET = object()
_LIBYAML_TOO_DEEP = (
    "maximum nesting depth"  # libyaml 0.2.6 reads ahead and fails at 1,000 levels before they are counted here
)


def read_yaml(text: str, source: str) -> Any:
    """Return the data in YAML text; `source` names it in errors.

    Raises DescriptionError with line and column.
    """
    return _Builder(source).build(text)


def read_scalar(value: str) -> Any:
    """Return the value of a plain scalar."""
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    if _INTEGER.match(value):
        return int(value)
    if _NUMBER.match(value):
        number = float(value)
        return value if number in {float("inf"), float("-inf")} else number
    return value


class _Builder:
    """Builds data from events; `stack` holds open collections, `keys` the key that waits for its value in each."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.stack: list[Any] = []
        self.keys: list[Any] = []
        self.names: list[str | None] = []
        self.anchors: dict[str, Any] = {}
        self.aliased = False
        self.root: Any = _UNSET

    def build(self, text: str) -> Any:
        documents = 0
        for event in self.parse_events(text):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self.read_scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self.open_collection(event, {} if kind is yaml.MappingStartEvent else [])
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.close_collection()
            elif kind is yaml.AliasEvent:
                self.resolve_alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self.fail(event, "a second YAML document starts here", "Keep one document in a file.")
        if self.aliased and count_expanded_nodes(self.root) > MAX_NODES:
            raise DescriptionError(
                f"{self.source}: its aliases expand to more than {MAX_NODES} nodes",
                hint="Use $ref to share parts; YAML aliases are written out when the description is read",
            )
        return None if self.root is _UNSET else self.root

    def parse_events(self, text: str) -> Iterator[Any]:
        try:
            yield from yaml.parse(text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = _format_mark(mark)
            if _LIBYAML_TOO_DEEP in (error.problem or ""):
                raise build_depth_error(f"{self.source}{where}") from None
            context = f" {error.context}" if error.context else ""
            raise DescriptionError(
                f"{self.source}{where}: not valid YAML:{context} {error.problem}",
                hint="Check the indentation and quotes there, and that the file is complete",
            ) from None
        except yaml.YAMLError as error:
            raise DescriptionError(
                f"{self.source}: not valid YAML: {' '.join(str(error).split())}",
                hint="Remove control characters; the file must be plain text",
            ) from None

    def fail(self, event: Any, problem: str, hint: str) -> NoReturn:
        raise DescriptionError(f"{self.source}{_format_mark(event.start_mark)}: {problem}", hint=hint)

    def add(self, event: Any, value: Any) -> None:
        """Add a complete or opening value to the open collection, or make it the root."""
        if not self.stack:
            self.root = value
            return
        parent = self.stack[-1]
        if isinstance(parent, list):
            parent.append(value)
            return
        key = self.keys[-1]
        if key is _UNSET:
            self.fail(event, "a mapping key must be a plain string", "Write the key as text.")
        parent[key] = value
        self.keys[-1] = _UNSET

    def take_key(self, event: Any) -> bool:
        """Take a scalar as the next key of the open mapping, if a key is due, and return whether it was taken."""
        if not self.stack or isinstance(self.stack[-1], list) or self.keys[-1] is not _UNSET:
            return False
        key = event.value
        if key in self.stack[-1]:
            self.fail(event, f"the key `{key}` is repeated", "Remove or merge one of the two.")
        if key == "<<" and event.implicit[0]:
            self.fail(event, "the merge key `<<` is not part of YAML 1.2", "Write the merged keys out.")
        self.keys[-1] = key
        return True

    def read_scalar(self, event: Any) -> None:
        if event.tag and not event.tag.startswith(_CORE) and event.tag != "!":
            self.fail(event, f"the tag `{event.tag}` is not supported", "Use plain YAML without tags.")
        if self.take_key(event):
            return
        typed = event.implicit[0] or event.tag not in {None, "!", _CORE + "str"}
        value = read_scalar(event.value) if typed else event.value
        if event.anchor:
            self.anchors[event.anchor] = value
        self.add(event, value)

    def open_collection(self, event: Any, value: Any) -> None:
        if event.tag and event.tag not in {_CORE + "map", _CORE + "seq"}:
            self.fail(event, f"the tag `{event.tag}` is not supported", "Use plain YAML without tags.")
        if len(self.stack) >= MAX_DEPTH:
            raise build_depth_error(f"{self.source}{_format_mark(event.start_mark)}")
        self.add(event, value)
        self.stack.append(value)
        self.keys.append(_UNSET)
        self.names.append(event.anchor)
        if event.anchor:
            self.anchors[event.anchor] = _UNSET

    def close_collection(self) -> None:
        value, name = self.stack.pop(), self.names.pop()
        self.keys.pop()
        if name:
            self.anchors[name] = value

    def resolve_alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            self.fail(event, f"the alias `*{event.anchor}` has no anchor before it", "Define the anchor first.")
        value = self.anchors[event.anchor]
        if value is _UNSET:
            self.fail(
                event, f"the alias `*{event.anchor}` refers to a collection that contains it", "Use $ref for recursion."
            )
        self.aliased = True
        self.add(event, value)


def _format_mark(mark: Any) -> str:
    """Return line and column as `:LINE:COLUMN`; empty if libyaml gives none."""
    return f":{mark.line + 1}:{mark.column + 1}" if mark else ""
