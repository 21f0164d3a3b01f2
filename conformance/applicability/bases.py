"""Bases: the documentation that a requirement needs before a server can be judged by it.

A requirement names its bases (`basis` in `specs/requirements`). Where one is not documented, its cases are
NOT_APPLICABLE with the reason given here, so that a server of any OpenAPI 3.1 description can be tested.
"""

from types import MappingProxyType

import msgspec

from conformance.applicability.selectors import Selector
from conformance.model import Operation, Operator, Requirement, ResourceModel

_PROBLEM_JSON = "application/problem+json"
_RATE_HEADERS = frozenset({"x-ratelimit-limit", "x-ratelimit-remaining"})
_REFUSALS = frozenset({"400", "422", "4XX", "DEFAULT"})
_API_VERSION = "2"  # the version that the suite requests
_VERSION_HEADER = "evenergy-version"
_ULID = "{26}"  # in a pattern of ids


class Basis(msgspec.Struct, frozen=True):
    """Something that a description documents or not; `absence` is the reason where it does not."""

    absence: str
    is_documented: Selector


def find_missing_basis(requirement: Requirement, operation: Operation, model: ResourceModel) -> str:
    """Return the reason why a requirement has no basis in the description; empty where it has all that it names."""
    missing = (BASES[name].absence for name in requirement.basis if not BASES[name].is_documented(operation, model))
    return next(missing, "")


def has_general_rules(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the description is of the API whose developer documentation has rules for all operations."""
    return model.version_header.lower() == _VERSION_HEADER


def _has_version_header(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a request header selects the version that the suite requests, and responses state it."""
    enums = ((_API_VERSION,) if enum is None else enum for enum in model.version_enums)
    versions = {str(value) for enum in enums for value in enum}
    return versions == {_API_VERSION} and _has_response_header(model, frozenset({model.version_header.lower()}))


def _has_response_header(model: ResourceModel, names: frozenset[str]) -> bool:
    return not names.isdisjoint(model.response_headers)


def _has_rate_headers(operation: Operation, model: ResourceModel) -> bool:
    return _has_response_header(model, _RATE_HEADERS)


def _has_rate_limit(operation: Operation, model: ResourceModel) -> bool:
    refusals = (response for candidate in model.operations for response in candidate.responses)
    return _has_response_header(model, _RATE_HEADERS) and any(response.status == "429" for response in refusals)


def _has_link_header(operation: Operation, model: ResourceModel) -> bool:
    return _has_response_header(model, frozenset({"link"}))


def _has_problem_documents(operation: Operation, model: ResourceModel) -> bool:
    """Return whether errors are problem documents: those of the operation, or of others where it documents none."""
    own = _list_error_media(operation)
    return _PROBLEM_JSON in (own or {media for candidate in model.operations for media in _list_error_media(candidate)})


def _list_error_media(operation: Operation) -> set[str]:
    return {
        media.type
        for response in operation.responses
        if response.status[:1] in {"4", "5"} or response.status.lower() == "default"
        for media in response.media
    }


def _has_ulids(operation: Operation, model: ResourceModel) -> bool:
    return any(
        resource.prefix and (not resource.id_pattern or _ULID in resource.id_pattern) for resource in model.resources
    )


def _has_own_urls(operation: Operation, model: ResourceModel) -> bool:
    return any(link.own for resource in model.resources for link in resource.links)


def _has_not_found(operation: Operation, model: ResourceModel) -> bool:
    return operation.find_response(404) is not None or has_general_rules(operation, model)


def _has_method_refusal(operation: Operation, model: ResourceModel) -> bool:
    responses = (response for candidate in model.operations for response in candidate.responses)
    return has_general_rules(operation, model) or any(response.status == "405" for response in responses)


def _has_refusal(operation: Operation, model: ResourceModel) -> bool:
    own = any(response.status.upper() in _REFUSALS for response in operation.responses)
    return own or has_general_rules(operation, model)


def _build_page_size_predicate(keyword: str) -> Selector:
    """Return a predicate whether the page size parameter has a schema keyword, such as `default` or `maximum`."""

    def is_documented(operation: Operation, model: ResourceModel) -> bool:
        parameter = operation.find_parameter(operation.pagination.size) if operation.pagination else None
        return has_general_rules(operation, model) or (parameter is not None and keyword in parameter.schema)

    return is_documented


def _has_filter_operators(operation: Operation, model: ResourceModel) -> bool:
    filters = (query_filter for candidate in model.operations for query_filter in candidate.filters)
    return has_general_rules(operation, model) or any(
        query_filter.operator is not Operator.EQ for query_filter in filters
    )


def _has_bearer_token(operation: Operation, model: ResourceModel) -> bool:
    """Return whether every way to call the operation takes a bearer token."""
    return bool(operation.security) and all(
        any(scheme.scheme in model.token_schemes for scheme in alternative) for alternative in operation.security
    )


BASES: MappingProxyType[str, Basis] = MappingProxyType(
    {
        "version-header": Basis("the description documents no version header", _has_version_header),
        "rate-headers": Basis("the description documents no X-RateLimit headers", _has_rate_headers),
        "rate-limit": Basis("the description documents no rate limit with a 429 response", _has_rate_limit),
        "link-header": Basis("the description documents no Link header", _has_link_header),
        "page-size-default": Basis(
            "the description documents no default page size for it", _build_page_size_predicate("default")
        ),
        "page-size-limits": Basis(
            "the description documents no limits of the page size for it", _build_page_size_predicate("maximum")
        ),
        "filter-operators": Basis("the description does not say how its filters compare", _has_filter_operators),
        "problem-details": Basis("the description documents no problem details for its errors", _has_problem_documents),
        "problem-types": Basis("the description documents no URLs of problem types", lambda o, m: bool(m.problem_base)),
        "field-errors": Basis(
            "the description documents no field_errors in its errors", lambda o, m: m.has_field_errors
        ),
        "id-pattern": Basis(
            "the description documents no prefix of ids", lambda o, m: any(resource.prefix for resource in m.resources)
        ),
        "ulid": Basis("the description documents no ids that are ULIDs", _has_ulids),
        "own-url": Basis("the description documents no resource that names its own URL", _has_own_urls),
        "not-found": Basis("the description documents no 404 for it", _has_not_found),
        "method-refusal": Basis("the description documents no 405", _has_method_refusal),
        "refusal": Basis("the description documents no refusal of bad input for it", _has_refusal),
        "bearer-token": Basis("the description documents no bearer token for it", _has_bearer_token),
        "token-endpoint": Basis(
            "the description documents no token endpoint for client credentials", lambda o, m: m.has_client_credentials
        ),
        "response-type": Basis(
            "the description documents no response_type parameter for it",
            lambda o, m: o.find_parameter("response_type") is not None,
        ),
        "general-rules": Basis(
            "the description does not require it, and no general rules of this API are known", has_general_rules
        ),
    }
)
