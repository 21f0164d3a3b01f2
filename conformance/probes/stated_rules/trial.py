"""The trial of a stated rule: its requests in order, and the first response that is not as stated."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from conformance.evidence.containers import parse_moment
from conformance.evidence.differences import ABSENT, ValueDifference, find_differences, get_value
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Request, Role, RuleStep, StatedRule
from conformance.model.exchange import RULED_OUT_BODY
from conformance.probes.stated_rules.selection import is_inert_rule
from conformance.probes.stated_rules.values import Values, is_as_expected, put_values
from conformance.probes.toolkit.base import Pause, Steps, send
from conformance.probes.toolkit.calls import OperationCall
from conformance.probes.toolkit.list_membership import LAG_S
from conformance.probes.toolkit.property_values import select_required
from conformance.probes.toolkit.write_requests import Write, build_least_body

UPDATE_TIMES = frozenset({"updated_at", "last_updated_at", "ticket_updated_at"})
_BAD_REQUESTS = frozenset({400, 413, 415, 422})  # which of them refuses a body is for other requirements to say
_GONE = frozenset({404, 410})  # for something that was there for the same request before, they are no way out
_UNDECIDED = frozenset({0, 401, 403, 404, 405, 429, 503})  # returned before the content is looked at


class Breach(msgspec.Struct, frozen=True):
    """The response that breaks a rule. `is_certain` is false for a response that does not prove a breach."""

    response: OperationResponse
    words: str
    expected: str = ""
    actual: str = ""
    pointer: str = ""
    also: tuple[OperationResponse, ...] = ()
    is_certain: bool = True


class RuleTrial:
    """The requests of one rule and their responses."""

    def __init__(  # noqa: PLR0913
        self,
        rule: StatedRule,
        write: Write,
        reader: OperationCall | None,
        before: OperationResponse | None,
        values: Values,
        subject: Subject,
    ) -> None:
        self._rule, self._write, self._reader, self._before = rule, write, reader, before
        self._values, self._subject = values, subject
        self.responses: list[OperationResponse] = []

    def run(self) -> Steps[Breach | None]:
        """Send the steps up to the first one that does not come as stated; return that breach, if any."""
        body: Any = None
        for step in self._rule.steps:
            operation = self._subject.model.operations_by_key.get(step.operation, self._write.call.operation)
            body = self._build_body(step, body)
            response = yield from send(operation, self._build_request(step, operation, body))
            self.responses.append(response)
            breach = self._judge_status(step, response) or next(self._judge_content(step, response), None)
            breach = breach or (yield from self._judge_state(step, response))
            breach = breach or (yield from self._judge_sameness(step, response))
            if breach is not None:
                return breach
        return None

    def read_current(self) -> Steps[OperationResponse]:
        """Read the current state of the resource."""
        assert self._reader is not None  # noqa: S101
        return (yield from send(self._reader.operation, self._reader.build_request(fresh=True)))

    # Requests

    def _build_body(self, step: RuleStep, previous: Any) -> Any:
        if step.base == "none" or (self._write.body is None and step.base in {"valid", "least", "present"}):
            return None
        state = self._before.json if self._before is not None and isinstance(self._before.json, dict) else {}
        body: Any = {}
        if step.base == "valid":
            body = self._write.body
        elif step.base == "least":
            body = build_least_body(self._write, self._subject)
        elif step.base == "present":
            body = select_required(self._write, state, self._subject)
        elif step.base == "previous":
            body = previous
        body = msgspec.json.decode(msgspec.json.encode(body))
        for name, count in step.fill.items():
            body[name] = list(self._fill(body[name][0], count))
        body = {name: value for name, value in body.items() if name not in step.drop}
        for path, value in put_values(step.put, self._values).items():
            _put(body, path.split("/"), value)
        return body

    def _fill(self, member: Any, count: int) -> Iterator[Any]:
        """Yield so many members like one, each with a name of its own."""
        for index in range(count):
            named = isinstance(member, dict) and "name" in member
            yield {**member, "name": f"Conformance {self._rule.id} {index}"} if named else member

    def _build_request(self, step: RuleStep, operation: Operation, body: Any) -> Request:
        call = self._write.call if not step.operation else OperationCall(operation, operation.path)
        given = put_values(step.query, self._values)
        kept = tuple(pair for pair in call.query if pair[0] not in given)
        call = msgspec.structs.replace(call, query=(*kept, *given.items()))
        request = Write(call, body).request(body) if body is not None else call.build_request()
        inert = "" if operation.is_safe or not self._is_inert else RULED_OUT_BODY
        headers = (*request.headers, *put_values(step.headers, self._values).items())
        return msgspec.structs.replace(request, headers=headers, inert=inert, fresh=True)

    @property
    def _is_inert(self) -> bool:
        return is_inert_rule(self._rule, self._write.call.operation)

    # Judgements

    def _judge_status(self, step: RuleStep, response: OperationResponse) -> Breach | None:
        status, expected = response.status, " or ".join(map(str, step.statuses)) or step.expect
        if status in _UNDECIDED - {*step.statuses}:
            return self._judge_undecided(step, response, expected)
        if status >= 500:
            return Breach(response, "the server fails", expected, str(status))
        if step.expect == "refused":
            documented = {*step.statuses} | (_BAD_REQUESTS if _BAD_REQUESTS & {*step.statuses} else set())
            is_right = status in documented if documented else 400 <= status < 500
            return None if is_right else Breach(response, "it is not refused as stated", expected, str(status))
        if step.expect == "accepted" and not response.is_success:
            is_certain = _is_nothing(step) or bool(step.same_as)
            return Breach(response, "it is refused", expected, str(status), is_certain=is_certain)
        if step.expect == "accepted" and step.statuses and status not in step.statuses:
            return Breach(response, "it has another status than stated", expected, str(status))
        return None

    def _judge_undecided(self, step: RuleStep, response: OperationResponse, expected: str) -> Breach:
        """Return the breach of a status that proves nothing, unless the same request succeeded before."""
        status = response.status
        if step.expect == "accepted" and status in _GONE and self._has_succeeded(response):
            return Breach(response, "it is refused, although it succeeded before", expected, str(status))
        reason = response.exchange.failure if not status else f"answered {status}"
        return Breach(response, reason, is_certain=False)

    def _has_succeeded(self, response: OperationResponse) -> bool:
        """Return whether an earlier step sent the same request with success."""
        request = response.exchange.request
        sent = (earlier for earlier in self.responses[:-1] if earlier.is_success)
        requests = (earlier.exchange.request for earlier in sent)
        return any((r.method, r.target, r.body) == (request.method, request.target, request.body) for r in requests)

    def _judge_content(self, step: RuleStep, response: OperationResponse) -> Iterator[Breach]:
        """Yield what the body of a response does not show."""
        body = response.json
        if step.count is not None and response.is_success and len(response.items) != step.count:
            yield Breach(response, "the number of members is not as stated", str(step.count), str(len(response.items)))
        if step.expect == "refused" and isinstance(body, dict):
            slug = str(body.get("type", "")).rstrip("/").rpartition("/")[2]
            if step.problem and slug and slug not in {step.problem, "about:blank"}:
                yield Breach(response, "the problem has another type than stated", step.problem, slug, "/type")
            for name in step.members if slug not in {"", "about:blank"} else ():
                if name not in body:
                    yield Breach(response, f"the problem does not have {name}", name, "", f"/{name}")
        for pointer, expected in put_values(step.shows, self._values).items() if response.is_success else ():
            actual = get_value(body, pointer)
            if actual is not ABSENT and not is_as_expected(expected, actual, self._subject, _read_creation(response)):
                words = "the response does not show what is stated"
                yield Breach(response, words, quote_json(expected), quote_json(actual), pointer)

    def _judge_state(self, step: RuleStep, response: OperationResponse) -> Steps[Breach | None]:
        """Return what the resource shows otherwise after a step, if it does so for a while."""
        if not (step.keeps or step.resource_shows) or self._reader is None or self._before is None:
            return None
        for is_last in (False, True):
            after = yield from self.read_current()
            if not after.is_success:
                return Breach(response, f"the resource cannot be read: {after.status}", also=(after,), is_certain=False)
            differences = [*self._find_changes(step, after), *self._find_missing(step, after)]
            if not differences:
                return None
            if not is_last:
                yield Pause(LAG_S)
        differences.sort(key=lambda difference: difference.top_member in UPDATE_TIMES)
        pointer, expected, actual = differences[0]
        if differences[0].top_member in UPDATE_TIMES and not (yield from self._moves_again(pointer, response, after)):
            return None
        words = "a value changes that must stay the same" if step.keeps else "the resource does not show what is stated"
        return Breach(response, words, quote_json(expected), quote_json(actual), pointer, (self._before, after))

    def _find_changes(self, step: RuleStep, after: OperationResponse) -> Iterator[ValueDifference]:
        """Yield what a step changed; a time of change counts where an update names nothing."""
        is_no_op = _is_nothing(step) and self._write.call.operation.role is Role.UPDATE
        for difference in find_differences(self._before and self._before.json, after.json) if step.keeps else ():
            if is_no_op or difference.top_member not in UPDATE_TIMES:
                yield difference

    def _moves_again(self, pointer: str, response: OperationResponse, after: OperationResponse) -> Steps[bool]:
        """Send a write again; return whether a value that stands still without it moves with it."""
        still = yield from self.read_current()
        yield from send(response.operation, response.exchange.request)
        moved = yield from self.read_current()
        values = [get_value(read.json, pointer) for read in (after, still, moved)]
        return moved.is_success and values[0] == values[1] != values[2]

    def _find_missing(self, step: RuleStep, after: OperationResponse) -> Iterator[ValueDifference]:
        for pointer, expected in put_values(step.resource_shows, self._values).items():
            actual = get_value(after.json, pointer)
            if not is_as_expected(expected, actual, self._subject):
                yield ValueDifference(pointer, expected, None if actual is ABSENT else actual)

    def _judge_sameness(self, step: RuleStep, response: OperationResponse) -> Steps[Breach | None]:
        """Return how a response differs from the earlier one that it must equal; both are sent once more."""
        if not step.same_as or not _compare(self.responses[step.same_as - 1], response):
            return None
        earlier = self.responses[step.same_as - 1]
        repeatable = response.operation.is_safe
        first = (yield from send(earlier.operation, earlier.exchange.request)) if repeatable else earlier
        second = (yield from send(response.operation, response.exchange.request)) if repeatable else response
        difference = next(iter(_compare(first, second)), None)
        if difference is None or _compare(earlier, first):
            return Breach(response, "the same request gets different responses", is_certain=False)
        expected, actual = quote_json(difference.old), quote_json(difference.new)
        words = "a difference that must not matter changes the response"
        return Breach(response, words, expected, actual, difference.pointer, (earlier, first, second))


def _read_creation(response: OperationResponse) -> datetime | None:
    """Return when the server says that it made what a POST has created."""
    is_new = response.operation.role is Role.CREATE and isinstance(response.json, dict)
    return parse_moment(response.json.get("created_at")) if is_new else None


def _is_nothing(step: RuleStep) -> bool:
    """Return whether a step sends a body without any content."""
    return step.base == "nothing" and not any(step.put.values())


def _compare(first: OperationResponse, second: OperationResponse) -> list[ValueDifference]:
    """Return how two responses differ: lists in their members, errors in all but the address of the request."""
    if first.status != second.status:
        return [ValueDifference("", first.status, second.status)]
    if first.operation.role is Role.LIST:
        keys = [[item.get("url", item.get("id")) for _, item in response.objects] for response in (first, second)]
        return list(find_differences(keys[0], keys[1]))
    bodies = [None if response.json is UNREADABLE else response.json for response in (first, second)]
    return [
        difference
        for difference in find_differences(bodies[0], bodies[1])
        if difference.top_member not in {*UPDATE_TIMES, "instance"}
    ]


def _put(body: Any, path: list[str], value: Any) -> None:
    """Set a member of a body, at a path through objects and lists."""
    for token in path[:-1]:
        body = body[int(token)] if isinstance(body, list) else body[token]
    body[path[-1]] = value
