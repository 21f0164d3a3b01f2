"""Methods that a server allows at a path, compared with those that its description documents there. Pure."""

from conformance.evidence.responses import OperationResponse
from conformance.evidence.urls import extract_path, match_path
from conformance.model import ResourceModel

# A server may answer these of itself, and none of them does more than a documented one.
_GENERAL = frozenset({"HEAD", "OPTIONS", "TRACE", ""})


def list_allowed_methods(response: OperationResponse) -> frozenset[str]:
    """Return the methods that the Allow header of a response names, in upper case; empty where it has none."""
    http_response = response.exchange.response
    allow = http_response.find_header("allow") if http_response else None
    return frozenset(method.strip().upper() for method in (allow or "").split(",")) - {""}


def find_missing_methods(response: OperationResponse, model: ResourceModel) -> tuple[str, ...]:
    """Return the methods that are documented at the path of a response's operation and that Allow leaves out."""
    documented = {operation.method for operation in model.operations if operation.path == response.operation.path}
    return tuple(sorted(documented - list_allowed_methods(response)))


def find_surplus_methods(response: OperationResponse, model: ResourceModel) -> tuple[str, ...]:
    """Return the methods that the Allow header of a response names and no operation at its path has.

    One of them may be an operation that the description no longer has, and that is still served.
    """
    request = response.exchange.request
    path = extract_path(request.target)
    documented = {o.method for o in model.operations if match_path(o.path, path) is not None}
    allowed = list_allowed_methods(response)
    return tuple(sorted(allowed - documented - _GENERAL - {request.method})) if documented else ()
