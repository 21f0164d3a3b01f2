"""PAG-05 and PAG-12: page links keep the parameters of the request, and state each of them once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urljoin

from conformance.checks.base import Check
from conformance.evidence.filter_semantics import parse_comparable
from conformance.evidence.outcomes import fail_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Location, Operation, Outcome, Pagination
from conformance.tools.link_header import BLANK_TARGET, LinkSyntaxError, parse_link_header

_RELATIONS = ("previous", "next")
_POINTER = "header:Link"

Query = Mapping[str, list[str]]


def check_page_links(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Judge the links of a page by the request that led to it."""
    pagination, http_response = response.operation.pagination, response.exchange.response
    if pagination is None or http_response is None or not response.is_success or not response.is_own_method:
        return
    try:
        links = parse_link_header(", ".join(v for name, v in http_response.headers if name.lower() == "link"))
    except LinkSyntaxError:
        return  # PAG-01 reports it
    targets: dict[str, set[str]] = defaultdict(set)
    for link in links:
        for relation in link.rels:
            targets[relation].add(link.target)
    sent = _list_kept_values(response, pagination)
    outcomes: list[Outcome] = []
    for relation in _RELATIONS:
        outcomes += _check_one_target(response, relation, targets[relation])
        for target in targets[relation] - {BLANK_TARGET}:
            outcomes += _check_target(response, relation, target, subject)
            outcomes += _check_kept(response, relation, target, sent)
    yield from outcomes
    failed = {outcome.requirement for outcome in outcomes}
    judged = {"PAG-12"} if any(targets.values()) else set()
    yield from (pass_case(response, requirement) for requirement in sorted(judged - failed))


def _check_one_target(response: OperationResponse, relation: str, targets: set[str]) -> Iterator[Outcome]:
    if len(targets) > 1:
        message, actual = f'two links with rel="{relation}" lead to different pages', ", ".join(sorted(targets))
        yield fail_case(response, "PAG-12", message, expected="one target", actual=actual, pointer=_POINTER)


def _check_target(response: OperationResponse, relation: str, target: str, subject: Subject) -> Iterator[Outcome]:
    """Check that a link stays on the target, and that no parameter with one value stands in it twice."""
    try:
        absolute = urljoin(response.exchange.url, target)
        is_inside = strip_base_url(subject.target.base_url, absolute) is not None
    except ValueError:
        return
    if not is_inside:
        message = f'rel="{relation}" leads outside the target'
        yield fail_case(response, "PAG-12", message, expected=subject.target.base_url, actual=target, pointer=_POINTER)
    asked, operation = _parse(response.exchange.request.target), response.operation
    repeated = [
        name
        for name, values in _parse(target).items()
        if len(values) > max(1, len(asked.get(name, ()))) and operation.find_parameter(name)
    ]
    repeated = [name for name in repeated if not _may_repeat(operation, name)]
    if repeated:
        message = f'rel="{relation}" names {", ".join(repeated)} more than once'
        yield fail_case(response, "PAG-12", message, expected="each parameter once", actual=target, pointer=_POINTER)


def _check_kept(response: OperationResponse, relation: str, target: str, sent: Query) -> Iterator[Outcome]:
    """Check that a link keeps the documented parameters of the request (PAG-05)."""
    linked = _parse(target)
    for name, values in sent.items():
        if {*map(_normalize, values)} != {*map(_normalize, linked.get(name, []))}:
            message, expected = f'rel="{relation}" does not keep {name}', f"{name}={','.join(values)}"
            yield fail_case(response, "PAG-05", message, expected=expected, actual=target, pointer=_POINTER)


def _list_kept_values(response: OperationResponse, pagination: Pagination) -> Query:
    """Return the parameters of the request that a link keeps: documented ones, with values in order."""
    paging = {pagination.after, pagination.before, pagination.page}
    documented = {expansion.path for expansion in response.operation.expansions}
    kept = {}
    for name, values in _parse(response.exchange.request.target).items():
        parameter = response.operation.find_parameter(name)
        is_list = _may_repeat(response.operation, name)
        if parameter is None or name in paging or "" in values or (len(values) > 1 and not is_list):
            continue
        if name != "expand" or {*values} <= documented:
            kept[name] = values
    return kept


def _may_repeat(operation: Operation, name: str) -> bool:
    """Return whether a parameter of the query is a list, which is written by repeating its name."""
    parameter = operation.find_parameter(name, Location.QUERY)
    kinds = parameter.schema.get("type", ()) if parameter else ()
    return "array" in ([kinds] if isinstance(kinds, str) else kinds) or name == "expand"


def _parse(target: str) -> dict[str, list[str]]:
    return parse_qs(target.partition("?")[2].partition("#")[0], keep_blank_values=True)


def _normalize(value: str) -> object:
    """Return a value in the form in which it is compared: numbers and times parsed, words in lower case."""
    comparable = parse_comparable(value)
    return value.casefold() if comparable is None else comparable


CHECKS = (Check(("PAG-05", "PAG-12"), check_page_links),)
