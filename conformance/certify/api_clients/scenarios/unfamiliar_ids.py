"""Scenarios of ids: they are opaque, and come back as they were issued, whatever their form (C19)."""

import re
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import unquote
from zlib import crc32

import msgspec

from conformance.certify.api_clients.conditions import (
    Action,
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    build_problem,
    match_part,
    start_session_once,
)
from conformance.certify.api_clients.definitions import Scenario, build_violation
from conformance.certify.api_clients.tasks import LIST_SESSIONS, LIST_VEHICLES, READ_SESSION, TASKS
from conformance.certify.api_clients.trace import MAX_OUTPUT, ClientCall, ServerPart, Trace
from conformance.certify.assessments import PASSED, Assessment

_KNOWN_ID = re.compile(r"\b(?!user)[a-z]{4}[A-Z0-9]{26}\b")  # but those of users, which the environment names too
_URL = re.compile(r'"(https?://[^"\\]+)"')

Form = Callable[[str, int], str]
"""Returns an id of unfamiliar form for a known id of its collection and a turn; in a turn, each form comes once."""


def _extend_known(known: str, _turn: int) -> str:
    return f"{known}.b~7_{secrets.token_hex(3)}"


def _put_before_known(known: str, _turn: int) -> str:
    return f"n{secrets.token_hex(3)}-{known}"  # as the others of this form end


def _invent_word(_known: str, _turn: int) -> str:
    return f"veh-x.93_Ab~{secrets.token_hex(3)}"


def _invent_number(_known: str, _turn: int) -> str:
    return f"00{secrets.randbelow(9 * 10**20) + 10**20}"  # longer than numbers are exact, and begins with zeros


def _write_in_capitals(known: str, turn: int) -> str:
    return f"CASE-{turn}-{known}".upper()


def _write_in_small_letters(known: str, turn: int) -> str:
    return f"CASE-{turn}-{known}".lower()  # another id, since ids are no words


def _put_zeros_before(known: str, turn: int) -> str:
    return f"{'0' * turn}{crc32(known.encode()):012}"  # one number, and yet other ids


_FORMS = (_extend_known, _put_before_known, _invent_word, _invent_number, _write_in_capitals, _write_in_small_letters)


class _IdTable:
    """The ids of one scenario as a client sees them: each known id, in a form that goes round by collection."""

    def __init__(self, forms: tuple[Form, ...]) -> None:
        self._forms = forms
        self._issued: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def issue(self, known: str) -> str:
        """Return the id that a client sees in place of a known one."""
        if known not in self._issued:
            same = [other for other in self._issued if other[:4] == known[:4]]
            turn, position = divmod(len(same), len(self._forms))
            self._issued[known] = self._forms[position](same[0] if same else known, turn)
            self._known[self._issued[known]] = known
        return self._issued[known]

    def hide_known(self, text: str) -> str:
        """Return a text with ids as a client sees them."""
        return _KNOWN_ID.sub(lambda match: self.issue(match[0]), text)

    def restore_known(self, text: str) -> str:
        """Return a text with the known ids in place of those that a client sees."""
        for issued in sorted(self._known, key=len, reverse=True):  # since one may be a part of another
            text = text.replace(issued, self._known[issued])
        return text

    def is_hidden(self, segment: str) -> bool:
        """Return whether a segment of a path is a known id, which no client has seen."""
        return segment in self._issued


def _issue_unfamiliar_ids(
    *forms: Form,
    send: Callable[[ScenarioRequest, ScenarioContext], Awaitable[ScenarioResponse | None]] | None = None,
) -> Action:
    """Return an action that gives everything but users an id of unfamiliar form, and knows it by no other.

    A session has its vehicle as a URL, although its expansion was requested.
    """

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
        table: _IdTable = context.memory.setdefault("ids", _IdTable(forms))
        path, _, query = request.target.partition("?")
        if any(table.is_hidden(segment) for segment in unquote(path).split("/")):
            return build_problem(404, "not-found")
        path = table.restore_known(unquote(path))
        query = "" if request.operation == READ_SESSION else query
        body = table.restore_known(request.body.decode("utf-8", "replace")).encode()
        known = msgspec.structs.replace(request, target=f"{path}?{query}" if query else path, body=body)
        is_list = request.operation == LIST_SESSIONS
        response = await (send(known, context) if send and is_list else context.send_to_mock(known))
        if response is None or not 200 <= response.status < 300:
            return response
        return response.with_body(table.hide_known(response.body.decode()).encode())

    return act


def _judge_returned_ids(trace: Trace) -> Assessment:
    """Require that each URL of an item, as a target or in a body, is one that the API sent, and the task is done."""
    bodies = (body.decode("utf-8", "replace") for body in trace.iterate_response_bodies())
    issued = {url for body in bodies for url in _URL.findall(body)} | {trace.user}
    for call in trace.api_calls:
        if wrong := next((url for url in _list_item_urls(call, trace) if not _is_issued(url, issued)), ""):
            message = "it does not return an id of unfamiliar form unchanged"
            return build_violation(message, f"{wrong.removeprefix(trace.base_url)} in {call.method} {call.path}")
    if lack := TASKS[trace.task].describe_lack(trace):
        return build_violation("it does not do the task where ids have an unfamiliar form", lack)
    if lost := _find_lost_id(trace):
        return build_violation("its output does not have an id of unfamiliar form", lost)
    if not trace.process.is_successful:
        return build_violation("it fails where ids have an unfamiliar form", f"the client {trace.process.description}")
    return PASSED


def _find_lost_id(trace: Trace) -> str:
    """Return an id of a list that the output lacks, where the control run shows that the client writes all of them."""
    control = trace.control
    if control is None or trace.task != "list_vehicles" or len(trace.process.output.encode()) >= MAX_OUTPUT:
        return ""  # what was written beyond the limit is not known
    if not all(known in control.process.output for known in _list_ids(control)):
        return ""
    return next((issued for issued in _list_ids(trace) if issued not in trace.process.output), "")


def _list_ids(trace: Trace) -> list[str]:
    pages = (call.exchange.response for call in trace.api_calls if call.exchange.request.operation == LIST_VEHICLES)
    return [item["id"] for page in pages if page and page.status == 200 for item in msgspec.json.decode(page.body)]


def _list_item_urls(call: ClientCall, trace: Trace) -> list[str]:
    """Return the URLs of items that a request names: its own, and those in its body."""
    in_body = _URL.findall(call.body.decode("utf-8", "replace"))
    return [trace.base_url + unquote(call.path), *in_body] if call.path.count("/") > 1 else in_body


def _is_issued(url: str, issued: set[str]) -> bool:
    return url in issued or any(url.startswith(f"{one}/") for one in issued)


def _build_scenario(name: str, task: str, condition: str, action: Action, time_limit_s: float = 30.0) -> Scenario:
    return Scenario(
        name,
        "C19",
        task,
        f"sends ids {condition}",
        "each id is returned unchanged",
        _judge_returned_ids,
        (ConditionRule(match_part(ServerPart.API), action),),
        time_limit_s=time_limit_s,
    )


_LONGER = "that begin like known ones, and go on"
SCENARIOS = (
    _build_scenario("strange-id", "read_vehicles", "of unfamiliar forms", _issue_unfamiliar_ids(*_FORMS)),
    _build_scenario("strange-ids-in-a-list", "list_vehicles", "of unfamiliar forms", _issue_unfamiliar_ids(*_FORMS)),
    _build_scenario("strange-ids-at-once", "read_at_once", "of unfamiliar forms", _issue_unfamiliar_ids(*_FORMS)),
    _build_scenario("longer-id-of-a-session", "read_session", _LONGER, _issue_unfamiliar_ids(_extend_known)),
    _build_scenario("longer-id-in-a-change", "change_vehicle", _LONGER, _issue_unfamiliar_ids(_extend_known)),
    _build_scenario("longer-id-in-a-reference", "add_vehicle", _LONGER, _issue_unfamiliar_ids(_extend_known)),
    _build_scenario(
        "longer-ids-of-new-sessions",
        "poll_sessions",
        _LONGER,
        _issue_unfamiliar_ids(_extend_known, send=start_session_once),
        time_limit_s=15.0,
    ),
    _build_scenario(
        "zeros-before-ids-of-new-sessions",
        "poll_sessions",
        "that are one number with more and more zeros before it",
        _issue_unfamiliar_ids(_put_zeros_before, send=start_session_once),
        time_limit_s=15.0,
    ),
)
