"""One response in a hundred is a 503."""

from itertools import count

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, Planted, Site, anywhere, becomes


def plant(_site: Site) -> Planted:
    """Count all requests, and fail safe ones only."""
    requests = count(1)

    def fail_read(call: Call | None, answer: Answer) -> Answer:
        if next(requests) % 100 == 0 and call is not None and call.operation.safe:
            becomes(503, {"title": "Service Unavailable", "status": 503, "detail": "Try again."})(answer)
        return answer

    return anywhere(answer=fail_read)


FAULT = Fault(
    ("RSP-08", "RSP-01"),
    "every hundredth read gives 503",
    plant,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
