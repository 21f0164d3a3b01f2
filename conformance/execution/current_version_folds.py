"""CON-10: what is shown as current is the published version with the highest number. Pure."""

from collections import defaultdict
from collections.abc import Iterator

from conformance.evidence.containers import is_number
from conformance.evidence.outcomes import quote_json
from conformance.execution.sightings import Sighting, Sightings
from conformance.model import Outcome, Verdict

CURRENT = "current"  # the last segment of the path that shows the version in force
_PUBLISHED, _NUMBER = "published", "version_number"


def judge_current_versions(sightings: Sightings) -> Iterator[Outcome]:
    """Yield the outcomes on each sighting of a current version, compared with what the run saw of all versions."""
    shown: dict[str, list[Sighting]] = defaultdict(list)  # by the path of the collection
    versions: dict[str, list[Sighting]] = defaultdict(list)
    for _, history in sightings.iterate_histories():
        for sighting in history:
            if isinstance(sighting.body.get(_PUBLISHED), bool) and is_number(sighting.body.get(_NUMBER)):
                path = sighting.target.partition("?")[0].rstrip("/")
                collection, _, last = path.rpartition("/")
                is_current = sighting.operation.endswith(f"/{CURRENT}") and last == CURRENT
                versions[collection if is_current or not _is_listed(sighting) else path].append(sighting)
                if is_current:
                    shown[collection].append(sighting)
    for collection, current in shown.items():
        for sighting in current:
            yield _judge(sighting, versions[collection])


def _is_listed(sighting: Sighting) -> bool:
    return bool(sighting.pointer)


def _judge(current: Sighting, versions: list[Sighting]) -> Outcome:
    """Compare a current version with the versions that were published at every sighting, one of them before it."""
    drafts = {version.body[_NUMBER] for version in versions if not version.body[_PUBLISHED]}
    number = current.body[_NUMBER]
    higher = [
        version
        for version in versions
        if version.ended <= current.began and version.body[_NUMBER] > number and version.body[_NUMBER] not in drafts
    ]
    if current.body[_PUBLISHED] and not higher:
        return Outcome("CON-10", current.operation, Verdict.PASS, exchanges=(current.exchange,))
    name, message = _PUBLISHED, "the current version is not published"
    expected, actual, others = "true", "false", list[str]()
    if current.body[_PUBLISHED]:
        newest = max(higher, key=lambda version: version.body[_NUMBER])
        name, message = _NUMBER, "a published version has a higher number than the current one"
        expected, actual, others = f"≥ {newest.body[_NUMBER]}", quote_json(number), [newest.exchange]
    return Outcome(
        "CON-10", current.operation, Verdict.FAIL, message, expected, actual, f"{current.pointer}/{name}",
        (current.exchange, *others),
    )  # fmt: skip
