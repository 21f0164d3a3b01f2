"""Rules for examples (DSC-04, DSC-07, DSC-09): they are valid, their ids are ULIDs, their links lead to a path."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance.description.lint.context import LintContext, find_strings
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.lint.rules.document import find_invalid_schemas
from conformance.description.path_templates import split_path
from conformance.model import Level
from conformance.tools.ulid import is_ulid

_ID = re.compile(r"(?<![A-Za-z0-9_])([a-z]{4})([0-9A-Z]{20,30})(?![A-Za-z0-9])")
_PARAMETER = re.compile(r"\\{[^{}/]+\\}")


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
            for prefix, rest in _ID.findall(text):
                if not is_ulid(rest) and (len(rest) == 26 or prefix in prefixes):
                    yield RuleViolation(at, f"{prefix}{rest} has no ULID after its prefix", "a ULID", prefix + rest)


def _compile_paths(reading: LintContext) -> re.Pattern[str]:
    """Return a pattern of the paths below the base path, with parameters filled in."""
    templates = (_PARAMETER.sub("[^/?#]+", re.escape(path.rstrip("/"))) for path in reading.document["paths"])
    return re.compile(rf"{re.escape(reading.model.base_path)}(?:{'|'.join(templates)})/?")


def _find_broken_links(reading: LintContext) -> Iterator[RuleViolation]:
    hosts = {urlsplit(str(server.get("url", ""))).netloc for server in reading.document.get("servers") or ()} - {""}
    served, base = _compile_paths(reading), split_path(reading.model.base_path)
    problems = reading.model.problem_base
    for example in reading.examples:
        for pointer, text in find_strings(example):
            if not text.startswith("http") or (problems and text.startswith(problems)):
                continue
            parts = urlsplit(text)
            if parts.netloc in hosts and not served.fullmatch(parts.path):
                is_below = split_path(parts.path)[: len(base)] == base
                reason = (
                    "no path of the description serves it" if is_below else f"it is not below {reading.model.base_path}"
                )
                yield RuleViolation(
                    pointer, f"the example link {text} leads nowhere: {reason}", "a documented path", parts.path
                )


RULES = (
    LintRule("example-invalid", "DSC-04", Level.SHOULD, "An example breaks its schema.", _find_invalid_examples),
    LintRule("example-id", "DSC-07", Level.SHOULD, "An id in an example has no ULID.", _find_invalid_ids),
    LintRule("example-link", "DSC-09", Level.SHOULD, "A link in an example leads to no path.", _find_broken_links),
)
