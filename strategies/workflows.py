"""Histories of one resource drawn by Hypothesis: run against an API at once, or kept as scripts to run later."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain, combinations, islice

import msgspec
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from conformance.model import Request, Response
from conformance.validation import Validators
from strategies.bodies import bodies
from strategies.determinism import reproducible
from strategies.expansions import expansions
from strategies.histories import Do, History, Script, Step, relayed
from strategies.instances import Known
from strategies.lifecycles import Lifecycle
from strategies.states import Broken

Send = Callable[[Request], Response]

_POOL = 4  # histories drawn for each one chosen
_MOST_CHOICES = 11  # 0 to 11: twelve choices divide evenly among two, three, four or six items


class Ground(msgspec.Struct, frozen=True):
    """The common part of the histories of one resource: strategies of its steps, and how a history begins."""

    steps: Mapping[Do, st.SearchStrategy[Step]]
    begin: "Callable[[], _LiveHistory]"


def steps_of(
    validators: Validators, lifecycle: Lifecycle, known: Known | None = None
) -> dict[Do, st.SearchStrategy[Step]]:
    """Return strategies for the steps of a resource's life, by kind of step."""
    indices = st.integers(0, _MOST_CHOICES)
    strategies = {
        Do.CREATE: st.builds(Step, st.just(Do.CREATE), body=bodies(validators, lifecycle.create, known=known)),
        Do.READ: st.builds(Step, st.just(Do.READ), indices),
    }
    if lifecycle.update:
        changes = bodies(validators, lifecycle.update, known=known)
        strategies[Do.UPDATE] = st.builds(Step, st.just(Do.UPDATE), indices, body=changes)
    if lifecycle.delete:
        strategies[Do.DELETE] = st.builds(Step, st.just(Do.DELETE), indices)
    if lifecycle.listing:
        strategies[Do.WALK] = st.just(Step(Do.WALK))
    if lifecycle.expandable:
        paths = expansions(lifecycle.read, max_depth=1)
        strategies[Do.EXPAND] = st.builds(Step, st.just(Do.EXPAND), indices, paths=paths)
    return strategies


def workflows(  # noqa: PLR0913 - three of them are options by name
    validators: Validators,
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
    steps = steps_of(validators, lifecycle, known)

    def begin() -> "_LiveHistory":
        return _LiveHistory(History(lifecycle, path=path, volatile=volatile), send)

    return lambda: Workflow(Ground(steps, begin))


def histories(
    validators: Validators, lifecycle: Lifecycle, *, known: Known | None = None, most: int = 8
) -> st.SearchStrategy[Script]:
    """Return a strategy for histories to run later: a creation, then up to `most` steps of any kind.

    In a test of your own::

        @given(script=histories(validators, lifecycle, known={"model": models}))
        def test_histories_of_vehicles(script):
            relayed(History(lifecycle).told(script), send)
    """
    steps = steps_of(validators, lifecycle, known)
    rest = st.lists(st.one_of([*steps.values()]), min_size=1, max_size=most)
    return st.tuples(steps[Do.CREATE], rest).map(lambda drawn: (drawn[0], *drawn[1]))


def scripts(
    validators: Validators, lifecycle: Lifecycle, *, number: int, count: int = 60, most: int = 8
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

    with reproducible():
        draw()
    return tuple(islice(_sort_by_variety([*drawn.values()]), count))


def _sort_by_variety(drawn_scripts: list[Script]) -> Iterator[Script]:
    """Yield the scripts; next is always the one with the rarest orders of steps so far, per step."""
    seen: Counter[tuple[Do, ...]] = Counter()
    orders = {index: _list_orders(script) for index, script in enumerate(drawn_scripts)}
    while orders:
        best = max(
            orders, key=lambda index: sum(1 / (1 + seen[order]) for order in orders[index]) / len(drawn_scripts[index])
        )
        seen.update(orders.pop(best))
        yield drawn_scripts[best]


def _list_orders(script: Script) -> frozenset[tuple[Do, ...]]:
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
            relayed(self._history.take(step), self._send)
        except Broken:
            self._unbroken = False
            raise

    def end(self) -> None:
        """Check the end state unless the history is broken already; delete what is left."""
        try:
            if self._unbroken:
                relayed(self._history.look_back(), self._send)
        finally:
            relayed(self._history.leave(), self._send)


class Workflow(RuleBasedStateMachine):
    """A state machine that draws and runs one history.

    No draw depends on a response: a server that remembers earlier histories would make the same history draw other
    values, and Hypothesis could neither repeat nor shrink it.
    """

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self._steps = ground.steps
        self._life = ground.begin()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Create a first item."""
        self._run_step(data, Do.CREATE)

    @rule(data=st.data())
    def create(self, data: st.DataObject) -> None:
        """Create another item."""
        self._run_step(data, Do.CREATE)

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        """Read an item."""
        self._run_step(data, Do.READ)

    @precondition(lambda self: Do.UPDATE in self._steps)
    @rule(data=st.data())
    def update(self, data: st.DataObject) -> None:
        """Change an item."""
        self._run_step(data, Do.UPDATE)

    @precondition(lambda self: Do.DELETE in self._steps)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Delete an item."""
        self._run_step(data, Do.DELETE)

    @precondition(lambda self: Do.WALK in self._steps)
    @rule(data=st.data())
    def walk(self, data: st.DataObject) -> None:
        """Read all pages of the list."""
        self._run_step(data, Do.WALK)

    @precondition(lambda self: Do.EXPAND in self._steps)
    @rule(data=st.data())
    def expand(self, data: st.DataObject) -> None:
        """Read an item with linked resources expanded."""
        self._run_step(data, Do.EXPAND)

    def teardown(self) -> None:
        """Check the end state, then delete what is left."""
        self._life.end()

    def _run_step(self, data: st.DataObject, do: Do) -> None:
        """Draw a step of a kind and run it."""
        self._life.take(data.draw(self._steps[do], label=do))
