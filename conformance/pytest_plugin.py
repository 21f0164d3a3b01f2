"""The pytest plugin: options, the run around the items, workers of xdist. Inert unless the suite is asked for."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

if TYPE_CHECKING:
    from conformance.execution.opening import RunOptions
    from conformance.execution.session import Session
    from conformance.execution.spec import Brief, RunSpec

SUITE = "conformance.suite"
PREPARED = "evconform-session"  # the plugin name under which the command line hands its session over
_OWN = "evconform-own-session"
_UNSEEN = "evconform-passes-unseen"  # of a worker's input: whether its controller shows nobody what passed


class Prepared:
    """A session that somebody else opened and will finish."""

    __name__ = PREPARED  # pytest takes a plugin's name from here

    def __init__(self, session: "Session") -> None:
        self.session = session


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `evconform run`, for those who call pytest themselves."""
    group = parser.getgroup("evconform", "ev.energy API conformance (with --pyargs conformance.suite)")
    group.addoption("--target", default="builtin", help="builtin, a configured name, a kind, or a URL")
    group.addoption("--description", type=Path, help="OpenAPI description; the shipped one otherwise")
    group.addoption("--evconform-config", type=Path, help="configuration (default: evconform.toml)")
    group.addoption("--profile", choices=["smoke", "standard", "deep"], default="standard")
    group.addoption("--budget", type=int, help="requests that each identity may send")
    group.addoption("--seed", type=int, default=1)
    group.addoption("--select", action="append", default=[], help="requirement, family, operation, path or tag:NAME")
    group.addoption("--shard", default="1/1", help="I/N")
    group.addoption("--allow-writes", action="store_true")
    group.addoption("--allow-hardware", action="store_true")
    group.addoption("--report-dir", type=Path)


def pytest_configure(config: pytest.Config) -> None:
    """Open the run (or, in a worker, what it needs to run items)."""
    handed = getattr(config, "workerinput", {}).get("evconform")
    if handed is None and not (_asked(config) or config.pluginmanager.hasplugin(PREPARED)):
        return
    from conformance.errors import HarnessError
    from conformance.execution.spec import Brief, RunSpec
    from conformance.plan import Plan

    try:
        if handed is not None:
            spec, plan = msgspec.msgpack.decode(handed, type=tuple[RunSpec, Plan])
            _work(config, spec, Brief.of(spec, plan), config.workerinput["workerid"])  # type: ignore[attr-defined]
            return
        session = _session(config)
        if not config.getoption("numprocesses", None):
            _work(config, session.spec, session.brief, "main")
    except HarnessError as fault:
        raise pytest.UsageError(f"{fault.message} {fault.hint}") from fault


def _asked(config: pytest.Config) -> bool:
    return any(SUITE in str(arg) or "conformance/suite" in str(arg) for arg in config.args)


def _session(config: pytest.Config) -> "Session":
    prepared = config.pluginmanager.get_plugin(PREPARED)
    if prepared is None:
        from conformance.execution.session import Session

        prepared = Prepared(Session.open(_options(config)))
        config.pluginmanager.register(_Owner(prepared.session), _OWN)
        config.pluginmanager.register(prepared)
    session: Session = prepared.session
    return session


def _options(config: pytest.Config) -> "RunOptions":
    from conformance.execution.opening import RunOptions
    from conformance.execution.options import shard_of
    from conformance.model import Profile

    get = config.getoption
    return RunOptions(
        target=get("--target"),
        description=get("--description"),
        config=get("--evconform-config"),
        profile=Profile(get("--profile")),
        budget=get("--budget"),
        seed=get("--seed"),
        select=tuple(get("--select")),
        shard=shard_of(get("--shard")),
        allow_writes=get("--allow-writes"),
        allow_hardware=get("--allow-hardware"),
        report_dir=get("--report-dir"),
        command="pytest --pyargs conformance.suite",
    )


def _work(config: pytest.Config, spec: "RunSpec", brief: "Brief", name: str) -> None:
    from conformance.execution.worker import Worker
    from conformance.suite.items import WORKER

    worker = Worker(spec, brief, name)
    config.stash[WORKER] = worker
    config.add_cleanup(worker.close)
    config.add_cleanup(_sparing_garbage())


def _sparing_garbage() -> Callable[[], None]:
    """Look for garbage in cycles more rarely, and not among what is there for good; gives what undoes it.

    A run allocates much and leaves hardly any cycles: without looking at all it takes a twentieth less processor time.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)

    def undo() -> None:
        gc.unfreeze()
        gc.set_threshold(*before)

    return undo


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the run to a worker of xdist: through its pipe, never through a file."""
    prepared = node.config.pluginmanager.get_plugin(PREPARED)
    if prepared is not None:
        session = prepared.session
        node.workerinput["evconform"] = msgspec.msgpack.encode((session.spec, session.brief.plan))
        node.workerinput[_UNSEEN] = not node.config.pluginmanager.hasplugin("terminalreporter")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal out a run's items by lanes, whatever `--dist` says."""
    prepared = config.pluginmanager.get_plugin(PREPARED)
    if prepared is None:
        return None
    from conformance.suite.scheduling import ByLanes

    return ByLanes(config, log, prepared.session.brief)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The suite's one file stands for the whole plan."""
    if file_path.name != "items.py" or file_path.parent != Path(__file__).parent / "suite":
        return None
    from conformance.suite.items import WORKER, SuiteFile

    return SuiteFile.from_parent(parent, path=file_path) if WORKER in parent.config.stash else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Run an item of the suite with one report instead of three: it has no fixtures to set up or tear down.

    A worker of xdist sends its controller as little as it can, which is busy enough: of thousands of short items.
    """
    if not hasattr(item, "conformance_item"):
        return None
    given = getattr(item.config, "workerinput", None)
    if given is None:
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    call = pytest.CallInfo.from_call(item.runtest, when="call", reraise=(KeyboardInterrupt, pytest.exit.Exception))
    if call.excinfo or not (given or {}).get(_UNSEEN):
        item.ihook.pytest_runtest_logreport(report=pytest.TestReport.from_item_and_call(item, call))
    if given is None:
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


class _Owner:
    """Finishes a session that the plugin opened itself, and writes its reports."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """Merge the logs and report once the last worker is gone."""
        yield
        from conformance.execution.directories import point_latest
        from conformance.reporting import report

        try:
            log = self._session.finish()
            report(log, ("json", "junit", "html"))
            point_latest(log.parent)
        finally:
            self._session.close()
