"""Errors in a request, as RFC 9457 problem details."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from conformance.model import Operation

PROBLEM_MEDIA_TYPE = "application/problem+json"
_STATED_SLUGS = {  # problem types that the description names
    "POST /evse_waitlist": "validation-failed-evse-waitlist",
    "POST /vehicle_waitlist": "validation-failed-vehicle-waitlist",
    "POST /regions": "validation-failed-regions",
    "POST /region_groups": "validation-failed-regions",
}
_PATH = "/:@!$&'()*+,;="  # stays unquoted in a path (RFC 3986, section 3.3); the path of a request is decoded
_BASE = _PATH + "[]"  # an address may be an IPv6 one


class Problem(Exception):  # noqa: N818
    """An error that ends a request. `slug` names the problem type, empty where the status says enough, such as 404.

    `members` are extension members of its document (RFC 9457, section 3.2).
    """

    def __init__(  # noqa: PLR0913
        self,
        status: int,
        slug: str = "",
        detail: str = "",
        *,
        errors: Mapping[str, list[str]] | None = None,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.detail = detail or HTTPStatus(status).description or HTTPStatus(status).phrase
        self.errors = errors
        self.members = dict(members or {})
        self.headers = dict(headers or {})

    def build_document(self, base: str, path: str = "") -> dict[str, Any]:
        """Return the problem document.

        `base` is the API's base URL, `path` the decoded path of the request below it.
        """
        document: dict[str, Any] = {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": quote(base, safe=_BASE, errors="replace") + quote(path, safe=_PATH, errors="replace"),
        }
        if self.slug:
            document["type"] = f"{base}/problems/{self.slug}/"
        if self.errors is not None:
            document["field_errors"] = dict(self.errors)
        return {**document, **self.members}


def build_not_found() -> Problem:
    """Return a 404: the resource does not exist, or the caller may not see it."""
    return Problem(404, detail="There is nothing here, or not for you.")


def build_malformed(operation: Operation, detail: str) -> Problem:
    """Return the problem of a body that cannot be decoded."""
    return Problem(choose_documented_status(operation, (400, 422)), "malformed-request", detail)


def build_rejected(operation: Operation, errors: Mapping[str, list[str]]) -> Problem:
    """Return the problem of a write refused for its content, with the errors of each field."""
    status = choose_documented_status(operation, (400, 422))
    if slug := _STATED_SLUGS.get(operation.key, ""):
        return Problem(status, slug, "Error on fields: " + ", ".join(sorted(errors)), errors=errors)
    verb = {"POST": "create", "PATCH": "update", "PUT": "update"}.get(operation.method, "request")
    slug = f"validation-failed-{verb}-{(operation.resource or operation.group).replace('.', '-').replace('_', '-')}"
    return Problem(status, slug, "Error on fields: " + ", ".join(sorted(errors)), errors=errors)


def build_parameter_problem(name: str, detail: str, slug: str = "invalid-parameter") -> Problem:
    """Return a 400 for a query parameter or header with an invalid value."""
    return Problem(400, slug, f"{name}: {detail}")


def choose_documented_status(operation: Operation, statuses: Iterable[int]) -> int:
    """Return the first of the statuses that the operation documents by number, else the first of all."""
    candidates = list(statuses)
    known = {response.status for response in operation.responses}
    return next((status for status in candidates if str(status) in known), candidates[0])
