"""Histories of one resource drawn by Hypothesis: lived through on an API, or written down to be lived through later."""

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
from strategies.expansions import expansions
from strategies.histories import Do, History, Script, Step, relayed
from strategies.instances import Known
from strategies.lifecycles import Lifecycle
from strategies.reproducible import reproducible
from strategies.states import Broken

Send = Callable[[Request], Response]

_POOL = 4  # histories that are drawn for each that is chosen
_MOST_CHOICES = 11  # twelve choices fall evenly on two, three, four or six items


class Ground(msgspec.Struct, frozen=True):
    """What the histories of one resource have in common: strategies of its steps, and how one is lived."""

    steps: Mapping[Do, st.SearchStrategy[Step]]
    begin: "Callable[[], _Life]"


def steps_of(
    validators: Validators, lifecycle: Lifecycle, known: Known | None = None
) -> dict[Do, st.SearchStrategy[Step]]:
    """The steps that a resource's life can have, by what they do."""
    items = st.integers(0, _MOST_CHOICES)
    found = {
        Do.CREATE: st.builds(Step, st.just(Do.CREATE), body=bodies(validators, lifecycle.create, known=known)),
        Do.READ: st.builds(Step, st.just(Do.READ), items),
    }
    if lifecycle.update:
        changes = bodies(validators, lifecycle.update, known=known)
        found[Do.UPDATE] = st.builds(Step, st.just(Do.UPDATE), items, body=changes)
    if lifecycle.delete:
        found[Do.DELETE] = st.builds(Step, st.just(Do.DELETE), items)
    if lifecycle.listing:
        found[Do.WALK] = st.just(Step(Do.WALK))
    if lifecycle.expandable:
        paths = expansions(lifecycle.read, max_depth=1)
        found[Do.EXPAND] = st.builds(Step, st.just(Do.EXPAND), items, paths=paths)
    return found


def workflows(  # noqa: PLR0913 - three of them are options by name
    validators: Validators,
    lifecycle: Lifecycle,
    send: Send,
    *,
    path: Mapping[str, str] | None = None,
    known: Known | None = None,
    volatile: Collection[str] = (),
) -> Callable[[], "Workflow"]:
    """A maker of machines that draw histories of one resource and live them, for Hypothesis to run and to shrink.

    `send` answers requests of ours below a base URL, with whatever headers each needs. `path` gives values for the
    parameters of the paths above the resource, `known` real values for bodies; `volatile` names the properties that
    change by themselves. A machine raises `Broken` with the id of the requirement that its history violates.

    >>> machine = workflows(validators, lifecycle, send, known={"model": models})
    ... run_state_machine_as_test(machine, settings=settings(max_examples=20, stateful_step_count=8))
    """
    steps = steps_of(validators, lifecycle, known)

    def begin() -> _Life:
        return _Life(History(lifecycle, path=path, volatile=volatile), send)

    return lambda: Workflow(Ground(steps, begin))


def histories(
    validators: Validators, lifecycle: Lifecycle, *, known: Known | None = None, most: int = 8
) -> st.SearchStrategy[Script]:
    """Histories to be lived later: something is created, then up to `most` steps of any sort follow.

    >>> @given(script=histories(validators, lifecycle, known={"model": models}))
    ... def test_vehicles_live(script): relayed(History(lifecycle).told(script), send)
    """
    steps = steps_of(validators, lifecycle, known)
    rest = st.lists(st.one_of([*steps.values()]), min_size=1, max_size=most)
    return st.tuples(steps[Do.CREATE], rest).map(lambda drawn: (drawn[0], *drawn[1]))


def scripts(
    validators: Validators, lifecycle: Lifecycle, *, number: int, count: int = 60, most: int = 8
) -> tuple[Script, ...]:
    """At most `count` histories of at most so many steps after the first, those first that add most to the others.

    `number` is their seed.

    >>> for script in scripts(validators, lifecycle, number=1):
    ...     relayed(History(lifecycle).told(script), send)
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
    return tuple(islice(_varied([*drawn.values()]), count))


def _varied(found: list[Script]) -> Iterator[Script]:
    """Always the one whose orders of steps were seen least before, for what it costs."""
    seen: Counter[tuple[Do, ...]] = Counter()
    orders = {index: _orders(script) for index, script in enumerate(found)}
    while orders:
        best = max(orders, key=lambda index: sum(1 / (1 + seen[o]) for o in orders[index]) / len(found[index]))
        seen.update(orders.pop(best))
        yield found[best]


def _orders(script: Script) -> frozenset[tuple[Do, ...]]:
    """What comes before what, by threes and for the same one of the living by twos."""
    threes = (tuple(each.do for each in three) for three in combinations(script, 3))
    twos = ((one.do, other.do) for one, other in combinations(script, 2) if one.item == other.item)
    return frozenset(chain(threes, twos))


class _Life:
    """A history that is lived while it is drawn."""

    def __init__(self, history: History, send: Send) -> None:
        self._history, self._send = history, send
        self._whole = True  # nothing was broken yet

    def take(self, step: Step) -> None:
        try:
            relayed(self._history.take(step), self._send)
        except Broken:
            self._whole = False
            raise

    def end(self) -> None:
        try:
            if self._whole:
                relayed(self._history.look_back(), self._send)
        finally:
            relayed(self._history.leave(), self._send)


class Workflow(RuleBasedStateMachine):
    """Draws one history.

    What is drawn never depends on what was answered: a server that remembers earlier histories would make the same
    history draw other values, and Hypothesis could neither repeat nor shrink it.
    """

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self._steps = ground.steps
        self._life = ground.begin()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Something to live with."""
        self._next(data, Do.CREATE)

    @rule(data=st.data())
    def create(self, data: st.DataObject) -> None:
        """One more."""
        self._next(data, Do.CREATE)

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        """One of the living."""
        self._next(data, Do.READ)

    @precondition(lambda self: Do.UPDATE in self._steps)
    @rule(data=st.data())
    def update(self, data: st.DataObject) -> None:
        """One of the living, changed."""
        self._next(data, Do.UPDATE)

    @precondition(lambda self: Do.DELETE in self._steps)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """One of the living, no more."""
        self._next(data, Do.DELETE)

    @precondition(lambda self: Do.WALK in self._steps)
    @rule(data=st.data())
    def walk(self, data: st.DataObject) -> None:
        """All of them, by their list."""
        self._next(data, Do.WALK)

    @precondition(lambda self: Do.EXPAND in self._steps)
    @rule(data=st.data())
    def expand(self, data: st.DataObject) -> None:
        """One of the living, with what it links to."""
        self._next(data, Do.EXPAND)

    def teardown(self) -> None:
        """The end of the history."""
        self._life.end()

    def _next(self, data: st.DataObject, do: Do) -> None:
        self._life.take(data.draw(self._steps[do], label=do))
