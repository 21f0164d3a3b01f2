"""DSC-08 (errors are problems, headers have standard names), and rules for errors that are not documented."""

from collections import Counter
from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.operations import StatedOperation
from conformance.description.schemas import DocumentNode
from conformance.model import Level

_PROBLEM = "application/problem+json"
_MEMBERS = frozenset({"type", "title", "status", "detail", "instance"})
# Registered response fields that are often misspelled (IANA, HTTP Field Name Registry).
_NAMES = (
    "Allow", "Cache-Control", "Content-Language", "Deprecation", "ETag", "Last-Modified", "Link", "Location",
    "Retry-After", "Sunset", "Vary", "WWW-Authenticate",
)  # fmt: skip
_REGISTERED = {name.replace("-", "").lower(): name for name in _NAMES}


def _list_errors(reading: LintContext) -> Iterator[tuple[StatedOperation, str, DocumentNode, DocumentNode]]:
    for operation in reading.operations:
        for status, stated, response in reading.list_responses(operation):
            if status[:1] in {"4", "5"}:
                yield operation, status, stated, response


def _find_errors_without_problem(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield errors that are no problem documents, where the description documents others that are."""
    if not any(_PROBLEM in (response.get("content") or {}) for _, _, _, response in _list_errors(reading)):
        return
    seen: set[str] = set()
    for operation, status, _, response in _list_errors(reading):
        content = response.get("content") or {}
        if response.pointer in seen:
            continue
        seen.add(response.pointer)
        if _PROBLEM not in content:
            media_types = ", ".join(content) or "no content"
            yield RuleViolation(
                response.pointer,
                f"{operation.key}: {status} is documented without problem details",
                _PROBLEM,
                media_types,
            )
            continue
        schema = reading.schemas.get_child(response, "content", _PROBLEM, "schema")
        if schema is None or not _MEMBERS & reading.schemas.list_properties(schema).keys():
            pointer = pointers.join(response.pointer, "content", _PROBLEM)
            yield RuleViolation(
                pointer,
                f"{operation.key}: the content of {status} has no schema of problem details",
                "RFC 9457, section 3",
            )


def _find_misspelled_headers(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("response"):
        for name in node.get("headers") or {}:
            standard = _REGISTERED.get(name.replace("-", "").replace("_", "").lower())
            if standard and standard.lower() != name.lower():
                pointer = pointers.join(node.pointer, "headers", name)
                yield RuleViolation(pointer, f"the header {name} is called {standard}", standard, name, kind=name)


def _find_differing_case(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield headers whose names differ only in case; HTTP ignores it, generated code does not."""
    headers = [(node, name) for node in reading.list_objects("response") for name in node.get("headers") or {}]
    counts = Counter(name for _, name in headers)
    usual: dict[str, str] = {}
    for name, _ in counts.most_common():
        usual.setdefault(name.lower(), name)
    for node, name in headers:
        commonest = usual[name.lower()]
        if name != commonest:
            pointer = pointers.join(node.pointer, "headers", name)
            yield RuleViolation(
                pointer, f"the header {name} is spelled {commonest} elsewhere", commonest, name, kind=name
            )


def _find_wrong_references(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield references to a response whose name holds another status."""
    for _, status, stated, _ in _list_errors(reading):
        target = str(stated.get("$ref") or "").rpartition("/")[2]
        named = next(
            (target[start : start + 3] for start in range(len(target)) if target[start : start + 3].isdecimal()), ""
        )
        if named and status.isdecimal() and named != status:
            yield RuleViolation(stated.pointer, f"{status} refers to the response for {named}, {target}", status, named)


def _find_undocumented_errors(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield operations that do not document an error which must be expected, and which others document."""
    promised = {status for _, status, _, _ in _list_errors(reading)}
    among = ", among them the version" if reading.model.version_header else ""
    for operation in reading.operations:
        documented = {status for status, _, _ in reading.list_responses(operation)}
        reasons = {
            "400": operation.parameters and f"takes parameters that can be invalid{among}",
            "401": operation.security and all(operation.security) and "needs a token",
            "406": "an Accept header may request a media type that it does not offer",
            "429": "the rate limit may be exceeded",
        }
        for status, reason in reasons.items():
            if reason and status in promised and not documented & {status, status[0] + "XX", "default"}:
                pointer = pointers.join(operation.node.pointer, "responses")
                yield RuleViolation(
                    pointer, f"{operation.key} documents no {status}: {reason}", status, kind=f"no {status}"
                )


def _find_unneeded_errors(reading: LintContext) -> Iterator[RuleViolation]:
    for operation, status, stated, _ in _list_errors(reading):
        if status in {"401", "403"} and not operation.security:
            yield RuleViolation(stated.pointer, f"{operation.key} needs no token, yet documents {status}", kind=status)


RULES = (
    LintRule(
        "error-no-problem", "DSC-08", Level.SHOULD, "An error is no problem document.", _find_errors_without_problem
    ),
    LintRule(
        "header-misspelled", "DSC-08", Level.SHOULD, "A standard header has another name.", _find_misspelled_headers
    ),
    LintRule("header-case", "", Level.MAY, "A header is spelled in two ways.", _find_differing_case),
    LintRule(
        "error-other-status", "", Level.SHOULD, "A response is the one of another status.", _find_wrong_references
    ),
    LintRule(
        "error-undocumented",
        "",
        Level.SHOULD,
        "An error that must be expected is not documented.",
        _find_undocumented_errors,
    ),
    LintRule("error-unneeded", "", Level.MAY, "A public operation documents 401 or 403.", _find_unneeded_errors),
)
