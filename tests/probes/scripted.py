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
from conformance.evidence.responses import Answer
from conformance.evidence.subject import Subject
from conformance.model import Exchange, Noticed, Outcome, Request, Response, Target, TargetKind, Verdict
from conformance.plan.costs import paid_by, union_cost
from conformance.probes import Probe
from conformance.probes.toolkit.base import WHOLE
from conformance.tools.registry import collect
from conformance.validation import SecondOpinion, Validators

BASE = "http://target.test/v2"
PASSIVE = {requirement for check in collect(checks, "CHECKS", Check) for requirement in check.requirements}
EVERYBODY = ("full", "readonly", "noscope", "expired", "user_a", "user_b")
Reply = Callable[[Request], Response]


def subject_of(description: Description, **more: Any) -> Subject:
    """Return a subject at BASE with every identity; `more` replaces fields of the target."""
    target = Target("scripted", TargetKind.BUILTIN, BASE, f"{BASE}/o/token/", EVERYBODY)
    return Subject(
        description,
        Validators(description),
        SecondOpinion(description),
        msgspec.structs.replace(target, **more),
        seed=1,
    )


def reply(body: Any, status: int = 200, *, media: str = "application/json", **headers: str) -> Response:
    """Return a JSON response; `headers` are spelt with underscores for hyphens."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, (("Content-Type", media), ("EvEnergy-Version", "2"), *named), msgspec.json.encode(body))


def problem(status: int, **members: Any) -> Response:
    """Return a problem document."""
    body = {"title": "Refused", "detail": "In words.", "status": status, **members}
    return reply(body, status, media="application/problem+json")


class Run(msgspec.Struct, frozen=True):
    """The result of a probe: its outcomes, its notices, and the requests that it sent."""

    outcomes: tuple[Outcome, ...]
    notices: tuple[Noticed, ...]
    requests: tuple[Request, ...]

    def violated(self) -> set[str]:
        """Return the requirements with a violation."""
        return {outcome.requirement for outcome in self.outcomes if outcome.verdict is Verdict.FAIL}

    def passed(self) -> set[str]:
        """Return the requirements that were judged and hold."""
        return {outcome.requirement for outcome in self.outcomes if outcome.verdict is Verdict.PASS} - self.violated()

    def of(self, requirement: str) -> list[Outcome]:
        """Return the outcomes on one requirement."""
        return [outcome for outcome in self.outcomes if outcome.requirement == requirement]

    def verdicts(self, requirement: str) -> set[Verdict]:
        """Return the verdicts on one requirement."""
        return {outcome.verdict for outcome in self.of(requirement)}


def drive(probe: Probe, operation: str, subject: Subject, target: Reply) -> Run:
    """Run a probe on one operation to its end, and check that it keeps its promises."""
    tested = WHOLE if probe.whole else subject.model.by_key[operation]
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
            if step not in known or step.fresh or not step.safe:
                sent.append(step)
                known[step] = exchange_of(step, target(step), len(sent))
            exchange = known[step]
        elif isinstance(step, Outcome):
            assert step.requirement in probe.requirements, f"{probe.name} may not judge {step.requirement}"
            outcomes.append(step)
        else:
            notices.append(step)
    run = Run(tuple(outcomes), tuple(notices), tuple(sent))
    silent = (
        set(probe.requirements)
        - {outcome.requirement for outcome in outcomes if outcome.operation == operation}
        - PASSIVE
    )
    assert not silent, f"{probe.name} says nothing on {sorted(silent)}"
    return run


def affordable(run: Run, probe: Probe, operation: str, subject: Subject) -> bool:
    """Return whether a run stayed within the needs of its probe; repeated reads (`fresh`) do not count."""
    needs = probe.needs(subject.model.by_key.get(operation, WHOLE), subject.model)
    cost = union_cost(paid_by(need, subject.target) for need in needs)
    planned = [request for request in run.requests if not request.fresh]
    return all(
        sum(request.identity == name for request in planned) <= cost[name]
        for name in {request.identity for request in planned}
    )


def exchange_of(request: Request, response: Response, number: int = 1) -> Exchange:
    """Return an exchange as the driver would record it."""
    return Exchange(f"x{number}", request, BASE + request.target, 1_800_000_000.0, response)


def judge(check: Check, subject: Subject, request: Request, response: Response) -> list[Outcome]:
    """Return the outcomes of a passive check on one exchange."""
    return list(check.judge(Answer(exchange_of(request, response), subject.model.by_key[request.operation]), subject))


def ulid(prefix: str, number: int) -> str:
    """Return a valid id of a collection, with a time in 2024; it rises with the number."""
    return f"{prefix}01HS{number:022d}"


class Shelf:
    """A conforming target, made of lists by path: members are found at their `url`, lists come in pages.

    `more` holds whole responses by request target, or functions of the request; they come first. `selects` gives, by
    query parameter, a function that says whether an item matches a value; unknown parameters change nothing.
    """

    def __init__(
        self,
        lists: Mapping[str, Sequence[dict[str, Any]]],
        more: Mapping[str, Response | Reply] | None = None,
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
            return problem(405)
        if path in self.lists:
            return self.page(path, query_values)
        return reply(self.items[path]) if path in self.items else problem(404)

    def chosen(self, path: str, query: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        """Return the items of a list that match the filters of the query."""
        known = [(self.selects[name], values[-1]) for name, values in query.items() if name in self.selects]
        return [item for item in self.lists[path] if all(fits(item, value) for fits, value in known)]

    def page(self, path: str, query: Mapping[str, list[str]]) -> Response:
        """Return one page of a list by cursor: the id (or url) of the last item seen."""
        size = query.get("page_size", ["25"])[0]
        if not size.isascii() or not size.isdigit() or not 1 <= int(size) <= 100:
            return problem(400)
        items = self.chosen(path, query)
        keys = [self.key(item) for item in items]
        first = 0
        if "page_after" in query:
            first = sum(key <= query["page_after"][0] for key in keys)
        elif "page_before" in query:
            first = max(0, sum(key < query["page_before"][0] for key in keys) - int(size))
        if "page" in query:
            number = query["page"][0]
            if not number.isdigit() or not 1 <= int(number) <= max(1, -(-len(items) // int(size))):
                return problem(404)
            first = (int(number) - 1) * int(size)
        shown = items[first : first + int(size)]
        kept = {name: values for name, values in query.items() if not name.startswith("page_") and name != "page"}
        kept["page_size"] = [size]
        before = {"page_before": [self.key(shown[0])]} if shown and first else None
        after = {"page_after": [self.key(shown[-1])]} if shown and first + int(size) < len(items) else None
        links = [self.link(path, kept, before, "previous"), self.link(path, kept, after, "next")]
        return reply(shown, Link=", ".join(links))

    @staticmethod
    def key(item: Mapping[str, Any]) -> str:
        """Return the id of an item, or its url."""
        return str(item.get("id", item.get("url")))

    @staticmethod
    def link(path: str, kept: Mapping[str, list[str]], cursor: Mapping[str, list[str]] | None, rel: str) -> str:
        """Return a link of the `Link` header, to about:blank where there is no cursor."""
        query = urlencode({**kept, **cursor}, doseq=True, quote_via=quote) if cursor else ""
        return f'<{BASE}{path}?{query}>; rel="{rel}"' if cursor else f'<about:blank>; rel="{rel}"'
