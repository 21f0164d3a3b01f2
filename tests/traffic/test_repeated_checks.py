"""Checks on exchanges that repeat each other: what is remembered of a body changes no outcome."""

from collections.abc import Iterator

import msgspec
import pytest

from conformance.description import load_description
from conformance.evidence.subject import Subject
from conformance.execution.passive_checks import RepeatedChecks, check_exchange
from conformance.execution.spec import load_catalogue
from conformance.model import Exchange, Outcome, Target, TargetKind
from conformance.traffic.exchanges import ExchangeReader
from conformance.traffic.formats.har import read_entry
from conformance.traffic.operation_index import OperationIndex
from conformance.validation import SchemaValidators, SecondOpinion
from tests.traffic.sample_recording import build_server, read_ordinarily

DESCRIPTION, CATALOGUE = load_description(), load_catalogue()
VALIDATORS, OPINION = SchemaValidators(DESCRIPTION), SecondOpinion(DESCRIPTION)


def repeat(exchanges: list[Exchange]) -> Iterator[Exchange]:
    """Yield each exchange, then again with other headers, with a body that is cut, and with another one."""
    for exchange in exchanges:
        response = exchange.response
        assert response is not None
        changes = (
            response,
            msgspec.structs.replace(response, headers=(*response.headers[1:], ("Retry-After", "soon"))),
            msgspec.structs.replace(response, status=201),
            msgspec.structs.replace(response, cut=True),
            msgspec.structs.replace(response, body=response.body.replace(b'"id"', b'"no"')),
        )
        for number, changed in enumerate(changes):
            yield msgspec.structs.replace(exchange, id=f"{exchange.id}-{number}", response=changed)


def order(outcomes: Iterator[Outcome]) -> list[Outcome]:
    """Return outcomes in an order that does not depend on that of the checks."""
    return sorted(outcomes, key=msgspec.json.encode)


@pytest.mark.parametrize("faults", [(), ("rsp-number-as-text", "err-plain-json")])
def test_remembered_bodies_change_no_outcome(faults: tuple[str, ...]) -> None:
    recording = read_ordinarily(build_server(DESCRIPTION, faults=faults), limit=12)
    reader = ExchangeReader(recording.base_url, OperationIndex(DESCRIPTION.model), 0.0)
    exchanges = list(reader.read(map(read_entry, recording.entries)))
    subject = Subject(DESCRIPTION, VALIDATORS, OPINION, Target("traffic", TargetKind.URL, recording.base_url))
    checks = RepeatedChecks(subject, CATALOGUE)
    for exchange in (*repeat(exchanges), *repeat(exchanges)):
        expected = order(check_exchange(exchange, subject, CATALOGUE))
        assert order(checks.check_exchange(exchange)) == expected
