"""An item that runs alone is closed at once where it is interrupted."""

import pytest

from conformance.execution.waits import Transmission, run_alone
from conformance.model import Request

TRANSMISSION = Transmission(Request("GET /x", "GET", "/x"), "key")


def test_an_interrupted_item_gives_up_what_it_holds_before_anything_else_ends():
    ended = []

    def run_item():
        try:
            yield TRANSMISSION
        finally:
            ended.append("item")

    def interrupt(_):
        raise KeyboardInterrupt

    item = run_item()  # a reference, so that it is not closed for lack of one
    with pytest.raises(KeyboardInterrupt):
        run_alone(item, interrupt, lambda _: None)
    assert ended == ["item"]
