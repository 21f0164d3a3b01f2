"""Playing the cases: each task once without any condition, then every scenario, several at a time."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import msgspec

from conformance.certify.api_clients.catalogue import passives
from conformance.certify.api_clients.judging import EVERY, everything, judged, lacking, operation_of, outcome, passively
from conformance.certify.api_clients.listening import Doors
from conformance.certify.api_clients.play import Play
from conformance.certify.api_clients.running import MARK, run
from conformance.certify.api_clients.scenario import Certificate, Scenario
from conformance.certify.api_clients.stage import Stage
from conformance.certify.api_clients.tasks import TASKS
from conformance.certify.api_clients.trace import Call, How, Ran, Trace
from conformance.certify.found import Found
from conformance.certify.record import Item, Record
from conformance.description import Description
from conformance.execution.redaction import Redactor
from conformance.mock_server import clock
from conformance.mock_server.behaviours import prepare
from conformance.mock_server.world.build import World, build
from conformance.model import Outcome, Verdict

DECLINED = "declined: the plan does not declare the task"
_NO_DOOR = "this machine cannot offer TLS 1.1"


class Case(msgspec.Struct, frozen=True):
    """A case to play: a scenario, or a task without any condition."""

    task: str
    scenario: Scenario | None = None

    @property
    def name(self) -> str:
        """The name in addresses and reports."""
        return self.scenario.name if self.scenario else f"control-{self.task.replace('_', '-')}"

    @property
    def certificate(self) -> Certificate:
        """What it shows at the beginning of TLS."""
        return self.scenario.certificate if self.scenario else Certificate.NONE

    @property
    def seconds(self) -> float:
        """How long a slow but right client may need."""
        return self.scenario.seconds if self.scenario else 30.0


class Programme(msgspec.Struct, frozen=True):
    """What is played: each task once without any condition, then the scenarios."""

    tasks: tuple[str, ...]
    scenarios: tuple[Scenario, ...]

    @property
    def controls(self) -> list[Case]:
        """The tasks without any condition."""
        return [Case(task) for task in self.tasks]


class Playing(msgspec.Struct, frozen=True):
    """How cases are played: the client's command, where its output is kept, how many at once, how long one may last."""

    command: tuple[str, ...]
    output: Path
    jobs: int
    limit_s: float


class Theatre:
    """The cases of one certification: put up, played, judged, written down. One thread writes at a time."""

    def __init__(  # noqa: PLR0913
        self,
        record: Record,
        stage: Stage,
        doors: Doors,
        description: Description,
        *,
        number: int = 1,
        public: bool = False,
        scale: float = 1.0,
    ) -> None:
        self.stage = stage
        self._record, self._doors, self._description = record, doors, description
        self._number, self._public, self._scale = number, public, scale
        self._shared = self._world()
        self._writing = threading.Lock()
        self._interrupted = threading.Event()
        self._plays: dict[str, Play] = {}
        self._items: dict[str, Item] = {}
        self.traces: dict[str, Trace] = {}
        self.lacks: dict[str, str] = {}

    # Putting up

    def put_up(self, case: Case) -> Play | None:
        """A case that can be reached; None where this machine cannot offer what it needs."""
        origin = self._doors.origins.get(case.certificate)
        if origin is None:
            return None
        task = TASKS[case.task]
        rules = (*task.setup, *(case.scenario.rules if case.scenario else ()))
        world = self._world() if task.writes else self._shared
        item = self._items[case.name] = self._record.item(case.name)
        play = self._plays[case.name] = Play(
            case.name,
            rules,
            self._description,
            world,
            public=self._public,
            scale=self._scale,
            heard=lambda call: self._heard(case.name, item, call),
        )
        self.stage.add(play, origin, self._doors.elsewhere)
        return play

    def _world(self) -> World:
        return prepare(build(self._description, self._number, clock.Clock().now()))

    def _heard(self, name: str, item: Item, call: Call) -> None:
        with self._writing:
            item.exchanged(Redactor(self._plays[name].secrets).exchange(call.exchange))

    # Playing

    def perform(self, playing: Playing, programme: Programme) -> None:
        """Start the command once a case: the tasks without conditions first, then the scenarios of those it does."""
        wanted = programme.scenarios
        try:
            with ThreadPoolExecutor(playing.jobs) as pool, self._ended_at_once(pool):
                self._all(pool, programme.controls, playing, self._settle_control)
                rest = [Case(each.task, each) for each in wanted if not each.control and not self.lacks.get(each.task)]
                rest.sort(key=lambda case: -case.seconds)
                self._all(pool, rest, playing, lambda _: None)
        except KeyboardInterrupt:
            self._record.stopped = "interrupted"
        self.judge(wanted)

    def _all(
        self,
        pool: ThreadPoolExecutor,
        cases: list[Case],
        playing: Playing,
        settle: Callable[[Case], None],
    ) -> None:
        begun: dict[Future[Ran | None], Case] = {pool.submit(self._one, case, playing): case for case in cases}
        for future in as_completed(begun):
            case = begun[future]
            if (ran := future.result()) is not None:
                self.keep(case, ran)
                settle(case)

    @contextmanager
    def _ended_at_once(self, pool: ThreadPoolExecutor) -> Iterator[None]:
        """Whatever goes wrong, a signal at any moment included, clients under way are stopped and no other starts."""
        try:
            yield
        except BaseException:
            self._interrupted.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise

    def _one(self, case: Case, playing: Playing) -> Ran | None:
        play = self.put_up(case)
        if play is None or self._interrupted.is_set():
            return None
        environment = {**play.environment(), **self.surroundings(case), MARK: f"{self.stage.run}-{case.name}"}
        play.begin()
        ran = run(
            playing.command,
            environment,
            limit_s=min(case.seconds, playing.limit_s),
            flooded=play.flooded.is_set,
            stopped=self._interrupted.is_set,
        )
        clean = Redactor(play.secrets).text(self._record.redacted(ran.output))
        if clean:
            playing.output.mkdir(parents=True, exist_ok=True)
            (playing.output / f"{case.name}.txt").write_text(clean, encoding="utf-8")
        return msgspec.structs.replace(ran, output=clean)

    def surroundings(self, case: Case) -> dict[str, str]:
        """What a client is told beside its addresses and credentials."""
        authority = str(self._doors.authority)
        files = ("EVCONFORM_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        secure = dict.fromkeys(files, authority) if case.certificate is not Certificate.NONE else {}
        return {"EVCONFORM_CASE": case.name, "EVCONFORM_TASK": case.task, **secure}

    # Judging

    def keep(self, case: Case, ran: Ran) -> None:
        """Close a case: what came in it, and how its client ended."""
        play = self._plays[case.name]
        self.traces[case.name] = Trace(
            play.calls,
            ran,
            play.base_url,
            play.user,
            self._scale,
            frozenset(play.secrets.values()),
            self._doors.handshakes(case.certificate),
        )
        with self._writing:
            self._items[case.name].__exit__(None)
            if ran.how is not How.OPERATOR:
                self._record.notice("client", f"{case.name}: the client {ran.told}", operation_of(case.task))

    def _settle_control(self, case: Case) -> None:
        self.lacks[case.task] = lacking(TASKS[case.task], self.traces[case.name])

    def judge(self, scenarios: Iterable[Scenario]) -> None:
        """Judge everything that was played, and give a reason for what was not."""
        with self._writing:
            for scenario in scenarios:
                if scenario.judge is not None and (made := self._judged(scenario)) is not None:
                    self._record.item(scenario.name).observed(self._without_secrets([made]))
            with self._record.item("all cases") as item:
                played = {name: trace for name, trace in self.traces.items() if trace.calls}
                seen = everything(played, self._description, public=self._public)
                for passive in passives():
                    found = passively(passive, seen, self.lacks.get(passive.task, ""))
                    item.observed(self._without_secrets(found))
                item.observed([Outcome("C30", EVERY, Verdict.NOT_APPLICABLE, "the API documents no ETag")])
        clean = self._redactor()
        for address, count in self.stage.strayed.most_common(5):
            told = f"{count} requests outside of every case: {address}. {_STRAY_HINT}"
            self._record.notice("stray", clean.text(told))
        if self._record.stopped:
            self._record.leave(self._record.stopped)
        self._record.leave(DECLINED, Verdict.NOT_APPLICABLE)

    def _redactor(self) -> Redactor:
        """What knows the secrets of all cases: a verdict on one may quote another, as its control."""
        return Redactor(
            {f"{name}-{kind}": value for name, play in self._plays.items() for kind, value in play.secrets.items()}
        )

    def _without_secrets(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Outcomes whose words may be shown: judges quote what a client sent, token and all."""
        clean = self._redactor()
        for each in outcomes:
            words = {name: clean.text(getattr(each, name)) for name in ("message", "expected", "actual", "cause")}
            yield msgspec.structs.replace(each, **words)

    def _judged(self, scenario: Scenario) -> Outcome | None:
        control = self.traces.get(f"control-{scenario.task.replace('_', '-')}")
        lack = self.lacks.get(scenario.task, "")
        if scenario.certificate not in self._doors.origins:
            return outcome(scenario, Found(Verdict.NOT_OBSERVABLE, _NO_DOOR), Trace(()))
        if control is None:
            return None
        trace = control if scenario.control else self.traces.get(scenario.name)
        if trace is None and not lack:
            return None
        whole = msgspec.structs.replace(trace or control, control=control, beside=self.traces.get(scenario.beside))
        return outcome(scenario, judged(scenario, whole, lack), whole)

    # Cases that an operator plays

    def serve(self, programme: Programme) -> Mapping[str, tuple[Case, Play]]:
        """Put every case up, for clients that we cannot start."""
        cases = [*programme.controls, *(Case(each.task, each) for each in programme.scenarios if not each.control)]
        return {case.name: (case, play) for case in cases if (play := self.put_up(case)) is not None}

    def close(self, cases: Iterable[Case], programme: Programme, seconds: float) -> None:
        """Judge what an operator's client did; what it never came to is told so."""
        for case in cases:
            self.keep(case, Ran(seconds=seconds))
            if case.scenario is None:
                self._settle_control(case)
        self.judge(programme.scenarios)


_STRAY_HINT = "Does the client use the whole of EVCONFORM_BASE_URL, path and all?"
