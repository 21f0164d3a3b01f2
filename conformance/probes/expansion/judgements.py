"""Judgements of an expanded response beside the plain one. Pure; the probes of `expansion` send both requests."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.evidence.differences import ValueDifference
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse, find_expanded
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Outcome, Verdict

_SCHEMA_ERRORS = 3  # of one object, as more of them add nothing


class ExpandedPlace(NamedTuple):
    """A place in an expanded response: its value, and the link that stood there, if that is known."""

    pointer: str
    link: Any
    has_known_link: bool
    value: Any


def find_places(
    reference: OperationResponse | None, response: OperationResponse, expansion: Expansion
) -> Iterator[ExpandedPlace]:
    """Yield every place of an expand path, list members one by one, with the link of the reference."""
    links = dict(find_expanded(reference, expansion)) if reference else {}
    for pointer, value in find_expanded(response, expansion):
        link, known = links.get(pointer), pointer in links
        if not isinstance(value, list):
            yield ExpandedPlace(pointer, link, known, value)
            continue
        member_links = link if isinstance(link, list) and len(link) == len(value) else None
        for index, member in enumerate(value):
            yield ExpandedPlace(
                f"{pointer}/{index}", member_links[index] if member_links else None, member_links is not None, member
            )


def check_replacement(
    reference: OperationResponse | None, response: OperationResponse, expansion: Expansion, subject: Subject
) -> Iterator[Outcome]:
    """Check that each link became the object that it names, and that null stays null (EXP-02, 03, 06, 11)."""
    nested = "EXP-06" if expansion.parent else "EXP-02"
    also = (reference,) if reference else ()
    if not response.is_success:
        message = f"the documented expand={expansion.path} is refused"
        yield fail_case(response, nested, message, expected="2xx", actual=str(response.status), also=also)
        return
    for place in find_places(reference, response, expansion):
        if place.has_known_link and place.link is None:
            yield _judge_null(response, expansion, place, also)
        elif isinstance(place.value, dict):
            yield pass_case(response, nested)
            yield from _judge_object(response, expansion, place, subject, also)
        elif place.value is not None or place.has_known_link:
            yield fail_case(
                response,
                nested,
                f"expand={expansion.path} shows no object",
                expected="an object",
                actual=quote_json(place.value),
                pointer=place.pointer,
                also=also,
            )


def _judge_null(
    response: OperationResponse, expansion: Expansion, place: ExpandedPlace, also: tuple[OperationResponse, ...]
) -> Outcome:
    if place.value is None:
        return pass_case(response, "EXP-11")
    return fail_case(
        response,
        "EXP-11",
        f"expand={expansion.path} replaces a null link",
        expected="null",
        actual=quote_json(place.value),
        pointer=place.pointer,
        also=also,
    )


def _judge_object(
    response: OperationResponse,
    expansion: Expansion,
    place: ExpandedPlace,
    subject: Subject,
    also: tuple[OperationResponse, ...],
) -> Iterator[Outcome]:
    """Judge EXP-02 and EXP-03 of one object."""
    errors = subject.validators.validate_instance(expansion.schema, place.value) if expansion.schema else ()
    for error in errors[:_SCHEMA_ERRORS]:
        message = f"the object shown by expand={expansion.path} does not match its schema: {error.message}"
        if error.ambiguous:
            message += " (one reading: exactly one form may fit. The other: any form is valid, as intended)"
        yield judge_case(
            response,
            "EXP-02",
            Verdict.REVIEW if error.ambiguous else Verdict.FAIL,
            message,
            expected=error.expected,
            actual=error.actual,
            pointer=place.pointer + error.pointer,
        )
    if not errors:
        yield pass_case(response, "EXP-02")
    url = place.value.get("url")
    if not isinstance(place.link, str) or not isinstance(url, str):
        return
    if url == place.link:
        yield pass_case(response, "EXP-03")
    else:
        yield fail_case(
            response,
            "EXP-03",
            f"expand={expansion.path} shows another resource than the link names",
            expected=place.link,
            actual=url,
            pointer=f"{place.pointer}/url",
            also=also,
        )


def check_all_items(response: OperationResponse, expansions: tuple[Expansion, ...]) -> Iterator[Outcome]:
    """Check that every item of the list is expanded (EXP-08)."""
    if not response.is_success:
        return
    count, incomplete = 0, False
    for expansion in expansions:
        for place in find_places(None, response, expansion):
            count += place.value is not None
            if isinstance(place.value, str):
                incomplete = True
                yield fail_case(
                    response,
                    "EXP-08",
                    f"expand={expansion.path} does not expand an item of the list",
                    expected="an object in every item",
                    actual=quote_json(place.value),
                    pointer=place.pointer,
                )
    if count and not incomplete:
        yield pass_case(response, "EXP-08")


def find_lost_objects(
    alone: OperationResponse, together: OperationResponse, expansion: Expansion
) -> Iterator[ValueDifference]:
    """Yield the places where an expansion shows an object alone and none together with others."""
    values = {place.pointer: place.value for place in find_places(None, together, expansion)}
    for place in find_places(None, alone, expansion):
        if isinstance(place.value, dict) and not isinstance(values.get(place.pointer), dict):
            yield ValueDifference(place.pointer, place.value, values.get(place.pointer))


def blank_expansions(item: Any, expansions: tuple[Expansion, ...]) -> Any:
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
