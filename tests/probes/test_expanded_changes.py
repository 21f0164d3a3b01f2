"""AFT-02 where another resource expands to what a PATCH has changed."""

from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.writes.updates import PROBES
from tests.probes.scripted import BASE, make_id, make_problem, make_response, run_probe

(UPDATE,) = PROBES
PATCH = "PATCH /vehicle_models/{vehicle_model_id}"
MODEL, TRIM = make_id("vmod", 1), make_id("trim", 1)


class Garage:
    """A model, and a trim that links to it; `delay` is the number of reads in which `expand` shows the former model."""

    def __init__(self, delay=0, values=None):
        self.delay, self.values = delay, values or {}
        self.model = {"id": MODEL, "url": f"{BASE}/vehicle_models/{MODEL}", "default_connector_type": "CCS"}
        self.former = dict(self.model)
        self.expanded_after = 0

    def __call__(self, request):
        url = urlsplit(request.target)
        if request.method == "PATCH":
            self.model |= msgspec.json.decode(request.body)
            self.expanded_after = 0
            return make_response(self.model)
        if url.path == "/vehicle_trims":
            return make_response([self.show_trim("model" in parse_qs(url.query).get("expand", []))])
        if url.path.startswith("/vehicle_models"):
            return make_response(self.model if url.path.endswith(MODEL) else [self.model])
        return make_problem(404)

    def show_trim(self, is_expanded):
        self.expanded_after += is_expanded
        model = self.former if self.expanded_after <= self.delay else self.model
        link = {**model, **self.values} if is_expanded else self.model["url"]
        return {"id": TRIM, "url": f"{BASE}/vehicle_trims/{TRIM}", "model": link}


@pytest.mark.parametrize(
    ("garage", "verdict"),
    [
        (Garage(), Verdict.PASS),
        (Garage(delay=1), Verdict.PASS),  # the list may be two seconds late
        (Garage(delay=99), Verdict.FAIL),
        (Garage(values={"default_connector_type": "Combined Charging System"}), Verdict.PASS),  # never as it was
    ],
)
def test_a_list_expands_to_a_changed_resource_as_it_is_now(garage, verdict, subject):
    run = run_probe(UPDATE, PATCH, subject, garage)
    about = [outcome for outcome in run.outcomes_on("AFT-02") if "expand=model" in outcome.message]
    assert (Verdict.FAIL in {outcome.verdict for outcome in about}) is (verdict is Verdict.FAIL)
    assert verdict in run.verdicts_on("AFT-02")


def test_lists_that_do_not_show_the_resource_are_not_read_again(subject):
    garage = Garage()
    garage.show_trim = lambda is_expanded: {"id": TRIM, "url": f"{BASE}/vehicle_trims/{TRIM}", "model": None}
    run = run_probe(UPDATE, PATCH, subject, garage)
    assert not [request for request in run.requests if "expand" in request.target and "trims" in request.target]
