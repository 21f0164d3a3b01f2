"""Wrappers of an ASGI application that write the JSON of its responses in another way."""

import json
from collections.abc import Callable
from typing import Any

from conformance.mock_server.admissible_readings import Wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


def rewrite_json(write: Callable[[Any], str]) -> Wrapper:
    """Return a wrapper that writes each JSON body anew; its data stay the same."""

    def rewrite(response: BufferedResponse) -> None:
        if response.scope["method"] == "HEAD":
            response.remove_header(b"content-length")  # the length of the body that GET would have is not known
        media = (response.find_header(b"content-type") or b"").lower()
        if b"json" in media and response.body and response.find_header(b"content-encoding") is None:
            response.set_body(write(json.loads(response.body)).encode())

    return rewrite_responses(rewrite)
