"""Histories of one resource, step by step, against a dict as oracle: what is asked, and what breaks. No I/O.

Only sequences find what single calls hide: a PATCH that forgets, a list that lags, a DELETE that leaves things behind.
"""

import json
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from conformance.link_header import BLANK
from conformance.minimising import Search, fewest, mapped
from conformance.model import Operation, Request, Response
from strategies.lifecycles import Lifecycle
from strategies.states import Broken, covers, folded, next_url

Talk = Generator[Request, Response, None]
"""Requests, each answered before the next; raises `Broken`."""

_MOST_PAGES = 50


class Do(StrEnum):
    """What a step of a history does."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    WALK = "walk"
    EXPAND = "expand"


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step: to which of the living (counted round), with what body or what to expand. Made before any answer."""

    do: Do
    item: int = 0
    body: Any = None
    paths: tuple[str, ...] = ()


Script = tuple[Step, ...]


def shorter(script: Script) -> Search[Script, None]:
    """Histories of fewer steps, then with fewer members in their bodies; told of each whether it breaks the same."""

    def without_steps(gone: tuple[int, ...]) -> Script:
        return tuple(step for index, step in enumerate(script) if index not in gone)

    script = without_steps((yield from mapped(fewest(range(len(script))), without_steps)))
    members = [(n, name) for n, step in enumerate(script) if isinstance(step.body, dict) for name in step.body]

    def without_members(gone: tuple[tuple[int, str], ...]) -> Script:
        return tuple(
            msgspec.structs.replace(step, body={k: v for k, v in step.body.items() if (n, k) not in gone})
            if isinstance(step.body, dict)
            else step
            for n, step in enumerate(script)
        )

    yield from mapped(fewest(members), without_members)


def relayed(talk: Talk, send: Callable[[Request], Response]) -> None:
    """Have a talk with whatever answers."""
    try:
        request = next(talk)
        while True:
            request = talk.send(send(request))
    except StopIteration:
        return


class History:
    """One history under way: what lives and what is gone as far as was told.

    `path` gives values for the parameters of the paths above the resource; `volatile` names the properties that change
    by themselves.
    """

    def __init__(
        self, lifecycle: Lifecycle, *, path: Mapping[str, str] | None = None, volatile: Collection[str] = ()
    ) -> None:
        self._lifecycle, self._path, self._volatile = lifecycle, dict(path or {}), frozenset(volatile)
        self._living: dict[str, dict[str, Any]] = {}
        self._gone: set[str] = set()

    def told(self, steps: Iterable[Step]) -> Talk:
        """All steps, and a look back at the end."""
        for step in steps:
            yield from self.take(step)
        yield from self.look_back()

    def take(self, step: Step) -> Talk:
        """One step; nothing where it is about one of the living and nothing lives."""
        match step.do:
            case Do.CREATE:
                yield from self._create(step.body)
            case Do.WALK:
                yield from self._walk()
            case _ if self._living:
                yield from self._about(step, [*self._living][step.item % len(self._living)])
            case _:
                pass

    def look_back(self) -> Talk:
        """WRT-04: what was deleted stays so, whatever happened to others; and the list, where several things met."""
        for name in sorted(self._gone):
            yield from self._check_gone(self._lifecycle.read, name)
        if self._gone or len(self._living) > 1:
            yield from self._walk()

    def leave(self) -> Talk:
        """Delete what the history left."""
        if self._lifecycle.delete:
            for name in sorted(self._living):
                yield self._request(self._lifecycle.delete, name)

    def _about(self, step: Step, name: str) -> Talk:
        match step.do:
            case Do.READ:
                yield from self._check("CON-01", name)  # an item stays as last answered, whatever happens to others
            case Do.UPDATE if self._lifecycle.update:
                yield from self._update(self._lifecycle.update, name, step.body)
            case Do.DELETE if self._lifecycle.delete:
                yield from self._delete(self._lifecycle.delete, name)
            case Do.EXPAND:
                yield from self._expand(name, step.paths)

    def _create(self, draft: Any) -> Talk:
        """WRT-01: what POST answers is what GET reads."""
        request = self._request(self._lifecycle.create, body=draft)
        answer = yield request
        if answer.status // 100 == 2:
            made = self._item(answer, request)
            name = made[self._lifecycle.key]
            self._living[name] = made
            yield from self._check("WRT-01", name)

    def _update(self, operation: Operation, name: str, change: Mapping[str, Any]) -> Talk:
        """WRT-02: PATCH changes what is named, keeps the rest, and answers the new state (WRT-05: or nothing changes).

        A refusal is no fault: what the schema admits, the rules of the business may not.
        """
        request = self._request(operation, name, change)
        answer = yield request
        if answer.status // 100 == 2 and answer.body:
            before, after = self._living[name], self._item(answer, request)
            self._compare("WRT-02", {key: value for key, value in change.items() if key in before}, after, request)
            self._compare("WRT-02", {key: before[key] for key in before if key not in change}, after, request)
            self._living[name] = after
            yield from self._check("WRT-02", name)
        elif answer.status // 100 == 4:
            yield from self._check("WRT-05", name)

    def _delete(self, operation: Operation, name: str) -> Talk:
        """WRT-04: after DELETE, GET gives 404, and so does a second DELETE."""
        answer = yield self._request(operation, name)
        if answer.status // 100 == 2:
            del self._living[name]
            self._gone.add(name)
            for each in (self._lifecycle.read, operation):
                yield from self._check_gone(each, name)

    def _walk(self) -> Talk:
        """WRT-07 and WRT-04: the list has what was created, and nothing that was deleted."""
        operation = self._lifecycle.listing
        listed = (yield from self._listed(operation)) if operation else None
        if operation is None or listed is None:
            return
        if missing := sorted(set(self._living) - listed):
            raise Broken("WRT-07", f"the list lacks {', '.join(missing)}", self._request(operation))
        if ghosts := sorted(self._gone & listed):
            raise Broken("WRT-04", f"the list still has {', '.join(ghosts)}", self._request(operation))

    def _expand(self, name: str, paths: tuple[str, ...]) -> Talk:
        """EXP-03 and EXP-05: an expanded object has the URL it stands for, and all else is as without."""
        request = self._request(self._lifecycle.read, name, query="&".join(f"expand={path}" for path in paths))
        answer = yield request
        if answer.status == 200:
            expanded, plain = self._item(answer, request), self._living[name]
            links = {key: folded(value) for key, value in expanded.items() if key in paths}
            self._compare("EXP-03", {key: plain[key] for key in paths if key in plain}, links, request)
            self._compare("EXP-05", {key: plain[key] for key in plain if key not in paths}, expanded, request)

    def _check(self, requirement: str, name: str) -> Talk:
        """Read an item and compare it with what is known of it."""
        request = self._request(self._lifecycle.read, name)
        answer = yield request
        if answer.status != 200:
            raise Broken(requirement, f"{name} exists and is answered with {answer.status}", request)
        self._compare(requirement, self._living[name], self._item(answer, request), request)

    def _check_gone(self, operation: Operation, name: str) -> Talk:
        """Ask for what was deleted."""
        request = self._request(operation, name)
        answer = yield request
        if answer.status != 404:
            raise Broken("WRT-04", f"{name} was deleted and gives {answer.status}, not 404", request)

    def _listed(self, operation: Operation) -> Generator[Request, Response, set[str] | None]:
        """The names of all members, None where the list cannot be walked to its end."""
        found: set[str] = set()
        paging = operation.pagination
        size = f"{paging.size}={paging.max_size}" if paging and paging.size else ""
        request = self._request(operation, query=size)
        base = operation.path.partition("{")[0].rstrip("/")
        for _ in range(_MOST_PAGES):
            answer = yield request
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

    def _request(self, operation: Operation, name: str = "", body: Any = None, *, query: str = "") -> Request:
        names = [each.name for each in operation.path_parameters]
        values = {**self._path, **({names[-1]: name} if name else {})}
        target = operation.path
        for each in names:
            target = target.replace("{" + each + "}", values[each])
        sent = b"" if body is None else json.dumps(body).encode()
        headers = (("Content-Type", "application/json"),) if sent else ()
        return Request(operation.key, operation.method, target + (query and f"?{query}"), headers, sent, fresh=True)

    def _item(self, answer: Response, request: Request) -> dict[str, Any]:
        """The member that an answer shows."""
        try:
            item = msgspec.json.decode(answer.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Broken("RSP-03", f"the body is no JSON object: {error}", request) from error
        if self._lifecycle.key not in item:
            raise Broken("RSP-03", f"the body has no {self._lifecycle.key}", request)
        return item

    def _compare(
        self, requirement: str, expected: Mapping[str, Any], actual: Mapping[str, Any], request: Request
    ) -> None:
        for name in expected:
            if name not in self._volatile and not covers(actual.get(name), expected[name]):
                message = f"{name} is {actual.get(name)!r}, expected {expected[name]!r}"
                raise Broken(requirement, message, request)
