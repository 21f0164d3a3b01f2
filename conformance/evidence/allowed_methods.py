"""Methods that a server allows at a path, and that its description does not document there. Pure."""

from conformance.evidence.responses import OperationResponse, extract_path, match_path
from conformance.model import ResourceModel

# A server may answer these of itself, and none of them does more than a documented one.
_GENERAL = frozenset({"HEAD", "OPTIONS", "TRACE", ""})


def find_surplus_methods(response: OperationResponse, model: ResourceModel) -> tuple[str, ...]:
    """Return the methods that the Allow header of a response names and no operation at its path has.

    One of them may be an operation that the description no longer has, and that is still served.
    """
    http_response, request = response.exchange.response, response.exchange.request
    allow = http_response.find_header("allow") if http_response else None
    path = extract_path(request.target)
    documented = {o.method for o in model.operations if match_path(o.path, path) is not None}
    allowed = {method.strip().upper() for method in (allow or "").split(",")}
    return tuple(sorted(allowed - documented - _GENERAL - {request.method})) if documented else ()
