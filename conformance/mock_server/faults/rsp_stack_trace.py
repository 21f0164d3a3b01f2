"""The detail of a 404 contains a stack trace."""

from conformance.mock_server.seeded_faults import Fault, anywhere, on_problem

_TRACE = 'Traceback (most recent call last):\n  File "/srv/app/views.py", line 42, in get_object\nDoesNotExist'

FAULT = Fault(
    ("RSP-11",),
    "404 problems show a stack trace",
    lambda _site: anywhere(answer=on_problem(lambda body: {**body, "detail": _TRACE}, 404)),
)
