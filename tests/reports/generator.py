"""Synthetic runs: seeded event logs of any size, with findings, gaps and hostile text for a report to survive."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from random import Random

from conformance.model import (
    Catalogued,
    Described,
    Effect,
    Event,
    Exchange,
    Exchanged,
    Expansion,
    Harm,
    ItemFinished,
    Kind,
    Level,
    Link,
    LinkKind,
    Location,
    Media,
    Noticed,
    Observed,
    Operation,
    Outcome,
    Parameter,
    Place,
    Placed,
    Planned,
    Profile,
    Request,
    Requirement,
    Resource,
    ResourceModel,
    Response,
    ResponseSpec,
    Role,
    RunFinished,
    RunStarted,
    Source,
    Target,
    TargetKind,
    Verdict,
)
from reports import Summary, fold

BASE = "http://127.0.0.1:8731/v2"
DIGEST = "5f" * 32
STARTED = 1_790_000_000.0
HOSTILE = (
    "<script>window.__pwned=1</script>",
    "</script><img src=x onerror=window.__pwned=1>",
    "{{7*7}}${7*7}<!--",
    "\"'><svg onload=window.__pwned=1>",
    "javascript:window.__pwned=1",
    "]]></failure><x/>\x00\x0b\N{PILE OF POO}",
    "\u202eevil\u2066 \ufeff =cmd|' /C calc'!A0",
    "\x1b[2J\x1b[1;32mCONFORMS \x9b31m\x85\u2028\u200b\u00ad\x7f\u061c",
    "::error::injected%0A| pipe `tick` [link](javascript:alert(1))",
)
FIELDS = ("id", "url", "name", "power_kw", "is_active")
COLLECTIONS = (
    ("evses", ("models", "users", "locations")),
    ("models", ("makes",)),
    ("makes", ()),
    ("vehicles", ("users", "vehicle_models", "charging_sessions")),
    ("vehicle_models", ("vehicle_makes",)),
    ("vehicle_makes", ()),
    ("users", ("vehicles", "evses", "locations")),
    ("locations", ("tariffs",)),
    ("tariffs", ("suppliers",)),
    ("suppliers", ()),
    ("charging_sessions", ("vehicles", "evses", "programs")),
    ("programs", ("users",)),
)
RULES = (
    ("RSP-01", Level.MUST, Kind.PASSIVE, "The status is documented for the operation."),
    ("RSP-03", Level.MUST, Kind.PASSIVE, "The body validates against its schema, formats included."),
    ("RSP-06", Level.SHOULD, Kind.PASSIVE, "A body carries no field outside the description."),
    ("RSP-08", Level.MUST, Kind.PASSIVE, "The API never answers 5xx, but for a documented 503."),
    ("IDS-01", Level.MUST, Kind.PASSIVE, "An id matches the pattern of its collection, anchored."),
    ("IDS-06", Level.MUST, Kind.PROBE, "A near-miss id gives 404 or 400."),
    ("EXP-02", Level.MUST, Kind.PROBE, "An expanded property is an object valid against its schema."),
    ("EXP-04", Level.MUST, Kind.PROBE, "An expanded object equals the resource fetched at its URL."),
    ("PAG-03", Level.MUST, Kind.PROBE, "Walking `next` sees every item once and ends."),
    ("ERR-01", Level.MUST, Kind.PASSIVE, "Errors are problem details with title and detail."),
    ("AUT-01", Level.MUST, Kind.PROBE, "A missing or wrong token gives 401 on every secured operation."),
    ("LIM-02", Level.MUST, Kind.PROBE, "When the allowance is spent, 429 with an integer Retry-After."),
    ("DSC-07", Level.SHOULD, Kind.STATIC, "Patterns of ids are anchored."),
    ("CON-05", Level.MAY, Kind.PROBE, "HEAD, where served, agrees with GET."),
)


@dataclass(frozen=True)
class Settings:
    """The settings of a synthetic run; the same settings give the same events."""

    seed: int = 1
    exchanges: int = 300
    faulty: bool = True
    hostile: bool = False
    page: int = 4  # items in a list body
    cut_off: bool = False
    shards: int = 1
    undecided: int = 0


@dataclass
class Run:
    """One synthetic run as it is generated."""

    settings: Settings
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.settings.seed)  # noqa: S311 - reproducible, not secret
        self.model = model(self.settings.hostile)
        self.rules = requirements(self.settings.hostile)
        self.now = STARTED

    def header(self, shard: str = "", worker: str = "") -> RunStarted:
        return RunStarted(
            run="2026-09-21T120000Z-1",
            started_at=STARTED,
            suite_version="0.1.0",
            target=Target("builtin", TargetKind.BUILTIN, BASE, identities=("full", "readonly"), may_write=True),
            description_title=HOSTILE[0] if self.settings.hostile else "A synthetic API",
            description_version="2.0.0",
            description_sha256=DIGEST,
            description_source="bundled",
            profile=Profile.STANDARD,
            seed=self.settings.seed,
            budget=max(1000, self.settings.exchanges),
            worker=worker,
            shard=shard,
            command="evconform run --seed 1",
            python="CPython 3.11.9",
        )

    def ulid(self) -> str:
        return "".join(self.random.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=25))

    def item(self, name: str) -> dict[str, object]:
        links = dict(COLLECTIONS)[name]
        key = f"{name[:4]}0{self.ulid()}"
        return {
            "id": key,
            "url": f"{BASE}/{name}/{key}",
            "name": self.random.choice(HOSTILE) if self.settings.hostile else f"{name} {self.random.randrange(1000)}",
            "power_kw": round(self.random.uniform(1, 50), 2),
            "is_active": self.random.random() < 0.5,
            "created_at": f"2026-0{self.random.randrange(1, 10)}-11T08:30:00Z",
            **{link.rstrip("s"): f"{BASE}/{link}/{link[:4]}0{self.ulid()}" for link in links},
        }

    def exchange(self, number: int) -> Exchange:
        operation = self.random.choice(self.model.operations)
        name = operation.resource
        single = operation.role is Role.ITEM
        broken = self.settings.faulty and number % 37 == 0
        status = 500 if broken else self.random.choices((200, 404, 401), (20, 2, 1))[0]
        path = f"/{name}/{name[:4]}0{self.ulid()}" if single else f"/{name}"
        query = self.random.choice(("", "?page_size=4", "?expand=" + (COLLECTIONS_BY[name] or ("x",))[0].rstrip("s")))
        content: object = self.item(name) if single else [self.item(name) for _ in range(self.settings.page)]
        if status != 200:
            content = {"title": "Not so", "detail": self.text("went wrong"), "status": status}
        elapsed = self.random.lognormvariate(-3.6, 0.7)
        self.now += elapsed + 0.02
        media = "application/json" if status == 200 else "application/problem+json"
        identity = self.random.choices(("full", "readonly", ""), (8, 1, 1))[0]
        return Exchange(
            id=f"x{number:06d}",
            request=Request(operation.key, "GET", path + query, (("Accept", "application/json"),), identity=identity),
            url=f"{BASE}{path}{query}",
            sent_at=self.now,
            response=Response(
                status,
                (
                    ("Content-Type", media),
                    ("EvEnergy-Version", "2"),
                    ("X-RateLimit-Limit", "1000"),
                    ("X-RateLimit-Remaining", str(max(0, 1000 - number))),
                    ("X-Request-Id", str(uuid.UUID(int=self.random.getrandbits(128)))),
                    ("X-Note", self.text("plain")),
                ),
                json.dumps(content).encode("utf-8", "replace"),
                elapsed,
            )
            if number % 501 != 500
            else None,
            failure="" if number % 501 != 500 else "no answer within 10 seconds",
        )

    def text(self, plain: str) -> str:
        return self.random.choice(HOSTILE) if self.settings.hostile else plain

    def cases(self, rule: Requirement) -> tuple[str, ...]:
        if rule.kind is Kind.STATIC:
            return ("*",)
        keys = [o.key for o in self.model.operations if rule.family != "EXP" or o.expansions]
        return tuple(k for k in keys if rule.id != "PAG-03" or "{" not in k)

    def outcomes(self, exchanges: list[Exchange]) -> Iterator[Observed]:
        seen: dict[str, list[Exchange]] = {}
        for exchange in exchanges:
            seen.setdefault(exchange.request.operation, []).append(exchange)
        for rule in self.rules:
            for key in self.cases(rule):
                yield from self.judge(rule, key, seen.get(key, []))

    def judge(self, rule: Requirement, key: str, sent: list[Exchange]) -> Iterator[Observed]:
        item = f"suite/{rule.family.lower()}[{key}]"
        if rule.id == "LIM-02":
            yield Observed(
                Outcome(rule.id, key, Verdict.NOT_TESTED, "the target does not allow exhausting its limit"), item
            )
        elif rule.id == "CON-05":
            yield Observed(Outcome(rule.id, key, Verdict.NOT_APPLICABLE, "HEAD is not served"), item)
        elif rule.id == "RSP-08":
            for exchange in sent:
                fine = exchange.status < 500
                verdict = Verdict.PASS if fine else Verdict.FAIL
                said = "" if fine else self.text("answered 500")
                yield Observed(
                    Outcome(rule.id, key, verdict, said, "not 5xx", str(exchange.status), "", (exchange.id,)), item
                )
        elif sent or key == "*":
            yield from (Observed(verdict, item) for verdict in self.verdicts(rule, key, sent))

    def verdicts(self, rule: Requirement, key: str, sent: list[Exchange]) -> Iterator[Outcome]:
        first = tuple(exchange.id for exchange in sent[:1])
        answered = [exchange for exchange in sent if exchange.status == 200]
        if self.settings.faulty and rule.id == "EXP-04" and "{" in key and answered:
            for exchange in answered[:3]:
                expected, actual = "evses 17", self.text("evses 71")
                said = self.text("the expanded object differs from the resource at its URL")
                yield Outcome(
                    rule.id, key, Verdict.FAIL, said, expected, actual, "/name", (exchange.id,), "stale-expansion"
                )
        elif self.settings.faulty and rule.id == "IDS-01" and key == "GET /evses" and answered:
            pattern = "^evse[0-9A-HJKMNP-TV-Z]{26}$"
            for index, exchange in enumerate(answered[:4]):
                yield Outcome(
                    rule.id,
                    key,
                    Verdict.FAIL,
                    "the id has lower case",
                    pattern,
                    "evse01hq",
                    f"/{index}/id",
                    (exchange.id,),
                )
        elif rule.id == "RSP-06" and key == "GET /users":
            yield Outcome(
                rule.id, key, Verdict.FAIL, "an undocumented field", "no such field", "power_kw", "/0/power_kw", first
            )
        elif rule.id == "DSC-07":
            yield Outcome(rule.id, key, Verdict.REVIEW, "guide and description disagree about the header", "URL", "id")
        elif rule.id == "AUT-01" and self.settings.undecided and key == "GET /users":
            yield Outcome(rule.id, key, Verdict.INCONCLUSIVE, "the two validators disagree", exchanges=first)
        else:
            yield Outcome(rule.id, key, Verdict.PASS, exchanges=first)


COLLECTIONS_BY = dict(COLLECTIONS)


def requirements(hostile: bool = False) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(
            id=identifier,
            level=level,
            statement=f"{statement} {HOSTILE[1]}" if hostile else statement,
            source=Source(
                "API guide", "Section 4", "javascript:alert(1)" if hostile else "https://example.org/guide#4"
            ),
            kind=kind,
            applies="all",
            seen="passively",
            harm=Harm.SECRETS if identifier.startswith("AUT") else Harm.DATA,
            why=f"Customers suffer.{HOSTILE[6]}" if hostile else "Customers suffer.",
        )
        for identifier, level, kind, statement in RULES
    )


def model(hostile: bool = False) -> ResourceModel:
    operations: list[Operation] = []
    resources: list[Resource] = []
    for name, links in COLLECTIONS:
        parameters = (
            Parameter("expand", Location.QUERY, schema={"type": "array"}),
            Parameter("page_size", Location.QUERY, schema={"type": "integer"}),
            Parameter("page_after", Location.QUERY, schema={"type": "string"}),
        )
        model_links = tuple(Link(link.rstrip("s"), LinkKind.ITEM, (link,), expandable=True) for link in links)
        expansions = tuple(Expansion(link.rstrip("s"), link) for link in links)
        responses = tuple(ResponseSpec(s, (Media("application/json"),)) for s in ("200", "401", "404", "429"))
        for role, path in ((Role.LIST, f"/{name}"), (Role.ITEM, f"/{name}/{{{name.rstrip('s')}_id}}")):
            key = f"GET {path}"
            operations.append(
                Operation(
                    key=key,
                    id=f"get-{name}-{role}" + (HOSTILE[3] if hostile else ""),
                    method="GET",
                    path=path,
                    pointer=f"#/paths/{path.replace('/', '~1')}/get",
                    role=role,
                    effect=Effect.NONE,
                    group=name,
                    resource=name,
                    parameters=parameters,
                    responses=responses,
                    expansions=expansions,
                    links=model_links,
                    fields=tuple(f"{'[].' if role is Role.LIST else ''}{field}" for field in (*FIELDS, "never_shown")),
                )
            )
        keys = tuple(o.key for o in operations[-2:])
        resources.append(
            Resource(name, f"#/{name}", f"/{name}", operations[-1].path, links=model_links, operations=keys)
        )
    return ResourceModel(DIGEST, "A synthetic API", "2.0.0", "/v2", tuple(operations), tuple(resources))


def places(known: ResourceModel) -> dict[str, Place]:
    """Return lines for every second operation."""
    listed = known.operations[::2]
    return {operation.pointer: Place("api/a b.yaml", 10 + n, in_repository=True) for n, operation in enumerate(listed)}


def events(settings: Settings = Settings()) -> list[Event]:
    """Return the events of one complete run, in order."""
    run = Run(settings)
    exchanges = [run.exchange(number) for number in range(settings.exchanges)]
    logged: list[Event] = [run.header(), Described(run.model), Placed(places(run.model)), Catalogued(run.rules)]
    for rule in run.rules:
        skipped = tuple(o.key for o in run.model.operations if o.key not in run.cases(rule))
        logged.append(
            Planned(rule.id, run.cases(rule), {"the operation has nothing of the kind": skipped} if skipped else {})
        )
    logged += [Exchanged(exchange, f"suite/{exchange.request.operation}") for exchange in exchanges]
    logged += run.outcomes(exchanges)
    logged.append(Noticed("volatile-field", run.text("/updated_at changes between reads"), "GET /evses"))
    logged.append(ItemFinished("suite/exp", 1.25, settings.exchanges))
    if not settings.cut_off:
        sent: dict[str, int] = {}
        for exchange in exchanges:
            sent[exchange.request.identity] = sent.get(exchange.request.identity, 0) + 1
        logged.append(RunFinished(run.now + 0.5, sent))
    return logged


@cache
def summary(settings: Settings) -> Summary:
    """Return the summary of a synthetic run, folded once."""
    return fold(events(settings))
