"""Histories of one resource, drawn step by step: create, read, change, list, expand, delete, against a dict as oracle.

Only sequences find what single calls hide: a PATCH that forgets, a list that lags, a DELETE that leaves things behind.
"""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from conformance.link_header import BLANK
from conformance.model import Operation, Request, Response
from conformance.validation import Validators
from strategies.bodies import bodies
from strategies.expansions import expansions
from strategies.instances import Known
from strategies.lifecycles import Lifecycle
from strategies.states import Broken, covers, folded, next_url

Send = Callable[[Request], Response]

_MOST_PAGES = 50
_MOST_CHOICES = 11  # twelve choices fall evenly on two, three, four or six items


class Ground(msgspec.Struct, frozen=True):
    """What the histories of one resource have in common; `drafts` and `changes` are strategies of bodies."""

    lifecycle: Lifecycle
    send: Send
    drafts: st.SearchStrategy[Any]
    changes: st.SearchStrategy[Any]
    path: Mapping[str, str]
    volatile: frozenset[str]
    watch: Callable[[Broken], None]


def workflows(  # noqa: PLR0913 - four of them are options by name
    validators: Validators,
    lifecycle: Lifecycle,
    send: Send,
    *,
    path: Mapping[str, str] | None = None,
    known: Known | None = None,
    volatile: Collection[str] = (),
    watch: Callable[[Broken], None] = lambda _: None,
) -> Callable[[], "Workflow"]:
    """A maker of machines that draw histories of one resource, for Hypothesis to run and to shrink.

    `send` answers requests of ours below a base URL, with whatever headers each needs. `path` gives values for the
    parameters of the paths above the resource, `known` real values for bodies; `volatile` names the properties that
    change by themselves. `watch` hears of everything broken, the first time and while it is made smaller.

    >>> machine = workflows(validators, lifecycle, send, known={"model": models})
    ... run_state_machine_as_test(machine, settings=settings(max_examples=20, stateful_step_count=8))
    """
    changes = bodies(validators, lifecycle.update, known=known) if lifecycle.update else st.nothing()
    drafts = bodies(validators, lifecycle.create, known=known)
    ground = Ground(lifecycle, send, drafts, changes, dict(path or {}), frozenset(volatile), watch)
    return lambda: Workflow(ground)


class Workflow(RuleBasedStateMachine):
    """One history; raises `Broken` with the id of the requirement that it violates.

    What is drawn never depends on what was answered: a server that remembers earlier histories would make the same
    history draw other values, and Hypothesis could neither repeat nor shrink it.
    """

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self._ground = ground
        self._lifecycle = ground.lifecycle
        self._living: dict[str, dict[str, Any]] = {}
        self._gone: set[str] = set()
        self._whole = True  # nothing was broken yet

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Something to live with."""
        self.create(data)

    @rule(data=st.data())
    def create(self, data: st.DataObject) -> None:
        """WRT-01: what POST answers is what GET reads."""
        request = self._request(self._lifecycle.create, body=data.draw(self._ground.drafts, label="body"))
        answer = self._ground.send(request)
        if answer.status // 100 == 2:
            made = self._item(answer, request)
            name = made[self._lifecycle.key]
            self._living[name] = made
            self._check("WRT-01", name)

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        """CON-01: an item stays as it was last answered, whatever happens to others."""
        if name := self._choose(data):
            self._check("CON-01", name)

    @precondition(lambda self: self._lifecycle.update)
    @rule(data=st.data())
    def update(self, data: st.DataObject) -> None:
        """WRT-02: PATCH changes what is named, keeps the rest, and answers the new state (WRT-05: or nothing changes).

        A refusal is no fault: what the schema admits, the rules of the business may not.
        """
        operation = self._lifecycle.update
        name, change = self._choose(data), data.draw(self._ground.changes, label="change")
        if operation is None or not name:
            return
        request = self._request(operation, name, change)
        answer = self._ground.send(request)
        if answer.status // 100 == 2 and answer.body:
            before, after = self._living[name], self._item(answer, request)
            self._compare("WRT-02", {key: value for key, value in change.items() if key in before}, after, request)
            self._compare("WRT-02", {key: before[key] for key in before if key not in change}, after, request)
            self._living[name] = after
            self._check("WRT-02", name)
        elif answer.status // 100 == 4:
            self._check("WRT-05", name)

    @precondition(lambda self: self._lifecycle.delete)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """WRT-04: after DELETE, GET gives 404, and so does a second DELETE."""
        operation = self._lifecycle.delete
        name = self._choose(data)
        if operation is None or not name or self._ask(operation, name).status // 100 != 2:
            return
        del self._living[name]
        self._gone.add(name)
        for each in (self._lifecycle.read, operation):
            self._check_gone(each, name)

    @precondition(lambda self: self._lifecycle.listing)
    @rule()
    def walk(self) -> None:
        """WRT-07 and WRT-04: the list has what was created, and nothing that was deleted."""
        operation = self._lifecycle.listing
        listed = self._listed(operation) if operation else None
        if operation is None or listed is None:
            return
        if missing := sorted(set(self._living) - listed):
            raise self._broken("WRT-07", f"the list lacks {', '.join(missing)}", self._request(operation))
        if ghosts := sorted(self._gone & listed):
            raise self._broken("WRT-04", f"the list still has {', '.join(ghosts)}", self._request(operation))

    @precondition(lambda self: self._lifecycle.expandable)
    @rule(data=st.data())
    def expand(self, data: st.DataObject) -> None:
        """EXP-03 and EXP-05: an expanded object has the URL it stands for, and all else is as without."""
        name = self._choose(data)
        paths = data.draw(expansions(self._lifecycle.read, max_depth=1), label="expand")
        if not name:
            return
        query = "&".join(f"expand={path}" for path in paths)
        request = self._request(self._lifecycle.read, name, query=query)
        answer = self._ground.send(request)
        if answer.status == 200:
            expanded = self._item(answer, request)
            plain = self._living[name]
            links = {key: folded(value) for key, value in expanded.items() if key in paths}
            self._compare("EXP-03", {key: plain[key] for key in paths if key in plain}, links, request)
            self._compare("EXP-05", {key: plain[key] for key in plain if key not in paths}, expanded, request)

    def teardown(self) -> None:
        """Looks at the whole once more where nothing was broken, then deletes what the history left."""
        try:
            if self._whole:
                self._look_back()
        finally:
            if self._lifecycle.delete:
                for name in sorted(self._living):
                    self._ask(self._lifecycle.delete, name)

    def _look_back(self) -> None:
        """WRT-04: what was deleted stays so, whatever happened to others; and the list, where several things met."""
        for name in sorted(self._gone):
            self._check_gone(self._lifecycle.read, name)
        if self._gone or len(self._living) > 1:
            self.walk()

    def _choose(self, data: st.DataObject) -> str:
        """One of the living items, empty where there is none."""
        index = data.draw(st.integers(0, _MOST_CHOICES), label="item")
        return list(self._living)[index % len(self._living)] if self._living else ""

    def _broken(self, requirement: str, message: str, request: Request) -> Broken:
        found = Broken(requirement, message, request)
        self._whole = False
        self._ground.watch(found)
        return found

    def _ask(self, operation: Operation, name: str = "", body: Any = None) -> Response:
        return self._ground.send(self._request(operation, name, body))

    def _request(self, operation: Operation, name: str = "", body: Any = None, *, query: str = "") -> Request:
        names = [each.name for each in operation.path_parameters]
        values = {**self._ground.path, **({names[-1]: name} if name else {})}
        target = operation.path
        for each in names:
            target = target.replace("{" + each + "}", values[each])
        sent = b"" if body is None else json.dumps(body).encode()
        headers = (("Content-Type", "application/json"),) if sent else ()
        return Request(operation.key, operation.method, target + (query and f"?{query}"), headers, sent, fresh=True)

    def _check(self, requirement: str, name: str) -> None:
        """Reads an item and compares it with what is known of it."""
        request = self._request(self._lifecycle.read, name)
        answer = self._ground.send(request)
        if answer.status != 200:
            raise self._broken(requirement, f"{name} exists and is answered with {answer.status}", request)
        self._compare(requirement, self._living[name], self._item(answer, request), request)

    def _check_gone(self, operation: Operation, name: str) -> None:
        """Asks for what was deleted."""
        status = self._ask(operation, name).status
        if status != 404:
            message = f"{name} was deleted and gives {status}, not 404"
            raise self._broken("WRT-04", message, self._request(operation, name))

    def _item(self, answer: Response, request: Request) -> dict[str, Any]:
        """The member that an answer shows."""
        try:
            item = msgspec.json.decode(answer.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._broken("RSP-03", f"the body is no JSON object: {error}", request) from error
        if self._lifecycle.key not in item:
            raise self._broken("RSP-03", f"the body has no {self._lifecycle.key}", request)
        return item

    def _listed(self, operation: Operation) -> set[str] | None:
        """The names of all members, None where the list cannot be walked to its end."""
        found: set[str] = set()
        paging = operation.pagination
        size = f"{paging.size}={paging.max_size}" if paging and paging.size else ""
        request = self._request(operation, query=size)
        base = operation.path.partition("{")[0].rstrip("/")
        for _ in range(_MOST_PAGES):
            answer = self._ground.send(request)
            if answer.status != 200:
                return None
            body = msgspec.json.decode(answer.body)
            found |= {each[self._lifecycle.key] for each in (body[operation.items_at] if operation.items_at else body)}
            following = next_url(answer) if operation.pagination else BLANK
            if following == BLANK:
                return found
            if base not in following:
                return None
            request = msgspec.structs.replace(request, target=base + following.partition(base)[2])
        return None

    def _compare(
        self, requirement: str, expected: Mapping[str, Any], actual: Mapping[str, Any], request: Request
    ) -> None:
        for name in expected:
            if name not in self._ground.volatile and not covers(actual.get(name), expected[name]):
                message = f"{name} is {actual.get(name)!r}, expected {expected[name]!r}"
                raise self._broken(requirement, message, request)
