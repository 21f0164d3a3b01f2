"""A run log never holds the secret of a receiver, in whatever form the receiver shows it."""

import base64
import html
import json
from urllib.parse import quote

import httpx
import pytest

from conformance.webhooks.byte_forms import write_bytes
from tests.receivers.plain import PREVIOUS, SECRET, PlainReceiver, RefusedError
from tests.receivers.plain_certification import certify_plain_receiver, list_stimuli


def list_forms(secret: str) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return {
        "as it is": secret,
        "without its prefix": secret.removeprefix("whsec_"),
        "percent-encoded": quote(secret, safe=""),
        "html": html.escape(secret),
        "json": json.dumps(secret).strip('"'),
        "hex of the text": secret.encode().hex(),
        "base64 of the text": base64.b64encode(secret.encode()).decode(),
        **{f"key, {name}": text for name, text in write_bytes(key).items()},
    }


class Showing(PlainReceiver):
    """Shows another text in each of its refusals, in the body and in a header."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self.texts, self.shown = texts, 0

    def refuse(self, refused: RefusedError) -> httpx.Response:
        text = self.texts[self.shown % len(self.texts)]
        self.shown += 1
        return httpx.Response(refused.status, text=f"wrong key: [{text}]", headers={"x-debug": text})


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS], ids=["current", "previous"])
def test_the_run_log_holds_no_form_of_the_secret(description, world, tmp_path, secret):
    receiver = Showing([*list_forms(secret).values()])
    summary = certify_plain_receiver(receiver, description, world, tmp_path / "report", list_stimuli("W17"))
    assert receiver.shown >= len(receiver.texts)  # each was shown
    refusals = [one.response for one in summary.exchanges if one.response and b"wrong key" in one.response.body]
    assert len(refusals) == receiver.shown
    log = (tmp_path / "report/events.jsonl").read_text()
    for form, text in list_forms(secret).items():
        assert text not in log, form
        assert all(text not in response.body.decode() for response in refusals), form
        assert all(text not in response.find_header("x-debug") for response in refusals), form
    assert all(b"redacted" in response.body for response in refusals)
