"""DSC-08: errors are problems under standard header names; and which errors an operation forgets to document."""

from collections import Counter
from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.finding import Hit, Rule
from conformance.description.lint.reading import Reading
from conformance.description.operations import Stated
from conformance.description.schemas import Node
from conformance.model import Level

_PROBLEM = "application/problem+json"
_MEMBERS = frozenset({"type", "title", "status", "detail", "instance"})
# Response fields with a registered name that people write in other ways (IANA, HTTP Field Name Registry).
_NAMES = (
    "Allow", "Cache-Control", "Content-Language", "Deprecation", "ETag", "Last-Modified", "Link", "Location",
    "Retry-After", "Sunset", "Vary", "WWW-Authenticate",
)  # fmt: skip
_REGISTERED = {name.replace("-", "").lower(): name for name in _NAMES}


def _errors(reading: Reading) -> Iterator[tuple[Stated, str, Node, Node]]:
    for operation in reading.operations:
        for status, stated, response in reading.responses(operation):
            if status[:1] in {"4", "5"}:
                yield operation, status, stated, response


def _no_problem(reading: Reading) -> Iterator[Hit]:
    told: set[str] = set()
    for operation, status, _, response in _errors(reading):
        content = response.get("content") or {}
        if response.pointer in told:
            continue
        told.add(response.pointer)
        if _PROBLEM not in content:
            shown = ", ".join(content) or "no content"
            yield Hit(response.pointer, f"{operation.key}: {status} is documented without a problem", _PROBLEM, shown)
            continue
        schema = reading.schemas.child(response, "content", _PROBLEM, "schema")
        if schema is None or not _MEMBERS & reading.schemas.members(schema).keys():
            at = pointers.join(response.pointer, "content", _PROBLEM)
            yield Hit(at, f"{operation.key}: the content of {status} has no schema of a problem", "RFC 9457, section 3")


def _misspelled(reading: Reading) -> Iterator[Hit]:
    for node in reading.every("response"):
        for name in node.get("headers") or {}:
            standard = _REGISTERED.get(name.replace("-", "").replace("_", "").lower())
            if standard and standard.lower() != name.lower():
                at = pointers.join(node.pointer, "headers", name)
                yield Hit(at, f"the header {name} is called {standard}", standard, name, kind=name)


def _cased(reading: Reading) -> Iterator[Hit]:
    """Names that differ in case alone; HTTP does not mind, people and generated code do."""
    found = [(node, name) for node in reading.every("response") for name in node.get("headers") or {}]
    counts = Counter(name for _, name in found)
    usual: dict[str, str] = {}
    for name, _ in counts.most_common():
        usual.setdefault(name.lower(), name)
    for node, name in found:
        commonest = usual[name.lower()]
        if name != commonest:
            at = pointers.join(node.pointer, "headers", name)
            yield Hit(at, f"the header {name} is spelled {commonest} elsewhere", commonest, name, kind=name)


def _other_status(reading: Reading) -> Iterator[Hit]:
    """References to a response whose name holds another status."""
    for _, status, stated, _ in _errors(reading):
        target = str(stated.get("$ref") or "").rpartition("/")[2]
        told = next((target[i : i + 3] for i in range(len(target)) if target[i : i + 3].isdecimal()), "")
        if told and status.isdecimal() and told != status:
            yield Hit(stated.pointer, f"{status} refers to the response for {told}, {target}", status, told)


def _missing(reading: Reading) -> Iterator[Hit]:
    for operation in reading.operations:
        documented = {status for status, _, _ in reading.responses(operation)}
        reasons = {
            "400": operation.parameters and "takes parameters that can be wrong, a version among them",
            "401": operation.security and all(operation.security) and "needs a token",
            "406": "an Accept header may ask for what it cannot give",
            "429": "the allowance of requests may be spent",
        }
        for status, reason in reasons.items():
            if reason and not documented & {status, status[0] + "XX", "default"}:
                at = pointers.join(operation.node.pointer, "responses")
                yield Hit(at, f"{operation.key} documents no {status}: {reason}", status, kind=f"no {status}")


def _public(reading: Reading) -> Iterator[Hit]:
    for operation, status, stated, _ in _errors(reading):
        if status in {"401", "403"} and not operation.security:
            yield Hit(stated.pointer, f"{operation.key} needs no token, yet documents {status}", kind=status)


RULES = (
    Rule("error-no-problem", "DSC-08", Level.SHOULD, "An error is no problem document.", _no_problem),
    Rule("header-misspelled", "DSC-08", Level.SHOULD, "A standard header has another name.", _misspelled),
    Rule("header-case", "", Level.MAY, "A header is spelled in two ways.", _cased),
    Rule("error-other-status", "", Level.SHOULD, "A response is the one of another status.", _other_status),
    Rule("error-undocumented", "", Level.SHOULD, "An error that must be expected is not documented.", _missing),
    Rule("error-unneeded", "", Level.MAY, "A public operation documents 401 or 403.", _public),
)
