"""The description that we ship is the provider's but for the listed differences."""

import copy
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.specs.listed import FOLDER, page, read_listed
from tests.specs.structure import differences, structure


def test_it_differs_from_the_provider_s_only_as_listed(document, reference):
    entries = read_listed().difference
    counts: Counter[int] = Counter()
    for difference in differences(structure(reference), structure(document)):
        fitting = [index for index, entry in enumerate(entries) if entry.is_match(difference)]
        assert len(fitting) == 1, (difference, [entries[index].reason for index in fitting])
        counts[fitting[0]] += 1
    miscounted = [(entry.reason, counts[index]) for index, entry in enumerate(entries) if counts[index] != entry.places]
    assert miscounted == []


def test_the_page_says_what_the_list_says():
    assert FOLDER.joinpath("DIFFERENCES.md").read_text(encoding="utf-8") == page(read_listed())


def test_the_list_is_in_order():
    names = [entry.group for entry in read_listed().difference]
    assert list(dict.fromkeys(names)) == list(read_listed().groups)


@pytest.mark.parametrize(
    ("mutate", "at"),
    [
        (lambda d: d["paths"].pop("/evses"), "/operations/GET ~1evses"),
        (lambda d: d["paths"]["/evses"]["get"].update(operationId="x"), "/operations/GET ~1evses/operationId"),
        (lambda d: d["paths"]["/evses"]["get"].update(security=[]), "/operations/GET ~1evses/security"),
        (
            lambda d: d["paths"]["/evses"]["get"]["parameters"].pop(0),
            "/operations/GET ~1evses/parameters/query page_before",
        ),
        (lambda d: d["paths"]["/evses"]["get"]["responses"].pop("406"), "/operations/GET ~1evses/responses/406"),
        (
            lambda d: d["paths"]["/evses"]["get"]["responses"]["200"]["headers"].pop("Link"),
            "/operations/GET ~1evses/responses/200/headers/Link",
        ),
        (
            lambda d: d["components"]["schemas"]["EVSE"]["properties"]["cpid"].update(type="integer"),
            "/schemas/EVSE/properties/cpid/type",
        ),
        (lambda d: d["components"]["schemas"]["EVSE"]["required"].pop(), "/schemas/EVSE/required"),
        (
            lambda d: d["components"]["schemas"]["EVSE"]["properties"]["lock_mode"]["enum"].pop(0),
            "/schemas/EVSE/properties/lock_mode/enum",
        ),
        (
            lambda d: d["components"]["schemas"]["EVSE"]["properties"]["model"]["oneOf"][0].pop("format"),
            "/schemas/EVSE/properties/model/oneOf/0/format",
        ),
        (
            lambda d: d["webhooks"]["charging_sub_session.ended"]["post"].pop("requestBody"),
            "/webhooks/charging_sub_session.ended/body",
        ),
    ],
)
def test_any_change_of_structure_is_seen(document, mutate: Callable[[Any], Any], at):
    changed = copy.deepcopy(document)
    mutate(changed)
    assert [difference.at for difference in differences(structure(document), structure(changed))] == [at]


def test_prose_is_no_structure(document):
    changed = copy.deepcopy(document)
    schema = changed["components"]["schemas"]["EVSE"]
    schema["description"] = schema["properties"]["cpid"]["description"] = "Something else."
    schema.pop("examples")
    changed["paths"]["/evses"]["get"]["summary"] = "Something else."
    assert list(differences(structure(document), structure(changed))) == []
