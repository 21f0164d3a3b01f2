"""Compiled validators against openapi-core on a list of 25 items: the ratio that makes judging every body affordable.

Run by name: `pytest tests/bench/bench_validation.py -s`.
"""

import json
from time import perf_counter

from conformance.description import load
from conformance.model import Exchange, Request, Response
from conformance.validation import SecondOpinion, Validators

ID = "evse01HSH04KDEWF6Z4DB2J77J74K5"
BASE = "https://api.ev.energy/v2"
ITEM = {
    "id": ID,
    "url": f"{BASE}/evses/{ID}",
    "cpid": "A100001",
    "model": {
        "id": "emod01HS9A004X5TB5JCMHENB5Z446",
        "url": f"{BASE}/evse_models/emod01HS9A004X5TB5JCMHENB5Z446",
        "name": "A charger",
    },
    "user": f"{BASE}/users/user01HN2NJ9NMRZBXT1H6FT9N7735",
    "latest_status_log": f"{BASE}/evses/{ID}/status_logs/2024-01-01T11:11:11.1111Z",
}


def best(action, rounds):
    """The shortest of five means, in seconds."""
    means = []
    for _ in range(5):
        start = perf_counter()
        for _ in range(rounds):
            action()
        means.append((perf_counter() - start) / rounds)
    return min(means)


def test_compiled_validators_are_at_least_thirty_times_faster():
    description = load()
    operation = description.model.by_key["GET /evses"]
    body = [ITEM] * 25
    answer = Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode())
    exchange = Exchange("e", Request(operation.key, "GET", "/evses"), "", 0.0, answer)
    validators, opinion = Validators(description), SecondOpinion(description)
    assert validators.body(operation, 200, "application/json", body) == ()
    assert opinion.response(operation, exchange) == ()
    compiled = best(lambda: validators.body(operation, 200, "application/json", body), 200)
    slow = best(lambda: opinion.response(operation, exchange), 5)
    told = f"compiled {compiled * 1e6:.0f} µs, openapi-core {slow * 1e3:.1f} ms, ratio {slow / compiled:.0f}"
    print(f"25 items: {told}")
    assert slow > 30 * compiled
