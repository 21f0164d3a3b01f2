"""Compiled validators against openapi-core on a list of 25 items: the ratio that makes judging every body affordable.

Prints the shortest means and the ratio; 1 where it is below what is asked for.
"""

import json
import sys
from time import perf_counter

from conformance.description import load_description
from conformance.model import Exchange, Request, Response
from conformance.validation import SchemaValidators, SecondOpinion

WANTED = 30
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


def main() -> int:
    description = load_description()
    operation = description.model.operations_by_key["GET /evses"]
    body = [ITEM] * 25
    answer = Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode())
    exchange = Exchange("e", Request(operation.key, "GET", "/evses"), "", 0.0, answer)
    validators, opinion = SchemaValidators(description), SecondOpinion(description)
    if validators.validate_response_body(operation, 200, "application/json", body) or opinion.validate_response(
        operation, exchange
    ):
        sys.exit("the list is invalid, and what is measured would be the finding of errors")
    compiled = best(lambda: validators.validate_response_body(operation, 200, "application/json", body), 200)
    slow = best(lambda: opinion.validate_response(operation, exchange), 5)
    print(f"25 items: compiled {compiled * 1e6:.0f} µs, openapi-core {slow * 1e3:.1f} ms, ratio {slow / compiled:.0f}")
    return int(slow < WANTED * compiled)


if __name__ == "__main__":
    sys.exit(main())
