"""DSC-04, DSC-07 and DSC-09 on examples: they validate, their ids are ULIDs, their links lead to a path."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance.description.lint.finding import Hit, Rule
from conformance.description.lint.reading import Reading, strings
from conformance.description.lint.rules.whole import invalid_schemas
from conformance.description.paths import segments
from conformance.model import Level
from conformance.ulid import is_ulid

_ID = re.compile(r"(?<![A-Za-z0-9_])([a-z]{4})([0-9A-Z]{20,30})(?![A-Za-z0-9])")
_PARAMETER = re.compile(r"\\{[^{}/]+\\}")


def _invalid(reading: Reading) -> Iterator[Hit]:
    if any(True for _ in invalid_schemas(reading)):
        return  # DSC-01 tells of them; nothing can be judged by a document with a schema that is none
    for example in reading.examples:
        if example.schema:
            judge = reading.judge.written if example.written else reading.judge
            for fault in judge.schema(example.schema, example.value):
                at = example.pointer + fault.pointer
                yield Hit(at, f"the example breaks its schema: {fault.message}", fault.expected, fault.actual)


def _no_ulids(reading: Reading) -> Iterator[Hit]:
    prefixes = {each.prefix for each in reading.model.resources if each.prefix}
    for example in reading.examples:
        for at, text in strings(example):
            for prefix, rest in _ID.findall(text):
                if not is_ulid(rest) and (len(rest) == 26 or prefix in prefixes):
                    yield Hit(at, f"{prefix}{rest} has no ULID after its prefix", "a ULID", prefix + rest)


def _served(reading: Reading) -> re.Pattern[str]:
    """Paths below the base path, with parameters filled in."""
    templates = (_PARAMETER.sub("[^/?#]+", re.escape(path.rstrip("/"))) for path in reading.document["paths"])
    return re.compile(rf"{re.escape(reading.model.base_path)}(?:{'|'.join(templates)})/?")


def _stray_links(reading: Reading) -> Iterator[Hit]:
    hosts = {urlsplit(str(each.get("url", ""))).netloc for each in reading.document.get("servers") or ()} - {""}
    served, base = _served(reading), segments(reading.model.base_path)
    problems = reading.model.problem_base
    for example in reading.examples:
        for at, text in strings(example):
            if not text.startswith("http") or (problems and text.startswith(problems)):
                continue
            parts = urlsplit(text)
            if parts.netloc in hosts and not served.fullmatch(parts.path):
                inside = segments(parts.path)[: len(base)] == base
                why = "no path of the description serves it" if inside else f"it is not below {reading.model.base_path}"
                yield Hit(at, f"the example link {text} leads nowhere: {why}", "a documented path", parts.path)


RULES = (
    Rule("example-invalid", "DSC-04", Level.SHOULD, "An example breaks its schema.", _invalid),
    Rule("example-id", "DSC-07", Level.SHOULD, "An id in an example has no ULID.", _no_ulids),
    Rule("example-link", "DSC-09", Level.SHOULD, "A link in an example leads to no path.", _stray_links),
)
