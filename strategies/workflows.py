"""Histories of one resource drawn by Hypothesis: run against an API at once, or kept as scripts to run later."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain, combinations, islice

import msgspec
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from conformance.model import Request, Response
from conformance.validation import SchemaValidators
from strategies.bodies import bodies
from strategies.determinism import exclude_local_constants
from strategies.expansions import expansions
from strategies.histories import History, Script, Step, StepKind, run_conversation
from strategies.instances import Known
from strategies.lifecycles import Lifecycle
from strategies.states import Broken

Send = Callable[[Request], Response]

_POOL = 4  # histories drawn for each one chosen
_MOST_CHOICES = 11  # 0 to 11: twelve choices divide evenly among two, three, four or six items


class WorkflowBase(msgspec.Struct, frozen=True):
    """The common part of the histories of one resource: strategies of its steps, and how a history begins."""

    steps: Mapping[StepKind, st.SearchStrategy[Step]]
    begin: "Callable[[], _LiveHistory]"


def build_steps(
    validators: SchemaValidators, lifecycle: Lifecycle, known: Known | None = None
) -> dict[StepKind, st.SearchStrategy[Step]]:
    """Return strategies for the steps of a resource's life, by kind of step."""
    indices = st.integers(0, _MOST_CHOICES)
    strategies = {
        StepKind.CREATE: st.builds(
            Step, st.just(StepKind.CREATE), body=bodies(validators, lifecycle.create, known=known)
        ),
        StepKind.READ: st.builds(Step, st.just(StepKind.READ), indices),
    }
    if lifecycle.update:
        changes = bodies(validators, lifecycle.update, known=known)
        strategies[StepKind.UPDATE] = st.builds(Step, st.just(StepKind.UPDATE), indices, body=changes)
    if lifecycle.delete:
        strategies[StepKind.DELETE] = st.builds(Step, st.just(StepKind.DELETE), indices)
    if lifecycle.listing:
        strategies[StepKind.WALK] = st.just(Step(StepKind.WALK))
    if lifecycle.is_expandable:
        paths = expansions(lifecycle.read, max_depth=1)
        strategies[StepKind.EXPAND] = st.builds(Step, st.just(StepKind.EXPAND), indices, paths=paths)
    return strategies


def workflows(  # noqa: PLR0913 - three of them are options by name
    validators: SchemaValidators,
    lifecycle: Lifecycle,
    send: Send,
    *,
    path: Mapping[str, str] | None = None,
    known: Known | None = None,
    volatile: Collection[str] = (),
) -> Callable[[], "Workflow"]:
    """Return a factory of state machines that draw histories of one resource and run them; Hypothesis shrinks them.

    `send` sends a request below a base URL, with the headers that it needs, and returns the response. `path` gives
    values for the parameters of the paths above the resource, `known` real values for bodies; `volatile` names the
    properties that change on their own. A machine raises `Broken` with the id of the requirement that its history
    breaks.

    In a test of your own::

        machine = workflows(validators, lifecycle, send, known={"model": models})
        run_state_machine_as_test(machine, settings=settings(max_examples=20, stateful_step_count=8))
    """
    steps = build_steps(validators, lifecycle, known)

    def begin() -> "_LiveHistory":
        return _LiveHistory(History(lifecycle, path=path, volatile=volatile), send)

    return lambda: Workflow(WorkflowBase(steps, begin))


def histories(
    validators: SchemaValidators, lifecycle: Lifecycle, *, known: Known | None = None, most: int = 8
) -> st.SearchStrategy[Script]:
    """Return a strategy for histories to run later: a creation, then up to `most` steps of any kind.

    In a test of your own::

        @given(script=histories(validators, lifecycle, known={"model": models}))
        def test_histories_of_vehicles(script):
            relayed(History(lifecycle).told(script), send)
    """
    steps = build_steps(validators, lifecycle, known)
    rest = st.lists(st.one_of([*steps.values()]), min_size=1, max_size=most)
    return st.tuples(steps[StepKind.CREATE], rest).map(lambda drawn: (drawn[0], *drawn[1]))


def scripts(
    validators: SchemaValidators, lifecycle: Lifecycle, *, number: int, count: int = 60, most: int = 8
) -> tuple[Script, ...]:
    """Return at most `count` histories, the most varied first.

    `number` is the seed; a history has at most `most` steps after its first.

    In a test of your own::

        for script in scripts(validators, lifecycle, number=1):
            relayed(History(lifecycle).told(script), send)
    """
    drawn: dict[bytes, Script] = {}

    @seed(number)
    @settings(
        max_examples=_POOL * count,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories(validators, lifecycle, most=most))
    def draw(script: Script) -> None:
        drawn[msgspec.msgpack.encode(script)] = script

    with exclude_local_constants():
        draw()
    return tuple(islice(_sort_by_variety([*drawn.values()]), count))


def _sort_by_variety(drawn_scripts: list[Script]) -> Iterator[Script]:
    """Yield the scripts; next is always the one with the rarest orders of steps so far, per step."""
    seen: Counter[tuple[StepKind, ...]] = Counter()
    orders = {index: _list_orders(script) for index, script in enumerate(drawn_scripts)}
    while orders:
        best = max(
            orders, key=lambda index: sum(1 / (1 + seen[order]) for order in orders[index]) / len(drawn_scripts[index])
        )
        seen.update(orders.pop(best))
        yield drawn_scripts[best]


def _list_orders(script: Script) -> frozenset[tuple[StepKind, ...]]:
    """Return the orders of steps: every three in sequence, and every two about the same item."""
    threes = (tuple(step.do for step in three) for three in combinations(script, 3))
    twos = ((first.do, second.do) for first, second in combinations(script, 2) if first.item == second.item)
    return frozenset(chain(threes, twos))


class _LiveHistory:
    """A history that runs while it is drawn."""

    def __init__(self, history: History, send: Send) -> None:
        self._history, self._send = history, send
        self._unbroken = True  # no requirement is broken so far

    def take(self, step: Step) -> None:
        """Run one step."""
        try:
            run_conversation(self._history.run_step(step), self._send)
        except Broken:
            self._unbroken = False
            raise

    def end(self) -> None:
        """Check the end state unless the history is broken already; delete what is left."""
        try:
            if self._unbroken:
                run_conversation(self._history.check_end_state(), self._send)
        finally:
            run_conversation(self._history.delete_rest(), self._send)


class Workflow(RuleBasedStateMachine):
    """A state machine that draws and runs one history.

    No draw depends on a response: a server that remembers earlier histories would make the same history draw other
    values, and Hypothesis could neither repeat nor shrink it.
    """

    def __init__(self, ground: WorkflowBase) -> None:
        super().__init__()
        self._steps = ground.steps
        self._life = ground.begin()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Create a first item."""
        self._run_step(data, StepKind.CREATE)

    @rule(data=st.data())
    def create(self, data: st.DataObject) -> None:
        """Create another item."""
        self._run_step(data, StepKind.CREATE)

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        """Read an item."""
        self._run_step(data, StepKind.READ)

    @precondition(lambda self: StepKind.UPDATE in self._steps)
    @rule(data=st.data())
    def update(self, data: st.DataObject) -> None:
        """Change an item."""
        self._run_step(data, StepKind.UPDATE)

    @precondition(lambda self: StepKind.DELETE in self._steps)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Delete an item."""
        self._run_step(data, StepKind.DELETE)

    @precondition(lambda self: StepKind.WALK in self._steps)
    @rule(data=st.data())
    def walk(self, data: st.DataObject) -> None:
        """Read all pages of the list."""
        self._run_step(data, StepKind.WALK)

    @precondition(lambda self: StepKind.EXPAND in self._steps)
    @rule(data=st.data())
    def expand(self, data: st.DataObject) -> None:
        """Read an item with linked resources expanded."""
        self._run_step(data, StepKind.EXPAND)

    def teardown(self) -> None:
        """Check the end state, then delete what is left."""
        self._life.end()

    def _run_step(self, data: st.DataObject, do: StepKind) -> None:
        """Draw a step of a kind and run it."""
        self._life.take(data.draw(self._steps[do], label=do))
