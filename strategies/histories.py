"""Histories of one resource, step by step, checked against a dict as oracle. No I/O.

Only sequences of requests find a PATCH that loses a property, a list that lags, or a DELETE that leaves data behind.
"""

import json
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from conformance.model import Operation, Request, Response
from conformance.tools.delta_debugging import Search, find_removable, map_search
from conformance.tools.link_header import BLANK_TARGET
from strategies.lifecycles import Lifecycle
from strategies.states import Broken, find_next_url, fold_links, has_all_of

Conversation = Generator[Request, Response, None]
"""A generator of requests that receives the response to each before it yields the next; raises `Broken`."""

_MOST_PAGES = 50
_GONE = frozenset({404, 410})


class StepKind(StrEnum):
    """The kind of a step of a history."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    WALK = "walk"
    EXPAND = "expand"


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of a history, made before any response is known.

    `item` chooses one of the living items (modulo their number); `body` is what to send, `paths` what to expand.
    """

    do: StepKind
    item: int = 0
    body: Any = None
    paths: tuple[str, ...] = ()


Script = tuple[Step, ...]


def shorten_script(script: Script) -> Search[Script, None]:
    """Search for a shorter history that still breaks the same requirement.

    The search first drops steps, then members of bodies. It yields each candidate, and receives whether that breaks the
    same requirement.
    """

    def without_steps(gone: tuple[int, ...]) -> Script:
        return tuple(step for index, step in enumerate(script) if index not in gone)

    script = without_steps((yield from map_search(find_removable(range(len(script))), without_steps)))
    members = [(n, name) for n, step in enumerate(script) if isinstance(step.body, dict) for name in step.body]

    def without_members(gone: tuple[tuple[int, str], ...]) -> Script:
        return tuple(
            msgspec.structs.replace(step, body={k: v for k, v in step.body.items() if (n, k) not in gone})
            if isinstance(step.body, dict)
            else step
            for n, step in enumerate(script)
        )

    yield from map_search(find_removable(members), without_members)


def run_conversation(talk: Conversation, send: Callable[[Request], Response]) -> None:
    """Send every request of a talk, and hand it each response."""
    try:
        request = next(talk)
        while True:
            request = talk.send(send(request))
    except StopIteration:
        return


class History:
    """One history in progress: the items that live and those that were deleted, as far as responses showed it.

    `path` gives values for the parameters of the paths above the resource; `volatile` names the properties that change
    on their own.
    """

    def __init__(
        self, lifecycle: Lifecycle, *, path: Mapping[str, str] | None = None, volatile: Collection[str] = ()
    ) -> None:
        self._lifecycle, self._path, self._volatile = lifecycle, dict(path or {}), frozenset(volatile)
        self._items: dict[str, dict[str, Any]] = {}
        self._deleted: set[str] = set()

    def run_steps(self, steps: Iterable[Step]) -> Conversation:
        """Yield the requests of all steps, then those of the check at the end."""
        for step in steps:
            yield from self.run_step(step)
        yield from self.check_end_state()

    def run_step(self, step: Step) -> Conversation:
        """Yield the requests of one step; none if the step needs a living item and none lives."""
        match step.do:
            case StepKind.CREATE:
                yield from self._create(step.body)
            case StepKind.WALK:
                yield from self._walk()
            case _ if self._items:
                yield from self._act_on(step, [*self._items][step.item % len(self._items)])
            case _:
                pass

    def check_end_state(self) -> Conversation:
        """Check at the end that deleted items stay deleted (WRT-04).

        The list is checked too if several items were created or one was deleted.
        """
        for name in sorted(self._deleted):
            yield from self._check_gone(self._lifecycle.read, name, _GONE)
        if self._deleted or len(self._items) > 1:
            yield from self._walk()

    def delete_rest(self) -> Conversation:
        """Delete the items that the history left behind."""
        if self._lifecycle.delete:
            for name in sorted(self._items):
                yield self._request(self._lifecycle.delete, name)

    def _act_on(self, step: Step, name: str) -> Conversation:
        """Yield the requests of a step about one living item."""
        match step.do:
            case StepKind.READ:
                yield from self._check("CON-01", name)  # changes of other items must not change this one
            case StepKind.UPDATE if self._lifecycle.update:
                yield from self._update(self._lifecycle.update, name, step.body)
            case StepKind.DELETE if self._lifecycle.delete:
                yield from self._delete(self._lifecycle.delete, name)
            case StepKind.EXPAND:
                yield from self._expand(name, step.paths)

    def _create(self, body: Any) -> Conversation:
        """Check WRT-01: GET returns what POST returned."""
        request = self._request(self._lifecycle.create, body=body)
        response = yield request
        if response.status // 100 == 2:
            item = self._read_item(response, request)
            name = str(item[self._lifecycle.key])
            self._items[name] = item
            yield from self._check("WRT-01", name)

    def _update(self, operation: Operation, name: str, change: Mapping[str, Any]) -> Conversation:
        """Check WRT-02: PATCH changes the named properties, keeps the rest, and returns the new state.

        A refusal is not an error, as business rules may forbid what the schema allows; but then nothing may change
        (WRT-05).
        """
        request = self._request(operation, name, change)
        response = yield request
        if response.status // 100 == 2 and response.body:
            before, after = self._items[name], self._read_item(response, request)
            self._check_properties(
                "WRT-02", {key: value for key, value in change.items() if key in before}, after, request
            )
            self._check_properties("WRT-02", {key: before[key] for key in before if key not in change}, after, request)
            self._items[name] = after
            yield from self._check("WRT-02", name)
        elif response.status // 100 == 4:
            yield from self._check("WRT-05", name)

    def _delete(self, operation: Operation, name: str) -> Conversation:
        """Check WRT-04: after DELETE, GET returns 404, and a second DELETE 404 or 204."""
        response = yield self._request(operation, name)
        if response.status // 100 == 2:
            del self._items[name]
            self._deleted.add(name)
            yield from self._check_gone(self._lifecycle.read, name, _GONE)
            yield from self._check_gone(operation, name, _GONE | {204})

    def _walk(self) -> Conversation:
        """Check WRT-07 and WRT-04: the list has every created item and no deleted one."""
        operation = self._lifecycle.listing
        listed = (yield from self._list_names(operation)) if operation else None
        if operation is None or listed is None:
            return
        if missing := sorted(set(self._items) - listed):
            raise Broken("WRT-07", f"the list lacks {', '.join(missing)}", self._request(operation))
        if ghosts := sorted(self._deleted & listed):
            raise Broken("WRT-04", f"the list still has {', '.join(ghosts)}", self._request(operation))

    def _expand(self, name: str, paths: tuple[str, ...]) -> Conversation:
        """Check EXP-03 and EXP-05: an expanded object has the URL of its link, and the rest is unchanged."""
        request = self._request(self._lifecycle.read, name, query="&".join(f"expand={path}" for path in paths))
        response = yield request
        if response.status == 200:
            expanded, plain = self._read_item(response, request), self._items[name]
            links = {key: fold_links(value) for key, value in expanded.items() if key in paths}
            self._check_properties("EXP-03", {key: plain[key] for key in paths if key in plain}, links, request)
            self._check_properties("EXP-05", {key: plain[key] for key in plain if key not in paths}, expanded, request)

    def _check(self, requirement: str, name: str) -> Conversation:
        """Read an item and compare it with its known state."""
        request = self._request(self._lifecycle.read, name)
        response = yield request
        if response.status != 200:
            raise Broken(requirement, f"GET of {name}, which exists, returned {response.status}, expected 200", request)
        self._check_properties(requirement, self._items[name], self._read_item(response, request), request)

    def _check_gone(self, operation: Operation, name: str, statuses: frozenset[int]) -> Conversation:
        """Send a request for a deleted item, and expect one of these statuses."""
        request = self._request(operation, name)
        response = yield request
        if response.status not in statuses:
            raise Broken(
                "WRT-04",
                f"{request.method} of {name}, which was deleted, returned {response.status}, expected 404",
                request,
            )

    def _list_names(self, operation: Operation) -> Generator[Request, Response, set[str] | None]:
        """Yield requests for all pages; return the names of all items, or None if the last page is not reached."""
        names: set[str] = set()
        paging = operation.pagination
        size = f"{paging.size}={paging.max_size}" if paging and paging.size else ""
        request = self._request(operation, query=size)
        base = operation.path.partition("{")[0].rstrip("/")
        for _ in range(_MOST_PAGES):
            response = yield request
            if response.status != 200:
                return None
            body = msgspec.json.decode(response.body)
            names |= {
                str(member[self._lifecycle.key])
                for member in (body[operation.items_at] if operation.items_at else body)
            }
            next_page = find_next_url(response) if operation.pagination else BLANK_TARGET
            if next_page == BLANK_TARGET:
                return names
            if base not in next_page:
                return None
            request = msgspec.structs.replace(request, target=base + next_page.partition(base)[2])
        return None

    def _request(self, operation: Operation, name: str = "", body: Any = None, *, query: str = "") -> Request:
        """Return the request of an operation on the item of that name."""
        names = [parameter.name for parameter in operation.path_parameters]
        values = {**self._path, **({names[-1]: name} if name else {})}
        target = operation.path
        for parameter in names:
            target = target.replace("{" + parameter + "}", values[parameter])
        content = b"" if body is None else json.dumps(body).encode()
        headers = (("Content-Type", "application/json"),) if content else ()
        return Request(operation.key, operation.method, target + (query and f"?{query}"), headers, content, fresh=True)

    def _read_item(self, response: Response, request: Request) -> dict[str, Any]:
        """Return the item that a response shows."""
        try:
            item = msgspec.json.decode(response.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Broken("RSP-03", f"the body is not a JSON object: {error}", request) from error
        if self._lifecycle.key not in item:
            raise Broken("RSP-03", f"the body has no {self._lifecycle.key}", request)
        return item

    def _check_properties(
        self, requirement: str, expected: Mapping[str, Any], actual: Mapping[str, Any], request: Request
    ) -> None:
        """Raise `Broken` for the first expected property that differs, volatile properties aside."""
        for name in expected:
            if name not in self._volatile and not has_all_of(actual.get(name), expected[name]):
                message = f"{name} is {actual.get(name)!r}, expected {expected[name]!r}"
                raise Broken(requirement, message, request)
