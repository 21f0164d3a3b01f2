"""ERR-11: a range of bytes is ignored, or answered with a part that says which it is."""

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.headers.unneeded_headers import PROBES
from tests.probes.scripted import is_affordable, make_response, run_probe

UNNEEDED = next(probe for probe in PROBES if probe.name == "unneeded-headers")
LIST = "GET /evse_makes"
PLAIN = make_response([])
PART = ("Content-Range", "bytes 0-1/2")
PARTS = ("Content-Type", "multipart/byteranges; boundary=x")


def answer_ranges(status, *headers):
    """Return a target that answers a range of bytes with a status and headers, and ignores every other range."""

    def answer(request):
        is_range = ("Range", "bytes=0-9") in request.headers
        kept = [h for h in PLAIN.headers if h[0] not in {name for name, _ in headers}]
        return msgspec.structs.replace(PLAIN, status=status, headers=(*kept, *headers)) if is_range else PLAIN

    return answer


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (answer_ranges(200), Verdict.PASS),
        (answer_ranges(206, PART), Verdict.PASS),
        (answer_ranges(206, PARTS), Verdict.PASS),
        (answer_ranges(206), Verdict.FAIL),
        (answer_ranges(416), Verdict.FAIL),
    ],
)
def test_a_part_says_which_it_is(subject, answer, verdict):
    every_way = msgspec.structs.replace(subject, parts=2)
    run = run_probe(UNNEEDED, LIST, every_way, answer)
    assert verdict in run.verdicts_on("ERR-11")
    assert run.verdicts_on("ERR-11") <= {Verdict.PASS, verdict}


def test_a_range_costs_no_request_of_its_own(subject):
    assert is_affordable(run_probe(UNNEEDED, LIST, subject, answer_ranges(200)), UNNEEDED, LIST, subject)
