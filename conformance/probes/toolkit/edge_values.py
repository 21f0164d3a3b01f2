"""Valid values at the limits of a schema, which servers often store wrongly. Pure."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from conformance.evidence.subject import Subject
from conformance.model import Operation
from conformance.probes.toolkit.body_links import resolve_schema
from conformance.probes.toolkit.property_values import is_valid_body, select_required
from conformance.probes.toolkit.rounding import find_rounding_step
from conformance.probes.toolkit.write_requests import Write, find_writable

# Beyond ASCII, decomposed, a fraction, beyond the BMP; quotes, plus, percent, markup, an entity, backslash, wildcards.
ALL_SIGNS = '\u017bo\u0301\u0142w \u00bd\u2460 \U0001f697 "a" O\'B c+d e%2Bf <i>g &amp; h\\n 10% _*?'
# Parts of that text, for servers that refuse the whole one.
SOME_SIGNS = ("\u017bo\u0301\u0142w", "c+d e%2Bf 10%", '"a" O\'B', "h\\n _*?", "\U0001f697 ok", "\u00bd\u2460 kg")
# Texts that look like something else to a server that guesses types.
WORDS = ("null", "007", "true", "1e3", "None", "[]", "-0", "3.10")
# Leap day, an hour that daylight saving time repeats or skips, the turn of the year; all with an offset.
MOMENTS = (
    "2024-02-29T23:59:59.123456+05:45",
    "2025-10-26T02:30:00.000001+01:00",
    "2025-03-30T03:15:00.5+02:00",
    "2024-12-31T23:30:00-08:00",
    "2024-07-01T00:30:00+02:00",
    "9999-12-30T12:00:00+01:00",
)
_LARGE = (2**31, 2**53 - 1)  # just beyond 32 bits, and the largest that every JSON parser keeps (RFC 8259, section 6)
_FRACTIONS = (12.345678, -7.654321)
_LONG_LETTER = "\u017c"  # two bytes in UTF-8, so that a length counted in bytes shows
_MAX_LENGTH = 2000  # characters of a text that is filled up to its limit
_LIST_MEMBERS = 3
_WORD_SHARE = 3  # one in so many texts is a word that looks like something else
_NULL_SHARE = 4  # one in so many values that may be null is null
_FIXED_FORM = frozenset({"enum", "const", "pattern"})
# Names of texts that a server may bring into a form of their own, as it does with telephone numbers.
_FORMATTED_NAMES = frozenset(
    {"phone", "postal", "postcode", "zip", "code", "vin", "plate", "currency", "country", "locale", "language", "iban"}
)


def build_edge_body(write: Write, subject: Subject, *, whole: bool = True, mark: str = "") -> Any:
    """Return the body with edge values in all properties where it stays valid; another choice with another seed.

    With `whole`, free texts hold all signs at once, else some of them.
    """
    if not isinstance(write.body, dict):
        return write.body
    body, turns = write.body, start_turns(write.call.operation, subject, mark)
    for name, schema in find_writable(write.call.operation, subject).items():
        if name not in body or (name in write.links and not isinstance(body[name], list)):
            continue
        for value in iterate_edge_values(name, schema, body[name], turns, write, subject, whole=whole):
            if is_valid_body({**body, name: value}, write, subject):
                body = {**body, name: value}
                break
    return body


def find_edge_changes(
    changes: Mapping[str, Any], write: Write, state: Mapping[str, Any], subject: Subject
) -> dict[str, Any]:
    """Return the changes of a PATCH with an edge value for each property that has one, other than the present value."""
    edges, turns = dict(changes), start_turns(write.call.operation, subject)
    required = select_required(write, state, subject)
    for name, schema in find_writable(write.call.operation, subject).items():
        if name not in state or not is_valid_body({**required, name: state[name]}, write, subject):
            continue  # the present value could not be restored
        base = changes.get(name) if state[name] is None else state[name]
        if name in write.links and not isinstance(base, list):
            continue
        for value in iterate_edge_values(name, schema, base, turns, write, subject):
            if value != state[name] and is_valid_body({**required, name: value}, write, subject):
                edges[name] = value
                break
    together = {**required, **edges}
    return edges if is_valid_body(together, write, subject) else dict(changes)


def start_turns(operation: Operation, subject: Subject, mark: str = "") -> Iterator[int]:
    """Yield numbers without end by which values are chosen, from a start that depends on the seed."""
    return count(subject.make_random("edge", operation.key, mark).randrange(1000))


def iterate_edge_values(  # noqa: PLR0913 - a place in a body, and what its value may be made of
    name: str,
    schema: Mapping[str, Any],
    base: Any,
    turns: Iterator[int],
    write: Write,
    subject: Subject,
    *,
    whole: bool = True,
    within: bool = False,
) -> Iterator[Any]:
    """Yield candidates for the value of a property, the most telling first; none where nothing is known.

    `base` is a valid value, of which objects and lists keep the members that have no edge; `within` says that the
    property belongs to an object in the body.
    """
    turn, kinds = next(turns), list_types(schema)
    if "null" in kinds and base is not None and turn % _NULL_SHARE == 0:
        yield None
    if isinstance(base, bool):
        yield not base
    elif "enum" in schema:
        members = [member for member in schema["enum"] if member is not None]
        yield from (members[(turn + at) % len(members)] for at in range(len(members)))
    elif isinstance(base, int | float):
        yield from _list_numbers(schema, turn)
    elif isinstance(base, str) and schema.get("format") == "date-time":
        yield MOMENTS[turn % len(MOMENTS)]
    elif isinstance(base, str) and is_free_text(name, schema):
        yield from _list_texts(schema, base, turn, whole=whole, is_name=name == "name" and not within)
    elif isinstance(base, list):
        yield from _list_lists(name, schema, base, turns, write, subject, whole=whole)
    elif isinstance(base, dict):
        yield _fill_object(schema, base, turns, write, subject, whole=whole)


def list_types(schema: Mapping[str, Any]) -> set[str]:
    """Return the types that a schema admits."""
    kinds = schema.get("type", ())
    return {kinds} if isinstance(kinds, str) else {*kinds}


def is_free_text(name: str, schema: Mapping[str, Any]) -> bool:
    """Return whether a property is a text that neither its schema nor its name gives a form."""
    words = {*name.lower().split("_")}
    return "string" in list_types(schema) and not ((_FIXED_FORM | {"format"}) & {*schema} or words & _FORMATTED_NAMES)


def _list_numbers(schema: Mapping[str, Any], turn: int) -> Iterator[float]:
    """Yield numbers: the bounds, 0 between them, large numbers without bounds, and fractions if they are admitted."""
    low, high = schema.get("minimum"), schema.get("maximum")
    numbers: list[float] = [number for number in (high, low) if number is not None]
    numbers += [] if high is not None else [*_LARGE]
    numbers += [] if low is not None else [-1]
    if low is not None and high is not None and low < 0 < high:
        numbers.append(0)
    if "number" in list_types(schema):
        numbers = [*_FRACTIONS, *numbers]
    if find_rounding_step(schema):
        numbers = [number for number in (high, low) if number is not None]
    yield from (numbers[(turn + at) % len(numbers)] for at in range(len(numbers)))


def _list_texts(schema: Mapping[str, Any], base: str, turn: int, *, whole: bool, is_name: bool) -> Iterator[str]:
    """Yield texts: words that look like another type, or all signs at full length; a name keeps its beginning."""
    limit, signs = schema.get("maxLength", 0), ALL_SIGNS if whole else SOME_SIGNS[turn % len(SOME_SIGNS)]
    text = f"{base} {signs}" if is_name else signs
    if not is_name and turn % _WORD_SHARE == 0:
        yield WORDS[turn // _WORD_SHARE % len(WORDS)]
    is_filled = whole and 0 < limit <= _MAX_LENGTH
    yield text.ljust(limit, _LONG_LETTER)[:limit] if is_filled else text[: limit or len(text)]


def _list_lists(  # noqa: PLR0913 - see iterate_edge_values
    name: str,
    schema: Mapping[str, Any],
    base: list[Any],
    turns: Iterator[int],
    write: Write,
    subject: Subject,
    *,
    whole: bool,
) -> Iterator[list[Any]]:
    """Yield lists of several unsorted members: words of an enumeration, links, or objects with edge values."""
    items = resolve_schema(subject, schema.get("items", {}))
    links = [
        member for value in write.links.get(name, ()) for member in (value if isinstance(value, list) else [value])
    ]
    if "enum" in items:
        members = sorted((member for member in items["enum"] if member is not None), key=str, reverse=True)
        yield members
        yield members[:2]
    elif links:
        yield sorted(dict.fromkeys(links), reverse=True)
    elif base and isinstance(base[0], dict) and items.get("properties"):
        size = min(_LIST_MEMBERS, schema.get("maxItems", _LIST_MEMBERS))
        yield [_number_name(_fill_object(items, base[0], turns, write, subject, whole=whole), at) for at in range(size)]


def _fill_object(  # noqa: PLR0913 - see iterate_edge_values
    schema: Mapping[str, Any],
    base: Mapping[str, Any],
    turns: Iterator[int],
    write: Write,
    subject: Subject,
    *,
    whole: bool,
) -> dict[str, Any]:
    """Return an object with edge values in its members; the whole body is validated by who asks."""
    filled = dict(base)
    for name, member in schema.get("properties", {}).items():
        member_schema = resolve_schema(subject, member)
        if name not in base or (isinstance(base[name], str) and not is_free_text(name, member_schema)):
            continue
        values = iterate_edge_values(name, member_schema, base[name], turns, write, subject, whole=whole, within=True)
        filled[name] = next((value for value in values if value is not None), base[name])
    return filled


def _number_name(member: dict[str, Any], index: int) -> dict[str, Any]:
    """Return an object of a list with another name than the others, as names may have to be unique."""
    name = member.get("name")
    return {**member, "name": f"{index + 1} {name}"[: len(name)]} if isinstance(name, str) and index else member
