"""One run log made of several: of the shards of a run, so that every command works on the whole."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from conformance.model.event import Event, Exchanged, ItemFinished, Noticed, Observed, Passed, RunFinished, RunStarted
from conformance.run_log.event_log import CUT_OFF_TOPIC, LogWriter


def write_merged_log(events: Iterable[Event], path: Path) -> None:
    """Write the events of several logs as one: headers, what they share, what happened, and one footer.

    Events that several logs share are written once. Without a footer for each header the merged log has none, and says
    itself that the run was cut off.

    Raises:
        LogError: the file cannot be written.
    """
    headers: set[bytes] = set()
    footers: list[RunFinished] = []
    partial = path.with_suffix(".part")
    partial.unlink(missing_ok=True)
    with LogWriter(partial) as log:
        rest: list[Event] = []
        seen: set[bytes] = set()
        for event in events:
            match event:
                case RunStarted():
                    line = msgspec.json.encode(event)
                    if line not in headers:
                        log.append(event)
                    headers.add(line)
                case RunFinished():
                    footers.append(event)
                case Exchanged() | Observed() | Passed() | ItemFinished():
                    log.append(event)
                case Noticed(topic=topic) if topic == CUT_OFF_TOPIC:
                    rest.append(event)
                case _:
                    line = msgspec.json.encode(event)
                    if line not in seen:
                        seen.add(line)
                        log.append(event)
        for event in rest:
            log.append(event)
        for footer in _merge_footers(footers, len(headers)):
            log.append(footer)
    partial.replace(path)


def _merge_footers(footers: list[RunFinished], headers: int) -> list[RunFinished]:
    """Return a footer for each header, the last of them with the requests of all; none where one is missing."""
    if not footers or len(footers) < headers:
        return []
    requests: Counter[str] = Counter()
    for footer in footers:
        requests.update(footer.requests)
    stopped = "; ".join(dict.fromkeys(footer.stopped for footer in footers if footer.stopped))
    last = max(footer.finished_at for footer in footers)
    firsts = [RunFinished(footer.finished_at, {}, footer.stopped) for footer in footers[: headers - 1]]
    return [*firsts, RunFinished(last, dict(requests), stopped)]
