"""Scripted targets: a function from request to response replaces the network, and probes run against it.

`drive` runs a probe as the real driver does: equal safe reads are sent once. The test fails if the probe yields an
outcome on a requirement that it does not name, or leaves one without any (apart from those that checks judge).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import msgspec

from conformance import checks
from conformance.checks import Check
from conformance.description import Description
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Exchange, Noticed, Outcome, Request, Response, Target, TargetKind, Verdict
from conformance.plan.costs import assign_payers, choose_preferred_payers, sum_costs
from conformance.probes import Probe
from conformance.probes.toolkit.base import WHOLE
from conformance.tools.registry import collect_members
from conformance.validation import SchemaValidators, SecondOpinion

BASE = "http://target.test/v2"
PASSIVE_REQUIREMENTS = {
    requirement for check in collect_members(checks, "CHECKS", Check) for requirement in check.requirements
}
IDENTITIES = ("full", "readonly", "noscope", "expired", "user_a", "user_b")
Responder = Callable[[Request], Response]


def make_subject(description: Description, **more: Any) -> Subject:
    """Return a subject at BASE with every identity; `more` replaces fields of the target."""
    target = Target("scripted", TargetKind.BUILTIN, BASE, f"{BASE}/o/token/", IDENTITIES)
    return Subject(
        description,
        SchemaValidators(description),
        SecondOpinion(description),
        msgspec.structs.replace(target, **more),
        seed=1,
    )


def whole_sample(subject: Subject) -> Subject:
    """Return the subject for which a probe tries all that it knows."""
    return msgspec.structs.replace(subject, parts=1000)


def make_response(body: Any, status: int = 200, *, media: str = "application/json", **headers: str) -> Response:
    """Return a JSON response; `headers` are spelt with underscores for hyphens."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, (("Content-Type", media), ("EvEnergy-Version", "2"), *named), msgspec.json.encode(body))


def make_problem(status: int, **members: Any) -> Response:
    """Return a problem document."""
    body = {"title": "Refused", "detail": "In words.", "status": status, **members}
    return make_response(body, status, media="application/problem+json")


class ProbeRun(msgspec.Struct, frozen=True):
    """The result of a probe: its outcomes, its notices, and the requests that it sent."""

    outcomes: tuple[Outcome, ...]
    notices: tuple[Noticed, ...]
    requests: tuple[Request, ...]

    def violated_requirements(self) -> set[str]:
        """Return the requirements with a violation."""
        return {outcome.requirement for outcome in self.outcomes if outcome.verdict is Verdict.FAIL}

    def passed_requirements(self) -> set[str]:
        """Return the requirements that were judged and hold."""
        return {
            outcome.requirement for outcome in self.outcomes if outcome.verdict is Verdict.PASS
        } - self.violated_requirements()

    def outcomes_on(self, requirement: str) -> list[Outcome]:
        """Return the outcomes on one requirement."""
        return [outcome for outcome in self.outcomes if outcome.requirement == requirement]

    def verdicts_on(self, requirement: str) -> set[Verdict]:
        """Return the verdicts on one requirement."""
        return {outcome.verdict for outcome in self.outcomes_on(requirement)}


def run_probe(probe: Probe, operation: str, subject: Subject, target: Responder) -> ProbeRun:
    """Run a probe on one operation to its end, and check that it keeps its promises."""
    tested = WHOLE if probe.is_api_wide else subject.model.operations_by_key[operation]
    assert probe.applies(tested, subject.model), f"{probe.name} does not apply to {operation}"
    steps = probe.run(tested, subject)
    outcomes: list[Outcome] = []
    notices: list[Noticed] = []
    sent: list[Request] = []
    known: dict[Request, Exchange] = {}
    exchange: Exchange | None = None
    while True:
        try:
            step = steps.send(exchange) if exchange is not None else next(steps)
        except StopIteration:
            break
        exchange = None
        if isinstance(step, Request):
            if step not in known or step.fresh or not step.is_safe:
                sent.append(step)
                known[step] = make_exchange(step, target(step), len(sent))
            exchange = known[step]
        elif isinstance(step, Outcome):
            assert step.requirement in probe.requirements, f"{probe.name} may not judge {step.requirement}"
            outcomes.append(step)
        elif isinstance(step, Noticed):
            notices.append(step)
    run = ProbeRun(tuple(outcomes), tuple(notices), tuple(sent))
    silent = (
        set(probe.requirements)
        - {outcome.requirement for outcome in outcomes if outcome.operation == operation}
        - PASSIVE_REQUIREMENTS
    )
    assert not silent, f"{probe.name} says nothing on {sorted(silent)}"
    return run


def is_affordable(run: ProbeRun, probe: Probe, operation: str, subject: Subject) -> bool:
    """Return whether a run stayed within the needs of its probe; repeated reads (`fresh`) do not count."""
    needs = probe.needs(subject.model.operations_by_key.get(operation, WHOLE), subject.model)
    cost = sum_costs(assign_payers(needs, choose_preferred_payers(needs, subject.target)))
    planned = [request for request in run.requests if not request.fresh]
    return all(
        sum(request.identity == name for request in planned) <= cost[name]
        for name in {request.identity for request in planned}
    )


def make_exchange(request: Request, response: Response, number: int = 1) -> Exchange:
    """Return an exchange as the driver would record it."""
    return Exchange(f"x{number}", request, BASE + request.target, 1_800_000_000.0, response)


def judge_exchange(check: Check, subject: Subject, request: Request, response: Response) -> list[Outcome]:
    """Return the outcomes of a passive check on one exchange."""
    return list(
        check.judge(
            OperationResponse(make_exchange(request, response), subject.model.operations_by_key[request.operation]),
            subject,
        )
    )


def make_id(prefix: str, number: int) -> str:
    """Return a valid id of a collection, with a time in 2024; it rises with the number."""
    return f"{prefix}01HS{number:022d}"


class ListTarget:
    """A conforming target, made of lists by path: members are found at their `url`, lists come in pages.

    `more` holds whole responses by request target, or functions of the request; they come first. `selects` gives, by
    query parameter, a function that says whether an item matches a value; unknown parameters change nothing.
    """

    def __init__(
        self,
        lists: Mapping[str, Sequence[dict[str, Any]]],
        more: Mapping[str, Response | Responder] | None = None,
        selects: Mapping[str, Callable[[dict[str, Any], str], bool]] | None = None,
    ) -> None:
        self.lists, self.more, self.selects = lists, dict(more or {}), selects or {}
        self.items = {
            urlsplit(item["url"]).path.removeprefix("/v2"): item
            for items in lists.values()
            for item in items
            if str(item.get("url", "")).startswith(BASE)
        }

    def __call__(self, request: Request) -> Response:
        if request.target in self.more:
            result = self.more[request.target]
            return result if isinstance(result, Response) else result(request)
        path, _, query = request.target.partition("?")
        query_values = parse_qs(query, keep_blank_values=True)
        if request.method != "GET":
            return make_problem(405)
        if path in self.lists:
            return self.build_page(path, query_values)
        return make_response(self.items[path]) if path in self.items else make_problem(404)

    def select_items(self, path: str, query: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        """Return the items of a list that match the filters of the query."""
        known = [(self.selects[name], values[-1]) for name, values in query.items() if name in self.selects]
        return [item for item in self.lists[path] if all(fits(item, value) for fits, value in known)]

    def build_page(self, path: str, query: Mapping[str, list[str]]) -> Response:
        """Return one page of a list by cursor: the id (or url) of the last item seen."""
        size = query.get("page_size", ["25"])[0]
        if not size.isascii() or not size.isdigit() or not 1 <= int(size) <= 100:
            return make_problem(400)
        items = self.select_items(path, query)
        keys = [self.item_key(item) for item in items]
        first = 0
        if "page_after" in query:
            first = sum(key <= query["page_after"][0] for key in keys)
        elif "page_before" in query:
            first = max(0, sum(key < query["page_before"][0] for key in keys) - int(size))
        if "page" in query:
            number = query["page"][0]
            if not number.isdigit() or not 1 <= int(number) <= max(1, -(-len(items) // int(size))):
                return make_problem(404)
            first = (int(number) - 1) * int(size)
        shown = items[first : first + int(size)]
        kept = {name: values for name, values in query.items() if not name.startswith("page_") and name != "page"}
        kept["page_size"] = [size]
        before = {"page_before": [self.item_key(shown[0])]} if shown and first else None
        after = {"page_after": [self.item_key(shown[-1])]} if shown and first + int(size) < len(items) else None
        links = [self.build_link(path, kept, before, "previous"), self.build_link(path, kept, after, "next")]
        return make_response(shown, Link=", ".join(links))

    @staticmethod
    def item_key(item: Mapping[str, Any]) -> str:
        """Return the id of an item, or its url."""
        return str(item.get("id", item.get("url")))

    @staticmethod
    def build_link(path: str, kept: Mapping[str, list[str]], cursor: Mapping[str, list[str]] | None, rel: str) -> str:
        """Return a link of the `Link` header, to about:blank where there is no cursor."""
        query = urlencode({**kept, **cursor}, doseq=True, quote_via=quote) if cursor else ""
        return f'<{BASE}{path}?{query}>; rel="{rel}"' if cursor else f'<about:blank>; rel="{rel}"'
