"""Keywords of an operation's schemas: which there are, and which of them a request or a response uses.

Coverage of the description by generated requests is counted in them, and cases are ordered by what they add. An object
that a link may be replaced by is left out: it is described elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import combinations
from typing import Any

import msgspec

from conformance.description import Description
from conformance.model import Location, Operation, Parameter, Request
from conformance.model.keyword import Keyword
from conformance.validation.requests import parse_path_variables, parse_query
from strategies.bodies import find_body_schema
from strategies.keyword_values import is_of_type, list_own_keywords, match_own_keywords
from strategies.schemas import Schema, drop_expanded, flatten_schema, list_branches, list_types

_DEEPEST = 3  # levels of objects and arrays
_MAX_MEMBERS = 4  # members of an array that are read


class OperationKeywords:
    """The keywords of one operation; forms of its schemas are kept, as thousands of cases are read with them.

    >>> from conformance.description import load_description
    >>> description = load_description()
    >>> keywords = OperationKeywords(description, description.model.operations_by_key["GET /vehicles"])
    >>> sorted(k.name for k in keywords.sendable if k.place == "query:page_size" and k.name != "together")
    ['above maximum', 'absent', 'below minimum', 'maximum', 'minimum', 'not type', 'present', 'repeated']
    """

    def __init__(self, description: Description, operation: Operation) -> None:
        self._description, self._operation = description, operation
        self._forms: dict[int, tuple[Schema, list[dict[str, Any]]]] = {}
        self._read_only: dict[int, tuple[Schema, bool]] = {}
        self._matched: dict[tuple[str, tuple[str, ...], frozenset[str]], tuple[Keyword, ...]] = {}
        paging = operation.pagination
        cursors = {f"query:{paging.after}", f"query:{paging.before}"} if paging else set()
        self._parameters = [p for p in operation.parameters if _name_place(p) not in cursors]  # no case has a cursor
        self._schemas = {_name_place(p): flatten_schema(description, p.schema) for p in self._parameters}
        self._optional = [_name_place(p) for p in self._parameters if p.location is Location.QUERY and not p.required]
        self._body = {"$ref": body} if (body := find_body_schema(operation)) else None
        self._item = {"$ref": operation.item_schema} if operation.item_schema else None

    @cached_property
    def sendable(self) -> frozenset[Keyword]:
        """Return every keyword that a request to the operation can use, kept and broken."""
        keywords = {keyword for parameter in self._parameters for keyword in self._list_parameter(parameter)}
        keywords |= {_combine(*pair) for pair in combinations(self._optional, 2)}
        if self._body:
            keywords |= set(self._list_schema(self._body, "body", writing=True))
        return frozenset(keywords)

    def find_sent(self, request: Request, wrong: Iterable[str] = ()) -> frozenset[Keyword]:
        """Return the keywords that a request uses; `wrong` are the pointers that the compiled validators object to."""
        bad_places, given = frozenset(wrong), _collect_values(self._operation, request)
        keywords = {k for p in self._parameters for k in self._match_parameter(p, given, bad_places)}
        used = [place for place in self._optional if place in given]
        keywords |= {_combine(*pair) for pair in combinations(used, 2)}
        if self._body and request.body:
            with suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                value = msgspec.json.decode(request.body)
                keywords.update(self._match(self._body, "body", value, bad_places, writing=True))
        return self.sendable & keywords

    @cached_property
    def showable(self) -> frozenset[Keyword]:
        """Return the enum values, optional properties and nulls that an item of a successful response can show."""
        return frozenset(filter(_is_shown, self._list_schema(self._item, "item") if self._item else ()))

    def find_shown(self, items: Iterable[Mapping[str, Any]]) -> frozenset[Keyword]:
        """Return those keywords that items of a response show."""
        if self._item is None:
            return frozenset()
        keywords = (k for item in items for k in self._match(self._item, "item", item, frozenset()))
        return self.showable.intersection(keywords)

    def _list_parameter(self, parameter: Parameter) -> Iterator[Keyword]:
        place = _name_place(parameter)
        schema = self._schemas[place]
        types = list_types(schema)
        if not parameter.required:
            yield from (Keyword(place, "present"), Keyword(place, "absent"))
        if parameter.location is Location.QUERY and types != ("array",):
            yield Keyword(place, "repeated")
        for keyword in self._list_schema(schema, place):
            if keyword.name != "not type" or not {"string", "array"} & {*types}:
                yield keyword  # every text on the wire is a string

    def _match_parameter(
        self, parameter: Parameter, given: Mapping[str, Sequence[str]], wrong: frozenset[str]
    ) -> tuple[Keyword, ...]:
        """Return the keywords that the values of a parameter use; most cases differ in one parameter alone."""
        place = _name_place(parameter)
        values, bad_places = tuple(given.get(place, ())), frozenset(p for p in wrong if p.startswith(place))
        key = place, values, bad_places
        if key not in self._matched:
            self._matched[key] = tuple(self._match_values(parameter, values, bad_places))
        return self._matched[key]

    def _match_values(self, parameter: Parameter, values: Sequence[str], wrong: frozenset[str]) -> Iterator[Keyword]:
        place = _name_place(parameter)
        schema = self._schemas[place]
        if not parameter.required:
            yield Keyword(place, "present" if values else "absent")
        if "array" in list_types(schema) and values:
            (item, *_) = self._list_forms(schema.get("items", {}))
            yield from self._match(schema, place, [_read_text(item, value) for value in values], wrong)
        elif values:
            if len(values) > 1:
                yield Keyword(place, "repeated")
            yield from self._match(schema, place, _read_text(schema, values[0]), wrong)

    def _list_schema(self, schema: Schema, place: str, depth: int = 0, *, writing: bool = False) -> Iterator[Keyword]:
        for form in self._list_forms(schema):
            yield from (Keyword(place, name, value) for name, value in list_own_keywords(form))
            if depth >= _DEEPEST:
                continue
            if "items" in form:
                yield from self._list_schema(form["items"], f"{place}/[]", depth + 1, writing=writing)
            for name, member in self._list_members(form, writing=writing):
                below = f"{place}/{name}"
                if name not in form["required"]:
                    yield from (Keyword(below, "present"), Keyword(below, "absent"))
                elif writing:
                    yield Keyword(below, "not present")
                yield from self._list_schema(member, below, depth + 1, writing=writing)

    def _match(  # noqa: PLR0913 - a value at its place
        self,
        schema: Schema,
        place: str,
        value: Any,
        wrong: frozenset[str],
        depth: int = 0,
        *,
        writing: bool = False,
    ) -> Iterator[Keyword]:
        form = next((form for form in self._list_forms(schema) if is_of_type(value, form)), None)
        if form is None:
            yield Keyword(place, "not type")
            return
        is_wrong = _is_wrong(place, wrong)
        yield from (Keyword(place, name, text) for name, text in match_own_keywords(form, value, is_wrong=is_wrong))
        if depth >= _DEEPEST:
            return
        if isinstance(value, list) and "items" in form:
            for member in value[:_MAX_MEMBERS]:
                yield from self._match(form["items"], f"{place}/[]", member, wrong, depth + 1, writing=writing)
        for name, member in self._list_members(form, writing=writing) if isinstance(value, dict) else ():
            below = f"{place}/{name}"
            if name not in form["required"]:
                yield Keyword(below, "present" if name in value else "absent")
            elif name not in value:
                yield Keyword(below, "not present")
            if name in value:
                yield from self._match(member, below, value[name], wrong, depth + 1, writing=writing)

    def _list_forms(self, schema: Schema) -> list[dict[str, Any]]:
        """Return the flat forms of a schema; it is kept with them, so that its id is not used again."""
        known = self._forms.get(id(schema))
        if known is None:
            forms = drop_expanded(self._description, list_branches(self._description, self._flatten(schema)))
            known = self._forms[id(schema)] = (schema, forms)
        return known[1]

    def _flatten(self, schema: Schema) -> dict[str, Any]:
        return flatten_schema(self._description, schema)

    def _list_members(self, form: Schema, *, writing: bool) -> Iterator[tuple[str, Schema]]:
        """Yield name and schema of each property, without those that no client may write."""
        for name, member in form["properties"].items():
            known = self._read_only.get(id(member))
            if known is None:
                known = self._read_only[id(member)] = (member, bool(self._flatten(member).get("readOnly")))
            if not (writing and known[1]):
                yield name, member


def _is_shown(keyword: Keyword) -> bool:
    return keyword.name in {"enum", "present", "absent", "null"}


def _combine(first: str, second: str) -> Keyword:
    return Keyword(min(first, second), "together", max(first, second))


def _name_place(parameter: Parameter) -> str:
    return f"{parameter.location}:{parameter.name}"


def _read_text(schema: Schema, text: str) -> Any:
    """Return the value that a text on the wire stands for; the text itself if it is not of the type."""
    types = list_types(schema)
    if "boolean" in types and text in {"true", "false"}:
        return text == "true"
    if "integer" in types and re.fullmatch(r"-?\d{1,30}", text, re.ASCII):
        return int(text)
    if "number" in types and re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", text, re.ASCII):
        return float(text)
    return text


def _collect_values(operation: Operation, request: Request) -> dict[str, list[str]]:
    variables = parse_path_variables(operation.path, request.target.partition("?")[0]) or {}
    values: dict[str, list[str]] = {f"path:{name}": [value] for name, value in variables.items()}
    for name, value in parse_query(request.target):
        values.setdefault(f"query:{name}", []).append(value)
    names = {p.name.lower(): p.name for p in operation.parameters if p.location is Location.HEADER}
    for name, value in request.headers:
        if name.lower() in names:
            values.setdefault(f"header:{names[name.lower()]}", []).append(value)
    return values


def _is_wrong(place: str, wrong: frozenset[str]) -> bool:
    """Return whether the validators object to a place; indices of lists are `[]` here."""
    return any(re.sub(r"/\d+(?=/|$)", "/[]", pointer) == place for pointer in wrong)
