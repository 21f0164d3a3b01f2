"""RUL-08: a value is as its schema's text says: aligned, or null if no user acts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from conformance.checks.base import Check
from conformance.description import Description, prose
from conformance.evidence.containers import build_pointer, list_containers, parse_moment
from conformance.evidence.documented_fields import find_documented_fields
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Request

_MAX_COMPLAINTS = 3  # about one body
_CREDENTIALS = frozenset({"authorization", "evenergy-user"})


class StatedValue(NamedTuple):
    """The statement on a property: its time is a multiple of so many seconds, or it is null if no user acts."""

    alignment_s: int
    is_null_without_user: bool


class StatedObject(NamedTuple):
    """An object that a text describes: the names of its properties, and the statements on some of them."""

    names: frozenset[str]
    stated: Mapping[str, StatedValue]


@lru_cache(maxsize=512)
def _find_objects(schema: str, description: Description) -> tuple[StatedObject, ...]:
    """Return the objects below a schema; none where nothing is said of any."""
    objects: dict[str, dict[str, StatedValue]] = {}
    for pointer in sorted(find_documented_fields(schema, description)):
        parent, _, name = pointer.rpartition("/properties/")
        node = description.resolve(pointer)
        text = str(node.get("description") or "") if isinstance(node, Mapping) else ""
        is_time = isinstance(node, Mapping) and node.get("format") == "date-time"
        alignment = prose.find_alignment(text) if is_time else 0
        objects.setdefault(parent, {})[name] = StatedValue(alignment, prose.is_null_without_user(text))
    found = tuple(
        StatedObject(frozenset(values), {name: value for name, value in values.items() if any(value)})
        for values in objects.values()
    )
    return found if any(thing.stated for thing in found) else ()


@lru_cache(maxsize=4096)  # objects of one kind have the same properties
def _choose_object(names: frozenset[str], schema: str, description: Description) -> Mapping[str, StatedValue]:
    """Return what is said of the object of a schema that has most of these properties; nothing where several do."""
    objects = _find_objects(schema, description)
    counts = [len(names & thing.names) for thing in objects]
    best = [thing for thing, count in zip(objects, counts, strict=True) if count == max(counts)]
    return best[0].stated if len(best) == 1 and max(counts) else {}


def check_stated_values(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check every value of a body on which the text of its schema makes a statement."""
    if not response.is_success or not response.is_own_method or response.json is UNREADABLE:
        return
    schema = response.operation.item_schema
    known = _find_objects(schema, subject.description) if schema else ()
    acts_for_nobody = has_no_user(response.exchange.request, subject)
    judged, complaints = 0, 0
    objects = ((path, value) for path, value in list_containers(response) if isinstance(value, dict))
    for path, value in objects if known else ():
        stated = _choose_object(frozenset(value), schema, subject.description)
        for name in stated.keys() & value.keys():
            complaint = _judge(value[name], stated[name], is_null=acts_for_nobody)
            judged += complaint is not None
            if complaint and complaints < _MAX_COMPLAINTS:
                complaints += 1
                message, expected = complaint
                yield fail_case(
                    response, "RUL-08", f"{name} {message}", expected=expected, actual=quote_json(value[name]),
                    pointer=build_pointer((path, name)),
                )  # fmt: skip
    if judged and not complaints:
        yield pass_case(response, "RUL-08")


def has_no_user(request: Request, subject: Subject) -> bool:
    """Return whether a request is known to act for no user: without a token, or as a client with a secret."""
    headers = {name.lower() for name, _ in request.headers}
    is_client = request.identity in subject.target.clients
    return not request.token_in and not headers & _CREDENTIALS and (is_client or not request.identity)


def _judge(value: Any, stated: StatedValue, *, is_null: bool) -> tuple[str, str] | tuple[()] | None:
    """Return message and expectation about a value, empty where it is as stated, None where nothing is said of it."""
    moment = parse_moment(value) if stated.alignment_s else None
    if moment is not None:
        times = (moment, moment.astimezone(UTC))
        minutes = stated.alignment_s // 60
        return (
            ()
            if any(_is_aligned(time, minutes) for time in times)
            else ("is not aligned as its description says", f"a multiple of {minutes} minutes")
        )
    if stated.is_null_without_user and is_null:
        return () if value is None else ("is shown although no user acts", "null")
    return None


def _is_aligned(moment: datetime, minutes: int) -> bool:
    return not (moment.minute % minutes or moment.second or moment.microsecond)


CHECKS = (Check(("RUL-08",), check_stated_values, by_body=True),)
