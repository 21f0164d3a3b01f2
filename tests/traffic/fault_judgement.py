"""The judgement of a server by an hour of its recorded traffic: whether a fault shows in it, and whether it is seen."""

import json
import tempfile
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

import reports
from conformance.description import Description, load_description
from conformance.execution.setup import RunOptions
from conformance.matrices.fault_groups import Violation
from conformance.matrices.faults import list_inapplicable_faults, read_signs
from conformance.mock_server.faults import load_faults
from conformance.mock_server.readings import list_applicable_readings
from conformance.model import Verdict
from conformance.traffic.judge import JudgeOptions, judge_traffic
from reports import Summary
from tests.traffic.sample_recording import Recording, build_server, read_ordinarily

NOW = 1_790_000_000_000_000
"""Where the clocks of the servers stand at first, in microseconds since 1970: the same for all, so that they agree."""
_OF_THE_MOMENT = frozenset({"date", "x-ratelimit-remaining", "x-ratelimit-reset"})  # headers


class FaultJudgement(msgspec.Struct, frozen=True):
    """A fault, how many recorded responses differ from those of a clean server, and what `judge` made of them.

    `named` are the violations of the requirements that the fault breaks, where it breaks them; `others` are all other
    violations, of which a clean server has none, `reviews` what is for review, each as `requirement operation`.
    """

    fault: str
    expected: tuple[str, ...]
    differs: int
    named: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()

    @property
    def is_seen(self) -> bool:
        """Return whether a violation was reported: a clean server has none."""
        return bool(self.named or self.others)

    @property
    def is_named(self) -> bool:
        """Return whether a requirement that the fault breaks was reported where the fault is."""
        return bool(self.named)

    @property
    def family(self) -> str:
        """Return the family of the first requirement, such as `EXP`."""
        return self.expected[0].partition("-")[0]


def list_faults() -> list[str]:
    """Return the faults that responses of the bundled description can show."""
    names = sorted(load_faults())
    unfit = list_inapplicable_faults(names, None)
    return [name for name in names if name not in unfit]


def take_share(names: list[str], share: str) -> list[str]:
    """Return every Nth of some names, from the Ith on, for a share of I/N."""
    first, _, step = share.partition("/")
    return names[int(first) - 1 :: int(step)]


def list_readings() -> list[str]:
    """Return the admissible readings that the bundled description has a place for."""
    return sorted(list_applicable_readings(build_server(_load_description()).world))


def judge_fault(fault: str) -> FaultJudgement:
    """Record the traffic of a server with a fault, and judge it where it differs from that of a clean server."""
    expected = load_faults()[fault].requirements
    recording = _record(faults=(fault,))
    differs = count_differences(recording, _record_clean())
    if not differs:
        return FaultJudgement(fault, expected, 0)
    (sign,) = read_signs([fault], RunOptions())
    findings = judge_recording(recording).findings
    violations = [Violation(f.requirement, f.operation) for f in findings if f.verdict in {Verdict.FAIL, Verdict.WARN}]
    named = [violation for violation in violations if sign.is_named_by(violation)]
    others = [violation for violation in violations if violation not in named]
    reviews = [Violation(f.requirement, f.operation) for f in findings if f.verdict is Verdict.REVIEW]
    return FaultJudgement(fault, expected, differs, *map(_name_all, (named, others, reviews)))


def find_accusations(seed: int, reading: str) -> tuple[str, tuple[str, ...]]:
    """Return the name of a conforming server, and what it is accused of: requirement, operation and message."""
    recording = _record(seed, readings=(reading,) if reading else ())
    findings = judge_recording(recording).findings
    accusing = {Verdict.FAIL, Verdict.WARN, Verdict.ERROR}
    return (
        reading or f"seed {seed}",
        tuple(f"{f.verdict} {f.requirement} {f.operation} ({f.message})" for f in findings if f.verdict in accusing),
    )


def count_differences(recording: Recording, clean: Recording) -> int:
    """Return how many responses differ from those that the same requests got, in the same turn, elsewhere."""
    known = defaultdict(list)
    for entry in clean.entries:
        known[_describe_request(entry)].append(_describe_response(entry))
    return sum(
        bool(responses := known[_describe_request(entry)]) and responses.pop(0) != _describe_response(entry)
        for entry in recording.entries
    )


def judge_recording(recording: Recording) -> Summary:
    """Return what `judge` reports about a recording."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "traffic.har"
        path.write_text(json.dumps(recording.to_har()), encoding="utf-8")
        log = judge_traffic(JudgeOptions((path,), report_dir=Path(folder) / "out"))
        return reports.fold(reports.read_events([log]))


def _describe_request(entry: dict[str, Any]) -> tuple[Any, ...]:
    request = entry["request"]
    return request["url"], *(header["value"] for header in request["headers"])


def _describe_response(entry: dict[str, Any]) -> tuple[Any, ...]:
    response = entry["response"]
    headers = [(h["name"], h["value"]) for h in response["headers"] if h["name"].lower() not in _OF_THE_MOMENT]
    return response["status"], headers, response["content"]["text"]


def _name_all(violations: list[Violation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(violation) for violation in violations))


def _record(seed: int = 1, faults: Any = (), readings: Any = ()) -> Recording:
    return read_ordinarily(build_server(_load_description(), seed, faults, readings, NOW))


@cache
def _record_clean() -> Recording:
    return _record()


@cache
def _load_description() -> Description:
    return load_description()
