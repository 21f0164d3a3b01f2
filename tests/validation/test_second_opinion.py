"""The second validator: it validates by the operation, whatever the base URL."""

import json
import subprocess
import sys

import pytest

from conformance.model import Exchange, Request, Response

JSON = (("Content-Type", "application/json; charset=UTF-8"),)
ID = "evse01HSH04KDEWF6Z4DB2J77J74K5"


def exchange_of(operation, body, status=200, headers=JSON, target="/chargers"):
    request = Request(operation.key, operation.method, target)
    answer = Response(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())
    return Exchange("e1", request, f"http://127.0.0.1:1{target}", 0.0, answer)


def patch(body, target=f"/chargers/{ID}", headers=JSON):
    return Request("PATCH /chargers/{charger_id}", "PATCH", target, headers, json.dumps(body).encode())


def test_a_valid_response_has_no_errors(opinion, list_operation, patch_operation, charger):
    assert opinion.validate_response(list_operation, exchange_of(list_operation, [charger])) == ()
    answer = exchange_of(patch_operation, charger, target="/chargers/any%20id%00")
    assert opinion.validate_response(patch_operation, answer) == ()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"body": [{"id": ID}]}, "'url' is a required property"),
        ({"body": [{"id": ID, "url": "/relative"}]}, "$[0].url: '/relative' is not a 'uri'"),
        ({"status": 500}, "500"),
        ({"headers": (("Content-Type", "text/html"),)}, "text/html"),
        ({"headers": (*JSON, ("X-RateLimit-Limit", "many"))}, "many"),
        ({"body": b"{"}, "Failed to deserialize"),
        ({"body": b"\xff\x85"}, "Error"),
        ({"body": b""}, "Missing response data"),
    ],
)
def test_errors_of_a_response_are_reported(opinion, list_operation, charger, change, text):
    arguments = {"body": [charger], **change}
    assert text in " ".join(opinion.validate_response(list_operation, exchange_of(list_operation, **arguments)))


def test_an_exchange_without_response_is_refused(opinion, list_operation):
    with pytest.raises(ValueError, match="e1"):
        opinion.validate_response(
            list_operation, Exchange("e1", Request(list_operation.key, "GET", "/chargers"), "", 0.0)
        )


@pytest.mark.parametrize(
    ("target", "valid"),
    [
        ("/chargers", True),
        ("/chargers?page_size=100&expand=model&expand=user", True),
        ("/chargers?page_size=101", False),
        ("/chargers?page_size=many", False),
        ("/chargers?page_size=", False),
        ("/chargers?expand=model%2Cuser", False),
        ("/chargers?expand=model,user", False),
        ("/chargers?unknown=1", True),
        ("/chargers?old=1", True),
        ("/chargers/x", False),
        ("/other", False),
    ],
)
def test_the_target_of_a_request_is_validated(opinion, list_operation, target, valid):
    assert (opinion.validate_request(list_operation, Request(list_operation.key, "GET", target)) == ()) is valid


def test_path_and_body_of_a_request_are_validated(opinion, patch_operation, charger):
    assert opinion.validate_request(patch_operation, patch(charger)) == ()
    assert "does not match" in " ".join(opinion.validate_request(patch_operation, patch(charger, "/chargers/evse1")))
    assert "does not match" in " ".join(
        opinion.validate_request(patch_operation, patch(charger, f"/chargers/{ID}%2Fx"))
    )
    assert "$.power" in " ".join(opinion.validate_request(patch_operation, patch(charger | {"power": "x"})))
    assert opinion.validate_request(patch_operation, patch(charger, headers=(("Content-Type", "text/plain"),)))
    assert opinion.validate_request(patch_operation, Request(patch_operation.key, "PATCH", f"/chargers/{ID}", JSON))


def test_every_error_is_reported(opinion, patch_operation):
    errors = opinion.validate_request(patch_operation, patch({"id": "x", "power": "x"}, "/chargers/x"))
    assert len(errors) == 4


def test_webhook_deliveries_are_validated(opinion, charger):
    body = json.dumps(charger).encode()
    assert opinion.validate_delivery("charger.created", (*JSON, ("svix-id", "m1")), body) == ()
    assert "svix-id" in " ".join(opinion.validate_delivery("charger.created", JSON, body))
    assert opinion.validate_delivery("charger.created", (*JSON, ("svix-id", "m1")), b"{}")
    assert opinion.validate_delivery("charger.deleted", (*JSON, ("svix-id", "m1")), body)


def test_openapi_core_is_imported_at_first_use():
    code = "import sys, conformance.validation; sys.exit('openapi_core' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
