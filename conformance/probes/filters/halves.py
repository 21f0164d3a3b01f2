"""FLT-10 and FLT-11: true and false share no item, and case makes no difference where the description says so."""

import re
from collections.abc import Iterator

from conformance.evidence.filter_semantics import get_filtered_values
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Filter, Location, Operation, Operator, Outcome, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_populated_list, report_untested
from conformance.probes.toolkit.pages import item_key, parse_page, read_whole_list
from conformance.probes.toolkit.refusals import check_accepted
from conformance.probes.toolkit.repetition import confirm_violations

_ANY_CASE = re.compile(r"case[- ]insensitive|whatever its case|regardless of case|ignoring case", re.IGNORECASE)
_WHOLE = re.compile(r"\bexact|\bwith this\b", re.IGNORECASE)
_PATTERN = re.compile(r"wildcard|pattern|contain|search|part of|partial", re.IGNORECASE)
_EXACT = re.compile(r"\bexact", re.IGNORECASE)
_WILDCARDS = "_%"  # of SQL: they stand for one letter, and for any
_MAX_LITERAL = 2  # filters of a list that are tried with wildcards


def list_switches(operation: Operation) -> list[str]:
    """Return the names of filters that are true or false and whose field the description does not name."""
    parameters = {f.parameter: operation.find_parameter(f.parameter) for f in operation.filters if not f.field}
    return [name for name, parameter in parameters.items() if parameter and parameter.schema.get("type") == "boolean"]


def has_switches(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a list has a filter that is true or false and names no field."""
    return operation.role is Role.LIST and bool(list_switches(operation))


def _switch_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    reader = choose_reader_kind(operation, model)
    halves = Need(f"halves {operation.key}", 2 * len(list_switches(operation)), reader)
    return (*plain_read_needs(operation, model, reader), Need(f"read {operation.path} whole", identity=reader), halves)


def split_list(operation: Operation, subject: Subject) -> Steps[None]:
    """Request both halves of a list, and compare them with the whole (FLT-10)."""
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    if isinstance(populated_list, Missing):
        yield from report_untested(("FLT-10",), operation, populated_list)
        return
    call, plain = populated_list
    whole = yield from read_whole_list(call, plain)
    size = whole.exchange.request.target.partition("?")[2]
    for name in list_switches(operation):
        halves = []
        for value in ("true", "false"):
            target = f"{call.path}?{'&'.join(part for part in (size, f'{name}={value}') if part)}"
            response = yield from send(operation, call.build_request_to(target))
            yield from check_accepted(response, "FLT-10", f"{name}={value}", f"query:{name}")
            halves.append(response)
        if all(half.is_success for half in halves):
            yield from _judge_halves(name, halves[0], halves[1], whole)


def _judge_halves(
    name: str, first: OperationResponse, second: OperationResponse, whole: OperationResponse
) -> Iterator[Outcome]:
    keys = [[item_key(item, r.operation) for _, item in r.objects] for r in (whole, first, second)]
    both = sorted({*keys[1]} & {*keys[2]})
    complete = all(r.operation.pagination is None or parse_page(r).is_last for r in (first, second))
    neither = [key for key in keys[0] if key not in keys[1] and key not in keys[2]] if complete else []
    if both:
        message = f"{name}=true and {name}=false show the same items, {len(both)} in all"
        yield fail_case(
            second, "FLT-10", message, expected="no item in both", actual=quote_json(both[:3]),
            pointer=f"query:{name}", also=(first,),
        )  # fmt: skip
    elif neither:
        message = f"items are neither in {name}=true nor in {name}=false, {len(neither)} in all"
        yield judge_case(
            second, "FLT-10", Verdict.REVIEW, message, expected="each item in one of them",
            actual=quote_json(neither[:3]), pointer=f"query:{name}", also=(first, whole),
        )  # fmt: skip
    else:
        yield pass_case(second, "FLT-10")


def list_caseless(operation: Operation, subject: Subject) -> list[Filter]:
    """Return the filters by equality whose text says that the case of the value makes no difference."""
    return [f for f in _list_by_value(operation) if _ANY_CASE.search(_read_text(operation, f, subject))]


def list_exact(operation: Operation, subject: Subject) -> list[Filter]:
    """Return the filters by equality whose text says that they are exact, and nothing of case."""
    texts = [(f, _read_text(operation, f, subject)) for f in _list_by_value(operation)]
    return [query_filter for query_filter, text in texts if _EXACT.search(text) and not _ANY_CASE.search(text)]


def list_literal(operation: Operation, subject: Subject) -> list[Filter]:
    """Return some filters by equality on a text whose value is no pattern, as far as their text says; by the seed."""
    filters = [f for f in _list_by_value(operation) if not f.by_id_of and _is_plain_text(operation, f)]
    literal = [f for f in filters if not _PATTERN.search(_read_text(operation, f, subject))]
    first = subject.make_random("literal", operation.key).randrange(len(literal)) if literal else 0
    return [*literal[first:], *literal[:first]][:_MAX_LITERAL]


def _list_by_value(operation: Operation) -> list[Filter]:
    return [f for f in operation.filters if f.field and f.operator in {Operator.EQ, Operator.IN}]


def _read_text(operation: Operation, query_filter: Filter, subject: Subject) -> str:
    """Return what the description says of the parameter of a filter."""
    path_item = subject.description.document["paths"][operation.path]
    for entry in (*path_item.get("parameters", ()), *path_item[operation.method.lower()].get("parameters", ())):
        parameter = subject.description.dereference(entry)
        if parameter.get("name") == query_filter.parameter and parameter.get("in") == Location.QUERY:
            return str(parameter.get("description", ""))
    return ""


def has_text_filter(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a list has a filter by equality on a text; the description's own text is read later."""
    return operation.role is Role.LIST and any(
        not f.by_id_of and _is_plain_text(operation, f) for f in _list_by_value(operation)
    )


def _case_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    reader = choose_reader_kind(operation, model)
    texts = sum(not f.by_id_of and _is_plain_text(operation, f) for f in _list_by_value(operation))
    count = 2 + len(_WILDCARDS) * min(texts, _MAX_LITERAL)
    return (*plain_read_needs(operation, model, reader), Need(f"case {operation.key}", count, reader))


def _is_plain_text(operation: Operation, query_filter: Filter) -> bool:
    parameter = operation.find_parameter(query_filter.parameter)
    return parameter is not None and parameter.schema.get("type") == "string" and "enum" not in parameter.schema


def change_case(operation: Operation, subject: Subject) -> Steps[None]:
    """Request filters with the value of an item in other case, and look for the item (FLT-11)."""
    caseless, exact = list_caseless(operation, subject), list_exact(operation, subject)
    literal = list_literal(operation, subject)
    if not caseless and not exact:
        reason = "the description says of no filter that case makes no difference, or that it is exact"
        yield skip_case("FLT-11", operation.key, Verdict.NOT_APPLICABLE, reason)
    if not (caseless or exact or literal):
        return
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    if isinstance(populated_list, Missing):
        yield from report_untested(("FLT-11",), operation, populated_list)
        return
    call, plain = populated_list
    for query_filter in (*caseless, *exact):
        held = [(item, value) for _, item in plain.objects for value in get_filtered_values(query_filter, item)]
        chosen = next(((i, v) for i, v in held if isinstance(v, str) and _has_case(v)), None)
        if chosen is None:
            continue
        item, value = chosen
        response = yield from send(operation, call.build_request((query_filter.parameter, value.swapcase())))
        is_shown = item_key(item, operation) in {item_key(other, operation) for _, other in response.objects}
        judge = _judge_exact if query_filter in exact else _judge_caseless
        yield from judge(response, query_filter, value, is_shown, plain)
        if _WHOLE.search(_read_text(operation, query_filter, subject)) and len(value) > 1:
            yield from _send_beginning(call, query_filter, value)

    for query_filter in literal:
        yield from _send_wildcards(call, query_filter, plain)


def _send_wildcards(call: OperationCall, query_filter: Filter, plain: OperationResponse) -> Steps[None]:
    """Send the value of an item with a wildcard of SQL for a letter; the check of FLT-01 judges what is shown."""
    held = [value for _, item in plain.objects for value in get_filtered_values(query_filter, item)]
    value = next((v for v in held if isinstance(v, str) and "," not in v and v[1:2].isalpha()), "")
    for wildcard in _WILDCARDS if value else "":
        parameter = (query_filter.parameter, value[:1] + wildcard + value[2:])
        yield from send(call.operation, call.build_request(parameter))


def _send_beginning(call: OperationCall, query_filter: Filter, value: str) -> Steps[None]:
    """Send a value without its last character to an exact filter; the check of FLT-01 judges what is shown."""
    yield from send(call.operation, call.build_request((query_filter.parameter, value[:-1])))


def _has_case(value: str) -> bool:
    """Return whether a value is another text in other case, and one text for a filter that takes several."""
    return value.swapcase() != value and "," not in value


def _judge_caseless(
    response: OperationResponse, query_filter: Filter, value: str, is_shown: bool, plain: OperationResponse
) -> Iterator[Outcome]:
    """Judge a filter whose text says that case makes no difference."""
    if response.is_success and not is_shown:
        message = f"{query_filter.parameter} depends on the case of its value"
        yield fail_case(
            response, "FLT-11", message, expected=quote_json(value), actual=f"{len(response.objects)} other items",
            pointer=f"query:{query_filter.parameter}", also=(plain,),
        )  # fmt: skip
    else:
        yield from check_accepted(response, "FLT-11", f"{query_filter.parameter} in other case")


def _judge_exact(
    response: OperationResponse, query_filter: Filter, value: str, is_shown: bool, plain: OperationResponse
) -> Iterator[Outcome]:
    """Judge a filter whose text says that it is exact: a server may mean the whole text, and not its case."""
    name = query_filter.parameter
    if is_shown:
        message = f"{name} is documented as exact, and selects a value in other case: it may mean the whole text"
        yield judge_case(
            response, "FLT-11", Verdict.REVIEW, message, expected=f"nothing for {quote_json(value.swapcase())}",
            actual=quote_json(value), pointer=f"query:{name}", also=(plain,),
        )  # fmt: skip
    elif response.is_success:
        yield pass_case(response, "FLT-11")
    else:
        yield judge_case(response, "FLT-11", Verdict.NOT_OBSERVABLE, f"{name} in other case gives {response.status}")


PROBES = (
    Probe("halves", ("FLT-10",), has_switches, _switch_needs, confirm_violations(split_list), rank=2),
    Probe("letter-case", ("FLT-11",), has_text_filter, _case_needs, confirm_violations(change_case), rank=2),
)
