"""Judgements of an expanded response beside the plain one. Pure; the probes of `expansion` send both requests."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.evidence.differences import Difference
from conformance.evidence.outcomes import passed, quote, violated
from conformance.evidence.responses import Answer, expanded_at
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Outcome

_SCHEMA_ERRORS = 3  # of one object, as more of them add nothing


class Place(NamedTuple):
    """A place in an expanded response: its value, and the link that stood there, if that is known."""

    pointer: str
    link: Any
    known: bool
    value: Any


def places(reference: Answer | None, response: Answer, expansion: Expansion) -> Iterator[Place]:
    """Yield every place of an expand path, list members one by one, with the link of the reference."""
    links = dict(expanded_at(reference, expansion)) if reference else {}
    for pointer, value in expanded_at(response, expansion):
        link, known = links.get(pointer), pointer in links
        if not isinstance(value, list):
            yield Place(pointer, link, known, value)
            continue
        member_links = link if isinstance(link, list) and len(link) == len(value) else None
        for index, member in enumerate(value):
            yield Place(
                f"{pointer}/{index}", member_links[index] if member_links else None, member_links is not None, member
            )


def replaced(reference: Answer | None, response: Answer, expansion: Expansion, subject: Subject) -> Iterator[Outcome]:
    """Check that each link became the object that it names, and that null stays null (EXP-02, 03, 06, 11)."""
    nested = "EXP-06" if expansion.parent else "EXP-02"
    also = (reference,) if reference else ()
    if not response.ok:
        message = f"the documented expand={expansion.path} is refused"
        yield violated(response, nested, message, expected="2xx", actual=str(response.status), also=also)
        return
    for place in places(reference, response, expansion):
        if place.known and place.link is None:
            yield _judge_null(response, expansion, place, also)
        elif isinstance(place.value, dict):
            yield passed(response, nested)
            yield from _judge_object(response, expansion, place, subject, also)
        elif place.value is not None or place.known:
            yield violated(
                response,
                nested,
                f"expand={expansion.path} shows no object",
                expected="an object",
                actual=quote(place.value),
                pointer=place.pointer,
                also=also,
            )


def _judge_null(response: Answer, expansion: Expansion, place: Place, also: tuple[Answer, ...]) -> Outcome:
    if place.value is None:
        return passed(response, "EXP-11")
    return violated(
        response,
        "EXP-11",
        f"expand={expansion.path} replaces a null link",
        expected="null",
        actual=quote(place.value),
        pointer=place.pointer,
        also=also,
    )


def _judge_object(
    response: Answer, expansion: Expansion, place: Place, subject: Subject, also: tuple[Answer, ...]
) -> Iterator[Outcome]:
    """Judge EXP-02 and EXP-03 of one object."""
    errors = subject.validators.schema(expansion.schema, place.value) if expansion.schema else ()
    for error in errors[:_SCHEMA_ERRORS]:
        yield violated(
            response,
            "EXP-02",
            f"the object shown by expand={expansion.path} does not match its schema: {error.message}",
            expected=error.expected,
            actual=error.actual,
            pointer=place.pointer + error.pointer,
        )
    if not errors:
        yield passed(response, "EXP-02")
    url = place.value.get("url")
    if not isinstance(place.link, str) or not isinstance(url, str):
        return
    if url == place.link:
        yield passed(response, "EXP-03")
    else:
        yield violated(
            response,
            "EXP-03",
            f"expand={expansion.path} shows another resource than the link names",
            expected=place.link,
            actual=url,
            pointer=f"{place.pointer}/url",
            also=also,
        )


def all_items(response: Answer, expansions: tuple[Expansion, ...]) -> Iterator[Outcome]:
    """Check that every item of the list is expanded (EXP-08)."""
    if not response.ok:
        return
    count, incomplete = 0, False
    for expansion in expansions:
        for place in places(None, response, expansion):
            count += place.value is not None
            if isinstance(place.value, str):
                incomplete = True
                yield violated(
                    response,
                    "EXP-08",
                    f"expand={expansion.path} does not expand an item of the list",
                    expected="an object in every item",
                    actual=quote(place.value),
                    pointer=place.pointer,
                )
    if count and not incomplete:
        yield passed(response, "EXP-08")


def lost(alone: Answer, together: Answer, expansion: Expansion) -> Iterator[Difference]:
    """Yield the places where an expansion shows an object alone and none together with others."""
    values = {place.pointer: place.value for place in places(None, together, expansion)}
    for place in places(None, alone, expansion):
        if isinstance(place.value, dict) and not isinstance(values.get(place.pointer), dict):
            yield Difference(place.pointer, place.value, values.get(place.pointer))


def two_shapes(subject: Subject, schema: str, difference: Difference) -> bool:
    """Return whether the differing member has several object schemas; lists may then show a shorter one."""
    resolve, deref = subject.description.resolve, subject.description.deref
    known = deref(resolve(schema)) if schema else {}
    member = deref(known.get("properties", {}).get(difference.first, {}))
    forms = [deref(form) for key in ("oneOf", "anyOf") for form in member.get(key, ())]
    objects = [form for form in forms if "properties" in form or "allOf" in form]
    return len(objects) > 1 and difference.pointer.count("/") > 1


def blank(item: Any, expansions: tuple[Expansion, ...]) -> Any:
    """Return a copy of an item in which the expanded places hold a placeholder."""
    for expansion in expansions:
        path = f"{expansion.within}.{expansion.path}" if expansion.within else expansion.path
        item = _blank_path(item, path.replace("[]", "").split("."))
    return item


def _blank_path(item: Any, path: list[str]) -> Any:
    if isinstance(item, list):
        return [_blank_path(member, path) for member in item]
    if not isinstance(item, dict) or path[0] not in item:
        return item
    rest = "(expanded)" if len(path) == 1 else _blank_path(item[path[0]], path[1:])
    return {**item, path[0]: rest}
