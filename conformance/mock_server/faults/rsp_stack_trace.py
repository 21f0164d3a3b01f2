"""The detail of a 404 contains a stack trace."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_problem

_TRACE = 'Traceback (most recent call last):\n  File "/srv/app/views.py", line 42, in get_object\nDoesNotExist'

FAULT = SeededFault(
    ("RSP-11",),
    "404 problems show a stack trace",
    lambda _site: hook_everywhere(answer=on_problem(lambda body: {**body, "detail": _TRACE}, 404)),
)
