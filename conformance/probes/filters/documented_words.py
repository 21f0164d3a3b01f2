"""FLT-09: every word that the description lists for a parameter is accepted, and selects what it says.

What a parameter that is true or false changes in the form of an answer, such as intervals that are merged, folds
compare (CHG-09).
"""

from conformance.evidence.filter_semantics import is_satisfied
from conformance.evidence.outcomes import fail_case, judge_case, quote_json
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Location, Operation, Parameter, Profile, ResourceModel, Role, Verdict
from conformance.probes.filters.filter_groups import list_null_filters
from conformance.probes.filters.halves import list_switches
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested
from conformance.probes.toolkit.pages import item_key, parse_page
from conformance.probes.toolkit.refusals import check_accepted
from conformance.probes.toolkit.repetition import confirm_violations
from conformance.probes.toolkit.samples import try_ways

REQUIREMENT = "FLT-09"
_SAMPLE = 4  # words of an operation that are tried in one part of a run
_MANY = 40  # words that the profile deep tries
_EXPAND = "expand"

Word = tuple[Parameter, str]


def list_words(operation: Operation) -> list[Word]:
    """Return the documented words of optional parameters, alternating between the parameters."""
    lists = [
        [(parameter, str(word)) for word in parameter.schema["enum"] if word is not None]
        for parameter in operation.parameters
        if parameter.location is Location.QUERY
        and "enum" in parameter.schema
        and not parameter.required
        and parameter.name != _EXPAND
    ]
    longest = max(map(len, lists), default=0)
    return [words[at] for at in range(longest) for words in lists if at < len(words)]


def has_words(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a read documents the words of an optional parameter."""
    return operation.method == "GET" and operation.role is not Role.REDIRECT and bool(list_words(operation))


def list_form_switches(operation: Operation) -> list[Word]:
    """Return the optional parameters that are true or false and halve no list, with what is no default.

    Those that halve a list are read with both values (FLT-03, FLT-10).
    """
    halving = {*list_switches(operation), *(query_filter.parameter for query_filter in list_null_filters(operation))}
    return [
        (parameter, str(parameter.schema.get("default") is not True).lower())
        for parameter in operation.parameters
        if parameter.location is Location.QUERY
        and parameter.schema.get("type") == "boolean"
        and not parameter.required
        and parameter.name not in halving
    ]


def has_form_switches(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a read has a parameter that is true or false, beside filters that halve a list."""
    return operation.method == "GET" and operation.role is not Role.REDIRECT and bool(list_form_switches(operation))


def is_worded(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a read documents the words of an optional parameter, or has one that is true or false."""
    return has_words(operation, model) or has_form_switches(operation, model)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    reader = choose_reader_kind(operation, model)
    count = min(_SAMPLE, len(list_words(operation)))
    return (*plain_read_needs(operation, model, reader), Need(f"words {operation.key}", count, reader))


def _needs_all(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    reader = choose_reader_kind(operation, model)
    count = min(_MANY, len(list_words(operation)))
    return (*plain_read_needs(operation, model, reader), Need(f"all words {operation.key}", count, reader))


def _switch_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    reader = choose_reader_kind(operation, model)
    count = len(list_form_switches(operation))
    return (*plain_read_needs(operation, model, reader), Need(f"switches {operation.key}", count, reader))


def _try(operation: Operation, subject: Subject, words: list[Word], size: int) -> Steps[None]:
    """Request the operation with some of these words."""
    call = yield from find_call(operation, subject, subject.choose_reader(operation))
    if isinstance(call, Missing):
        yield from report_untested((REQUIREMENT,), operation, call)
        return
    plain = yield from send(operation, call.build_request())
    if not plain.is_success:
        reason = f"the operation returns {plain.status} without the parameter too"
        yield judge_case(plain, REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)
        return
    start = choose_turn(operation, len(words))
    yield from try_ways(words, size, subject, lambda word: _try_word(word, call, plain), start=start)


def _try_word(word: Word, call: OperationCall, plain: OperationResponse) -> Steps[None]:
    """Judge one word: it is accepted, and no item seen without it that satisfies it is missing."""
    parameter, value = word
    operation = call.operation
    response = yield from send(operation, call.build_request((parameter.name, value)))
    known = next((f for f in operation.filters if f.parameter == parameter.name and f.field), None)
    if known is not None and response.is_success and (operation.pagination is None or parse_page(response).is_last):
        shown = {item_key(item, operation) for _, item in response.objects}
        expected = [item_key(item, operation) for _, item in plain.objects if is_satisfied(known, item, value)]
        missing = [key for key in expected if key not in shown]
        if missing:
            message = f"{parameter.name} leaves out items that have the word"
            yield fail_case(
                response, REQUIREMENT, message, expected=f"{parameter.name}={value}: {quote_json(missing[:3])}",
                actual=f"{len(shown)} other items", pointer=f"query:{parameter.name}", also=(plain,),
            )  # fmt: skip
            return
    pointer = f"query:{parameter.name}"
    yield from check_accepted(response, REQUIREMENT, f"the documented {parameter.name}={value}", pointer)


def try_some_words(operation: Operation, subject: Subject) -> Steps[None]:
    """Try a few words, others with another seed."""
    yield from _try(operation, subject, list_words(operation), _SAMPLE)


def try_many_words(operation: Operation, subject: Subject) -> Steps[None]:
    """Try as many words as the profile deep has requests for."""
    yield from _try(operation, subject, list_words(operation), _MANY)


def try_switches(operation: Operation, subject: Subject) -> Steps[None]:
    """Try each parameter that is true or false with what is not its default."""
    switches = list_form_switches(operation)
    yield from _try(operation, subject, switches, len(switches))


PROBES = (
    Probe("documented-words", (REQUIREMENT,), has_words, _needs, confirm_violations(try_some_words), rank=2),
    Probe(
        "documented-words-all", (REQUIREMENT,), has_words, _needs_all, confirm_violations(try_many_words),
        Profile.DEEP, 2,
    ),
    Probe("switches", (REQUIREMENT,), has_form_switches, _switch_needs, confirm_violations(try_switches), rank=2),
)  # fmt: skip
