"""Scripted targets: a function from request to response stands in for the network, and probes are driven against it.

`drive` runs a probe as the real driver does: equal safe reads are asked once, and an outcome on a requirement that the
probe does not name, or a requirement left without any, fails the test (what checks judge apart).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import msgspec

from conformance import checks
from conformance.answers import Answer
from conformance.checks import Check
from conformance.description import Description
from conformance.model import Exchange, Noticed, Outcome, Request, Response, Target, TargetKind, Verdict
from conformance.plan.paying import paid_by, union_cost
from conformance.probes import Probe
from conformance.probes.base import WHOLE
from conformance.registry import collect
from conformance.subject import Subject
from conformance.validation import SecondOpinion, Validators

BASE = "http://target.test/v2"
PASSIVE = {each for check in collect(checks, "CHECKS", Check) for each in check.requirements}
EVERYBODY = ("full", "readonly", "noscope", "expired", "user_a", "user_b")
Reply = Callable[[Request], Response]


def subject_of(description: Description, **more: Any) -> Subject:
    """A subject at BASE with every identity; `more` replaces fields of the target."""
    target = Target("scripted", TargetKind.BUILTIN, BASE, f"{BASE}/o/token/", EVERYBODY)
    return Subject(
        description,
        Validators(description),
        SecondOpinion(description),
        msgspec.structs.replace(target, **more),
        seed=1,
    )


def reply(body: Any, status: int = 200, *, media: str = "application/json", **headers: str) -> Response:
    """A JSON response; `headers` are spelt with underscores for hyphens."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, (("Content-Type", media), ("EvEnergy-Version", "2"), *named), msgspec.json.encode(body))


def problem(status: int, **members: Any) -> Response:
    """A problem document."""
    body = {"title": "Refused", "detail": "In words.", "status": status, **members}
    return reply(body, status, media="application/problem+json")


class Run(msgspec.Struct, frozen=True):
    """What a probe did: its outcomes, its notices, and the requests that went out."""

    outcomes: tuple[Outcome, ...]
    notices: tuple[Noticed, ...]
    requests: tuple[Request, ...]

    def violated(self) -> set[str]:
        """The requirements with a violation."""
        return {each.requirement for each in self.outcomes if each.verdict is Verdict.FAIL}

    def passed(self) -> set[str]:
        """The requirements that were judged and hold."""
        return {each.requirement for each in self.outcomes if each.verdict is Verdict.PASS} - self.violated()

    def of(self, requirement: str) -> list[Outcome]:
        """The outcomes on one requirement."""
        return [each for each in self.outcomes if each.requirement == requirement]

    def verdicts(self, requirement: str) -> set[Verdict]:
        """The verdicts on one requirement."""
        return {each.verdict for each in self.of(requirement)}


def drive(probe: Probe, operation: str, subject: Subject, target: Reply) -> Run:
    """Run a probe of one operation to its end, and hold it to what it promises."""
    asked = WHOLE if probe.whole else subject.model.by_key[operation]
    assert probe.applies(asked, subject.model), f"{probe.name} does not apply to {operation}"
    steps = probe.run(asked, subject)
    outcomes: list[Outcome] = []
    notices: list[Noticed] = []
    sent: list[Request] = []
    known: dict[Request, Exchange] = {}
    given: Exchange | None = None
    while True:
        try:
            step = steps.send(given) if given is not None else next(steps)
        except StopIteration:
            break
        given = None
        if isinstance(step, Request):
            if step not in known or step.fresh or not step.safe:
                sent.append(step)
                known[step] = exchange_of(step, target(step), len(sent))
            given = known[step]
        elif isinstance(step, Outcome):
            assert step.requirement in probe.requirements, f"{probe.name} may not judge {step.requirement}"
            outcomes.append(step)
        else:
            notices.append(step)
    run = Run(tuple(outcomes), tuple(notices), tuple(sent))
    silent = set(probe.requirements) - {each.requirement for each in outcomes if each.operation == operation} - PASSIVE
    assert not silent, f"{probe.name} says nothing on {sorted(silent)}"
    return run


def affordable(run: Run, probe: Probe, operation: str, subject: Subject) -> bool:
    """Whether a run without surprises stayed within the needs of its probe; repeated reads (`fresh`) are surprises."""
    needs = probe.needs(subject.model.by_key.get(operation, WHOLE), subject.model)
    cost = union_cost(paid_by(need, subject.target) for need in needs)
    planned = [each for each in run.requests if not each.fresh]
    return all(
        sum(each.identity == name for each in planned) <= cost[name] for name in {each.identity for each in planned}
    )


def exchange_of(request: Request, response: Response, number: int = 1) -> Exchange:
    """An exchange as the driver would record it."""
    return Exchange(f"x{number}", request, BASE + request.target, 1_800_000_000.0, response)


def judge(check: Check, subject: Subject, request: Request, response: Response) -> list[Outcome]:
    """What a passive check says of one exchange."""
    return list(check.judge(Answer(exchange_of(request, response), subject.model.by_key[request.operation]), subject))


def ulid(prefix: str, number: int) -> str:
    """A valid id of a collection, born in 2024, rising with the number."""
    return f"{prefix}01HS{number:022d}"


class Shelf:
    """A conforming target, made of lists by path: members are found at their `url`, lists come in pages.

    `more` holds whole answers by request target, or functions of the request; they come first. `selects` tells, for a
    query parameter, which items of a list match a value; parameters that nobody knows change nothing.
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
            given = self.more[request.target]
            return given if isinstance(given, Response) else given(request)
        path, _, query = request.target.partition("?")
        asked = parse_qs(query, keep_blank_values=True)
        if request.method != "GET":
            return problem(405)
        if path in self.lists:
            return self.page(path, asked)
        return reply(self.items[path]) if path in self.items else problem(404)

    def chosen(self, path: str, asked: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        """The items of a list that match the filters asked for."""
        known = [(self.selects[name], values[-1]) for name, values in asked.items() if name in self.selects]
        return [item for item in self.lists[path] if all(fits(item, value) for fits, value in known)]

    def page(self, path: str, asked: Mapping[str, list[str]]) -> Response:
        """One page of a list by cursor: the id (or url) of the last item seen."""
        size = asked.get("page_size", ["25"])[0]
        if not size.isascii() or not size.isdigit() or not 1 <= int(size) <= 100:
            return problem(400)
        items = self.chosen(path, asked)
        keys = [self.key(item) for item in items]
        first = 0
        if "page_after" in asked:
            first = sum(key <= asked["page_after"][0] for key in keys)
        elif "page_before" in asked:
            first = max(0, sum(key < asked["page_before"][0] for key in keys) - int(size))
        if "page" in asked:
            number = asked["page"][0]
            if not number.isdigit() or not 1 <= int(number) <= max(1, -(-len(items) // int(size))):
                return problem(404)
            first = (int(number) - 1) * int(size)
        shown = items[first : first + int(size)]
        kept = {name: values for name, values in asked.items() if not name.startswith("page_") and name != "page"}
        kept["page_size"] = [size]
        before = {"page_before": [self.key(shown[0])]} if shown and first else None
        after = {"page_after": [self.key(shown[-1])]} if shown and first + int(size) < len(items) else None
        links = [self.link(path, kept, before, "previous"), self.link(path, kept, after, "next")]
        return reply(shown, Link=", ".join(links))

    @staticmethod
    def key(item: Mapping[str, Any]) -> str:
        return str(item.get("id", item.get("url")))

    @staticmethod
    def link(path: str, kept: Mapping[str, list[str]], cursor: Mapping[str, list[str]] | None, rel: str) -> str:
        query = urlencode({**kept, **cursor}, doseq=True, quote_via=quote) if cursor else ""
        return f'<{BASE}{path}?{query}>; rel="{rel}"' if cursor else f'<about:blank>; rel="{rel}"'
