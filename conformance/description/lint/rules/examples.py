"""Rules for examples (DSC-04, DSC-07, DSC-09): they are valid, their ids are ULIDs, their links lead to a path."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance.description.api import list_server_urls
from conformance.description.lint.context import LintContext, SchemaExample, find_strings
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.lint.rules.document import find_invalid_schemas
from conformance.model import Level
from conformance.tools.ulid import is_ulid

_ID = re.compile(r"(?<![A-Za-z0-9_])([a-z]{4})([0-9A-Z]{20,30})(?![A-Za-z0-9])")
_PARAMETER = re.compile(r"\\{[^{}/]+\\}")
_SIGNATURE = re.compile(r"[?&](?:x-amz-signature|x-goog-signature|signature|sig|awsaccesskeyid)=", re.IGNORECASE)
_FILE = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|ico|bmp|avif|pdf|csv|zip|gz|html?|css|js|txt|md|docx?|xlsx?|mp[34]|mov|ics|woff2?)$",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"\b(?:web ?view|browser|web ?page|web ?site|landing page|download|image|logo|icon|pre-?signed)\b", re.IGNORECASE
)


def _find_invalid_examples(reading: LintContext) -> Iterator[RuleViolation]:
    if any(True for _ in find_invalid_schemas(reading)):
        return  # DSC-01 reports them; a document with an invalid schema cannot validate anything
    for example in reading.examples:
        if example.schema:
            judge = reading.validator.request_validators if example.is_written_by_client else reading.validator
            for error in judge.validate_instance(example.schema, example.value):
                at = example.pointer + error.pointer
                yield RuleViolation(at, f"the example breaks its schema: {error.message}", error.expected, error.actual)


def _find_invalid_ids(reading: LintContext) -> Iterator[RuleViolation]:
    prefixes = {resource.prefix for resource in reading.model.resources if resource.prefix}
    for example in reading.examples:
        for at, text in find_strings(example):
            for prefix, rest in () if _is_file(text) else _ID.findall(text):
                if not is_ulid(rest) and (len(rest) == 26 or prefix in prefixes):
                    yield RuleViolation(at, f"{prefix}{rest} has no ULID after its prefix", "a ULID", prefix + rest)


def _compile_paths(reading: LintContext) -> re.Pattern[str]:
    """Return a pattern of the paths below a server, with parameters filled in."""
    templates = (_PARAMETER.sub("[^/?#]+", re.escape(path.rstrip("/"))) for path in reading.document["paths"])
    return re.compile(rf"(?:{'|'.join(templates)})/?")


def _list_bases_by_host(reading: LintContext) -> dict[str, tuple[str, ...]]:
    """Return the base paths of the servers by host and port, without a trailing slash."""
    bases: dict[str, tuple[str, ...]] = {}
    for url in map(urlsplit, list_server_urls(reading.document)):
        if url.netloc:
            bases[url.netloc] = (*bases.get(url.netloc, ()), url.path.rstrip("/"))
    return bases


def _is_file(text: str) -> bool:
    """Return whether a text is the URL of a file, or one that a storage service signed: neither is a resource."""
    is_url = text.startswith(("http://", "https://"))
    return is_url and bool(_SIGNATURE.search(text) or _FILE.search(urlsplit(text).path))


def _is_page(reading: LintContext, example: SchemaExample, pointer: str) -> bool:
    """Return whether the text of the property that an example value illustrates speaks of a page or file."""
    schema = reading.schemas.get_node(example.schema) if example.schema else None
    for token in pointer[len(example.pointer) :].split("/")[1:]:
        if schema is None:
            return False
        if token.isdecimal():
            schema = reading.schemas.get_items(schema) or schema
        else:
            schema = reading.schemas.list_properties(schema).get(token)
    return schema is not None and bool(_PAGE.search(str(schema.get("description") or "")))


def _find_broken_links(reading: LintContext) -> Iterator[RuleViolation]:
    bases = _list_bases_by_host(reading)
    served = _compile_paths(reading)
    problems = reading.model.problem_base
    for example in reading.examples:
        for pointer, text in find_strings(example):
            if not text.startswith("http") or (problems and text.startswith(problems)) or _is_file(text):
                continue
            parts = urlsplit(text)
            known = bases.get(parts.netloc, ())
            below = [parts.path[len(base) :] for base in known if (parts.path + "/").startswith(base + "/")]
            if not below and _is_page(reading, example, pointer):
                continue  # beside the API, for people
            if known and not any(served.fullmatch(path) for path in below):
                reason = "no path of the description serves it" if below else f"it is not below {' or '.join(known)}"
                yield RuleViolation(
                    pointer, f"the example link {text} leads to no resource: {reason}", "a documented path", parts.path
                )


RULES = (
    LintRule("example-invalid", "DSC-04", Level.SHOULD, "An example breaks its schema.", _find_invalid_examples),
    LintRule("example-id", "DSC-07", Level.SHOULD, "An id in an example has no ULID.", _find_invalid_ids),
    LintRule("example-link", "DSC-09", Level.SHOULD, "A link in an example leads to no path.", _find_broken_links),
)
