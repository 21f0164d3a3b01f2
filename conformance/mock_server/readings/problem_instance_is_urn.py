"""`instance` names the occurrence by a URN."""

from itertools import count

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.seeded_faults import on_problem


def install(_site: FaultSite) -> InstalledReading:
    """Give each problem a number of its own."""
    counter = count(1)
    change = on_problem(lambda body: {**body, "instance": f"urn:uuid:00000000-0000-4000-8000-{next(counter):012d}"})
    return InstalledReading({"answer": change})


READING = AdmissibleReading(
    "problems",
    "RFC 9457, section 3.1.5: a URI reference that identifies the occurrence, and need not be the request's address",
    install,
    slots=("problem instance",),
)
