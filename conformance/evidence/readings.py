"""Violations that hold under only one of two admissible readings, which become cases for review. Pure."""

import re
from urllib.parse import parse_qs

import msgspec

from conformance.description.expansions import SCOPED_EXPANSION
from conformance.evidence.urls import extract_path
from conformance.model import Exchange, Location, Operation, Outcome, Reading, Verdict

# Refusals that the general documentation demands of all operations, by what it says of them.
_GENERAL_REFUSALS = {
    "VER-02": "a version that does not exist",
    "AUT-06": "a user header that names nobody",
    "EXP-10": "an undocumented expansion",
    "PAG-06": "a page size out of bounds",
    "PAG-08": "a page that does not exist",
    "PAG-10": "a malformed cursor",
    "FLT-04": "a malformed filter",
    "ERR-13": "a value that its schema forbids",
}
_STATUSES = re.compile(r"[1-5]\d\d( or [1-5]\d\d)*")
_REFUSALS = frozenset({400, 404, 422})
_TEXT_LIMITS = frozenset({"format", "pattern", "enum", "const"})
_EXPECTED_SUCCESS = re.compile(r"2(xx|\d\d)\b")
_SUCCESS = frozenset({"RSP-01", "RSP-12"})  # they accuse a refusal, whatever they expect
_OF_EVERY_RESPONSE = frozenset({"RSP-01", "ERR-01", "VER-01"})
_LONG_HEAD, _LONG_BODY = 2000, 1 << 16  # bytes that a proxy may find too long
_SECURITY = frozenset({"AUT-01", "AUT-02", "AUT-03", "AUT-04"})


def review_outcome(
    outcome: Outcome, operation: Operation, exchange: Exchange | None, *, are_scopes_known: bool = False
) -> Outcome:
    """Return an outcome, a violation as REVIEW with both readings where it rests on one that was chosen.

    `exchange` is the decisive one, None where it is not known. `are_scopes_known` says that the tokens of the target
    are known to have all scopes that the description names. A request without a token that is answered with success
    although one is needed stays a violation under every reading.
    """
    if outcome.verdict is not Verdict.FAIL or exchange is None or _is_open_door(outcome, exchange):
        return outcome
    reading = next(
        (
            reading
            for reading in _list_readings(outcome, operation, are_scopes_known=are_scopes_known)
            if _is_based_on(outcome, reading, exchange)
        ),
        None,
    )
    reading = (
        reading
        or _find_general_refusal(outcome, operation, exchange)
        or _find_general_header(outcome, operation, exchange)
        or _find_size_refusal(outcome, operation, exchange)
    )
    if reading is None:
        return outcome
    message = f"{outcome.message} (one reading: {reading.chosen} The other: {reading.published})"
    return msgspec.structs.replace(outcome, verdict=Verdict.REVIEW, message=message)


def _is_open_door(outcome: Outcome, exchange: Exchange) -> bool:
    return outcome.requirement == "AUT-01" and 200 <= exchange.status < 300


def _list_readings(outcome: Outcome, operation: Operation, *, are_scopes_known: bool) -> tuple[Reading, ...]:
    """Return the chosen readings at an operation that a requirement may rest on."""
    expansions = operation.expansions if outcome.requirement.startswith(("EXP-", "PAG-", "FLT-")) else ()
    places = (
        msgspec.structs.replace(expansion.reading, about=f"expand {expansion.path}")
        for expansion in expansions
        if expansion.reading and not (are_scopes_known and expansion.reading.about == SCOPED_EXPANSION)
    )
    return (*operation.readings, *places)


def _is_based_on(outcome: Outcome, reading: Reading, exchange: Exchange) -> bool:
    """Return whether a failure depends on a reading: on its statement, or on a request that follows it."""
    if reading.about == "security":
        return outcome.requirement in _SECURITY or (exchange.status in {401, 403} and _is_about_refusal(outcome))
    if reading.about == "scope":
        return outcome.requirement == "AUT-03"
    kind, _, name = reading.about.rpartition(" ")
    if kind in {"value", "absent", "absent property"}:
        return _is_based_on_text(outcome, reading, kind, name, exchange)
    path = reading.about.removeprefix("expand ")
    query = parse_qs(exchange.request.target[len(extract_path(exchange.request.target)) + 1 :])
    is_requested = any(value == path or value.startswith(f"{path}.") for value in query.get("expand", ()))
    return is_requested and (not outcome.pointer.startswith("/") or _is_below(outcome.pointer, path))


def _is_about_refusal(outcome: Outcome) -> bool:
    """Return whether an outcome accuses a server of refusing a request, rather than of how it says so."""
    return bool(_EXPECTED_SUCCESS.match(outcome.expected)) or outcome.requirement in _SUCCESS


def _is_based_on_text(outcome: Outcome, reading: Reading, kind: str, name: str, exchange: Exchange) -> bool:
    """Return whether a request was refused, or a filter ignored, as a text says in contradiction to its schema."""
    sent = _list_fields(exchange) if kind == "absent property" else _list_parameters(exchange)
    is_refused = exchange.status in _REFUSALS and _is_about_refusal(outcome)
    if kind == "value":
        return name.lower() in sent and (is_refused or outcome.requirement.startswith("FLT-"))
    applies = not reading.depends_on or any(other.lower() in sent for other in reading.depends_on)
    return is_refused and applies and name.lower() not in sent


def _list_parameters(exchange: Exchange) -> frozenset[str]:
    """Return the names of the query parameters and headers that a request has, in lower case."""
    target = exchange.request.target
    query = parse_qs(target[len(extract_path(target)) + 1 :], keep_blank_values=True)
    return frozenset(name.lower() for name in (*query, *(name for name, _ in exchange.request.headers)))


def _list_fields(exchange: Exchange) -> frozenset[str]:
    """Return the names of the fields of a JSON body that a request has, in lower case."""
    try:
        body = msgspec.json.decode(exchange.request.body)
    except msgspec.DecodeError:
        return frozenset()
    return frozenset(name.lower() for name in body) if isinstance(body, dict) else frozenset()


def _is_below(pointer: str, path: str) -> bool:
    """Return whether a JSON pointer is at a property path or below it, with or without lists around it."""
    names = [token for token in pointer.split("/")[1:] if not token.isdecimal()]
    expected = path.split(".")
    return any(names[start : start + len(expected)] == expected for start in range(2))


def _find_general_refusal(outcome: Outcome, operation: Operation, exchange: Exchange) -> Reading | None:
    """Return both readings of a refusal that the general documentation demands and the operation does not list."""
    subject = _GENERAL_REFUSALS.get(outcome.requirement)
    if subject is None or exchange.status >= 500 or not _STATUSES.fullmatch(outcome.expected):
        return None
    is_documented = any(operation.find_response(int(status)) for status in outcome.expected.split(" or "))
    if outcome.requirement == "VER-02" and not (is_documented and _has_version_parameter(operation)):
        published = "The description of the operation documents no such refusal, or no version that it takes."
    elif is_documented:
        return _find_untyped_filter(operation, outcome)
    else:
        published = f"The description of the operation documents no {outcome.expected}."
    chosen = f"The general documentation has {subject} refused with {outcome.expected}."
    return Reading("status", chosen, published)


def _has_version_parameter(operation: Operation) -> bool:
    headers = (parameter for parameter in operation.parameters if parameter.location is Location.HEADER)
    return any(header.name.lower().endswith("-version") for header in headers)


def _find_untyped_filter(operation: Operation, outcome: Outcome) -> Reading | None:
    """Return both readings of a filter that takes any text by its schema, such as a range of times."""
    parameter = operation.find_parameter(outcome.pointer.removeprefix("query:"))
    if outcome.requirement != "FLT-04" or parameter is None or parameter.schema.get("type") != "string":
        return None
    if parameter.schema.keys() & _TEXT_LIMITS:
        return None
    return Reading("filter", "It accepts what the other filters of its field accept.", "Its schema admits any text.")


def _find_general_header(outcome: Outcome, operation: Operation, exchange: Exchange) -> Reading | None:
    """Return both readings of an absent header of all responses that the documented response does not list."""
    if outcome.requirement != "VER-01" or outcome.actual != "absent" or exchange.request.operation != operation.key:
        return None
    name = outcome.pointer.removeprefix("header:")
    response = operation.find_response(exchange.status)
    if response is None or any(header.name.lower() == name.lower() for header in response.headers):
        return None
    return Reading(
        "header",
        f"The general documentation has {name} in every response.",
        f"The description documents no {name} in this one.",
    )


def _find_size_refusal(outcome: Outcome, operation: Operation, exchange: Exchange) -> Reading | None:
    """Return both readings of the refusal of a long message, which a proxy may answer before the API sees it."""
    request = exchange.request
    head = len(request.target) + sum(len(name) + len(value) for name, value in request.headers)
    is_too_long = (exchange.status in {414, 431} and head > _LONG_HEAD) or (
        exchange.status == 413 and len(request.body) > _LONG_BODY
    )
    if outcome.requirement not in _OF_EVERY_RESPONSE or not is_too_long or operation.find_response(exchange.status):
        return None
    return Reading(
        "size",
        "Every response is one that the API documents.",
        f"A proxy may refuse a message of this length with {exchange.status} (RFC 9110, section 4.1).",
    )
