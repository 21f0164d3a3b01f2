"""HDR-09: the entity tag of a plain read beside the read with `expand`."""

from urllib.parse import urlsplit

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.headers.entity_tags import PROBES
from conformance.probes.writes.updates import PROBES as UPDATES
from tests.probes.scripted import BASE, is_affordable, make_id, make_response, run_probe

(TAGS,) = PROBES
(UPDATE,) = UPDATES
TRIMS = "GET /vehicle_trims"
MODEL = f"{BASE}/vehicle_models/{make_id('vmod', 1)}"


def show_trims(expands=True, tag=lambda request: '"plain"'):
    """Return a list of one trim, whose answers have the tag of their request, and obey conditions."""

    def target(request):
        is_expanded = expands and "expand=model" in urlsplit(request.target).query
        model = {"url": MODEL, "name": "Kite"} if is_expanded else MODEL
        response = make_response([{"url": f"{BASE}/vehicle_trims/{make_id('trim', 1)}", "model": model}])
        if (own := tag(request)) is None:
            return response
        is_known = own in dict(request.headers).get("If-None-Match", "")
        headers = (*response.headers, ("ETag", own))
        return msgspec.structs.replace(response, headers=headers, status=304 if is_known else 200)

    return target


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (show_trims(), Verdict.REVIEW),
        (show_trims(tag=lambda request: f'"{len(request.target)}"'), Verdict.PASS),
        (show_trims(expands=False), Verdict.NOT_APPLICABLE),  # one content, one tag
        (show_trims(tag=lambda request: None), Verdict.NOT_APPLICABLE),
    ],
)
def test_a_tag_stands_for_one_form(target, verdict, subject):
    assert run_probe(TAGS, TRIMS, subject, target).verdicts_on("HDR-09") == {verdict}


def test_a_server_without_tags_is_sent_the_plain_read_alone(subject):
    run = run_probe(TAGS, TRIMS, subject, show_trims(tag=lambda request: None))
    assert len(run.requests) == 1
    assert is_affordable(run, TAGS, TRIMS, subject)


@pytest.mark.parametrize(("moves", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_a_tag_ends_with_what_it_was_given_for(moves, verdict, subject):
    models, changes = {"url": MODEL, "id": make_id("vmod", 1), "default_connector_type": "CCS"}, []

    def target(request):
        if request.method == "PATCH":
            changes.append(request)
            models.update(msgspec.json.decode(request.body))
            return make_response(models)
        if not request.target.startswith("/vehicle_models"):
            return make_response([])
        tag = f'W/"{len(changes) if moves else 0}"'
        response = make_response(models if request.target.endswith(models["id"]) else [models])
        status = 304 if ("If-None-Match", tag) in request.headers else 200
        return msgspec.structs.replace(response, headers=(*response.headers, ("ETag", tag)), status=status)

    run = run_probe(UPDATE, "PATCH /vehicle_models/{vehicle_model_id}", subject, target)
    assert run.verdicts_on("HDR-09") == {verdict, Verdict.NOT_APPLICABLE}  # the second one at the PATCH itself
