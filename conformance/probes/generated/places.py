"""Places in a request: which requirement a defect there violates, and where servers may read a request otherwise."""

from conformance.evidence.subject import Subject
from conformance.model import Operation, Request, Role
from conformance.validation import validate_request


def find_wrong_places(request: Request, operation: Operation, subject: Subject) -> tuple[str, ...]:
    """Return the places that the compiled validators reject, as `query:page_size`, `header:NAME` or `body`."""
    errors = validate_request(subject.validators, operation, request)
    return tuple(dict.fromkeys(error.pointer.partition("/")[0] for error in errors))


def find_requirements(request: Request, operation: Operation, subject: Subject) -> frozenset[str]:
    """Return the requirements that a request is a case of: those of its wrong places, or RSP-12 if it is valid."""
    places = find_wrong_places(request, operation, subject)
    return frozenset(find_requirement(operation, place) for place in places) if places else frozenset({"RSP-12"})


def find_possible_requirements(operation: Operation, requirements: tuple[str, ...]) -> tuple[str, ...]:
    """Return the requirements that a generated case of the operation could be about."""
    places = [f"{parameter.location}:{parameter.name}" for parameter in operation.parameters]
    possible = {find_requirement(operation, place) for place in places}
    return tuple(requirement for requirement in requirements if requirement in possible or requirement == "RSP-12")


def find_requirement(operation: Operation, place: str) -> str:
    """Return the requirement that a request with a defect at a place falls under; empty where there is none."""
    location, _, name = place.partition(":")
    if location == "header" and name.lower() == operation.user_header.lower():
        return ""  # a server may take other spellings of a user; AUT-06 has a probe that says which may not show data
    if not operation.is_safe:
        return "WRT-06" if location == "body" else "ERR-08"
    match location:
        case "query":
            return _requirement_of_query(operation, name)
        case "path":
            last = operation.path_parameters[-1].name if operation.path_parameters else ""
            return "IDS-06" if operation.role is Role.ITEM and name == last else ""
        case _:
            return "VER-02" if name.lower().endswith("-version") else ""


def _requirement_of_query(operation: Operation, name: str) -> str:
    paging = operation.pagination
    if name in {filter_.parameter for filter_ in operation.filters}:
        return "FLT-04"
    if paging and name and name in {paging.size, paging.page}:
        return "PAG-06" if name == paging.size else "PAG-08"
    if operation.ordering and name == operation.ordering.parameter:
        return ""  # servers fall back to their own order, and nothing says that they may not
    return "EXP-10" if name == "expand" else "ERR-13"


def has_only_known_values(operation: Operation, name: str) -> bool:
    """Return whether the target must know every value that the schema of a query parameter allows."""
    parameter = operation.find_parameter(name)
    if parameter is None or (operation.pagination and name == operation.pagination.size):
        return parameter is not None
    schema = parameter.schema.get("items", parameter.schema)
    return "enum" in schema or schema.get("type") == "boolean"
