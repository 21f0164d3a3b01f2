"""Rounds of further values for the properties that a PATCH has changed: words, then empty ones. Pure.

Each round is one body. What a server drops as "nothing", takes for null or keeps out of date in a list of its own,
shows by these: 0, false, an empty text or list; texts that spell null; every word of an enumeration; equal members.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.evidence.subject import Subject
from conformance.probes.toolkit.body_links import resolve_schema
from conformance.probes.toolkit.edge_values import is_free_text, list_types
from conformance.probes.toolkit.property_values import is_valid_body
from conformance.probes.toolkit.write_requests import Write, find_writable

NULL_WORDS = ("null", "None", "N/A", "nil", "NaN", "undefined")
"""Texts that servers take for no text, the one that most of them do first."""
_FRACTIONS = (12.3456789, -7.6543211)  # with more digits than single precision keeps
_MAX_WORD_ROUNDS = 6  # further words of an enumeration that are sent, each in a round of its own
_NOTHING = object()  # no value is known for this round


def list_value_rounds(sent: Mapping[str, Any], original: Mapping[str, Any], write: Write, subject: Subject) -> Iterator[
    dict[str, Any]
]:  # fmt: skip
    """Yield the bodies of the rounds.

    `sent` are the values that the PATCH has accepted before, `original` is the resource before all changes.
    """
    bases = {name: original.get(name) if value is None else value for name, value in sent.items()}
    schemas = {name: schema for name, schema in find_writable(write.call.operation, subject).items() if name in bases}
    empty = {name: _find_empty(name, schema, bases[name], subject) for name, schema in schemas.items()}
    words = {
        name: [*_list_words(name, schema, bases[name], original.get(name), subject)]
        for name, schema in schemas.items()
        if name not in write.links
    }
    further = [
        {name: values[at] if at < len(values) else _NOTHING for name, values in words.items()}
        for at in range(_MAX_WORD_ROUNDS)
    ]
    for candidates in (*further, empty):
        body = {
            name: value
            for name, value in candidates.items()
            if value is not _NOTHING and not _is_in_other_property(name, value, bases)
        }
        body = {name: value for name, value in body.items() if is_valid_body({**bases, name: value}, write, subject)}
        if body and is_valid_body({**bases, **body}, write, subject):
            yield body


def leave_out_texts(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body without its empty texts, which a server may refuse as blank."""
    return {name: value for name, value in body.items() if value != ""}


def _find_empty(name: str, schema: Mapping[str, Any], base: Any, subject: Subject) -> Any:
    """Return the empty value of the kind of a base that is not empty itself."""
    if not base or "enum" in schema:
        return _NOTHING
    if isinstance(base, bool):
        return False
    if isinstance(base, int | float):
        return 0
    if isinstance(base, list):
        return []
    if isinstance(base, str):
        return "" if is_free_text(name, schema) else _NOTHING
    members = {key: resolve_schema(subject, member) for key, member in schema.get("properties", {}).items()}
    emptied = {
        key: _find_empty(key, members[key], value, subject)
        for key, value in base.items()
        if key in members and isinstance(value, int | float)
    }
    return {**base, **{key: value for key, value in emptied.items() if value is not _NOTHING}} if emptied else _NOTHING


def _list_words(
    name: str, schema: Mapping[str, Any], base: Any, original: Any, subject: Subject
) -> Iterator[str | float | dict[str, Any] | list[Any]]:
    """Yield the words of an enumeration that were not sent; or two texts that spell null, or one long fraction.

    A list of objects ends with its first member, for it is no set unless it has `uniqueItems`. What a server keeps of
    it, if it drops equal members, differs from the list before.
    """
    turn = subject.make_random("value rounds", name).randrange(1000)
    if "enum" in schema:
        words = [word for word in schema["enum"] if word is not None and word not in (base, original)]
        yield from (words[(turn + at) % len(words)] for at in range(len(words)))
    elif isinstance(base, str) and is_free_text(name, schema):
        yield NULL_WORDS[0]
        yield NULL_WORDS[1 + turn % (len(NULL_WORDS) - 1)]
    elif isinstance(base, float) or (isinstance(base, int) and "number" in list_types(schema)):
        yield _FRACTIONS[turn % len(_FRACTIONS)]
    elif isinstance(base, list) and len(base) > 1 and isinstance(base[0], dict) and not schema.get("uniqueItems"):
        yield [*base[:-1], base[0]]
    elif isinstance(base, dict):
        members = {key: resolve_schema(subject, member) for key, member in schema.get("properties", {}).items()}
        filled = {
            key: next(_list_words(key, members[key], value, None, subject), value)
            for key, value in base.items()
            if key in members and not isinstance(value, bool)
        }
        if filled:
            yield {**base, **filled}


def _is_in_other_property(name: str, value: Any, bases: Mapping[str, Any]) -> bool:
    """Return whether another property holds a word too, which may exclude it here."""
    others = [other for key, other in bases.items() if key != name]
    return isinstance(value, str) and any(
        value == other or (isinstance(other, list) and value in other) for other in others if value
    )
