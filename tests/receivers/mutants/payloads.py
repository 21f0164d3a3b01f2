"""Faults in reading correctly signed bodies."""

import json
from datetime import datetime

import httpx

from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import PlainReceiver, RefusedError

FAULTS = Faults()
CLASSES = frozenset({"none", "low", "moderate", "medium", "high", "very low", "very high"})
FIELDS = frozenset({"type", "timestamp", "data"})


@FAULTS("W20", is_warned=True)
class CrashOnText(PlainReceiver):
    """fails on what is no JSON."""

    def parse(self, body):
        try:
            json.loads(body)
        except ValueError:
            raise RefusedError(500) from None
        return super().parse(body)


@FAULTS("W20", is_warned=True)
class CrashOnEnvelope(PlainReceiver):
    """fails on an unknown envelope."""

    def parse(self, body):
        try:
            return super().parse(body)
        except RefusedError:
            raise RefusedError(500) from None


@FAULTS("W20", is_warned=True)
class CrashOnArray(PlainReceiver):
    """fails on an array."""

    def parse(self, body):
        if body.startswith(b"["):
            raise RefusedError(500)
        return super().parse(body)


@FAULTS("W21")
class CrashOnType(PlainReceiver):
    """fails on an unknown type."""

    def find_type(self, delivery, payload):
        if not self.is_known_type(payload["type"]):
            raise RefusedError(500)
        return super().find_type(delivery, payload)


@FAULTS("W21")
class RefuseType(PlainReceiver):
    """refuses an unknown event of a known resource."""

    def find_type(self, delivery, payload):
        if payload["type"].endswith(".paused"):
            raise RefusedError(422)
        return super().find_type(delivery, payload)


@FAULTS("W21")
class OtherwiseEnded(PlainReceiver):
    """takes every event that is not created for ended."""

    def is_known_type(self, kind: str) -> bool:
        return kind.startswith("charging_sub_session.")

    def store_state(self, thing, state, payload):
        super().store_state(thing, "created" if state == "created" else "ended", payload)


@FAULTS("W21")
class EndByName(PlainReceiver):
    """takes every event whose name ends in "ended" for an end."""

    def find_type(self, delivery, payload):
        kind = str(payload["type"])
        return "charging_sub_session.ended" if kind.endswith("ended") else kind


@FAULTS("W20", is_warned=True)
class CrashWithoutId(PlainReceiver):
    """fails on data without an id."""

    def act(self, delivery, payload):
        if self.is_known_type(payload["type"]) and "id" not in payload["data"]:
            raise RefusedError(500)
        super().act(delivery, payload)


@FAULTS("W22")
class StrictData(PlainReceiver):
    """refuses unknown fields of the data."""

    def parse(self, body):
        payload = super().parse(body)
        if "field_of_tomorrow" in payload["data"]:
            raise RefusedError(422)
        return payload


@FAULTS("W22")
class StrictEnvelope(PlainReceiver):
    """refuses unknown fields of the envelope."""

    def parse(self, body):
        payload = super().parse(body)
        if set(payload) - FIELDS:
            raise RefusedError(422)
        return payload


@FAULTS("W22")
class StrictEnums(PlainReceiver):
    """refuses unknown values of enumerations."""

    def parse(self, body):
        payload = super().parse(body)
        if str(payload["data"].get("co2_intensity_classification")).lower() not in CLASSES:
            raise RefusedError(422)
        return payload


@FAULTS("W22")
class NoNulls(PlainReceiver):
    """fails on a null in a number."""

    def parse(self, body):
        payload = super().parse(body)
        if payload["data"].get("savings_cost", 0) is None or payload["data"].get("cost_per_kilowatt_hour", 0) is None:
            raise RefusedError(500)
        return payload


@FAULTS("W22")
class FractionsNeeded(PlainReceiver):
    """reads times with a fraction only."""

    def parse(self, body):
        payload = super().parse(body)
        for text in (payload.get("timestamp"), payload["data"].get("end")):
            try:
                datetime.strptime(text or "2026-01-01T00:00:00.0Z", "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007 - a fault
            except ValueError:
                raise RefusedError(422) from None
        return payload


@FAULTS("W01")
class WholeSecondsNeeded(PlainReceiver):
    """reads times of whole seconds only."""

    def parse(self, body):
        payload = super().parse(body)
        for text in (payload.get("timestamp"), payload["data"].get("end")):
            if "." in (text or "") and not text.endswith("000Z"):
                raise RefusedError(422)
        return payload


@FAULTS("W22")
class CompactOnly(PlainReceiver):
    """finds the type by its place in the text."""

    def parse(self, body):
        if b'"type":"' not in body:
            raise RefusedError(422)
        return super().parse(body)


@FAULTS("W22")
class OrderNeeded(PlainReceiver):
    """insists on the order of members."""

    def parse(self, body):
        payload = super().parse(body)
        if next(iter(payload)) != "type":
            raise RefusedError(422)
        return payload


@FAULTS("W22")
class AsciiOnly(PlainReceiver):
    """refuses letters outside ASCII."""

    def parse(self, body):
        if not body.isascii():
            raise RefusedError(422)
        return super().parse(body)


@FAULTS("W29", is_warned=True)
class CrashOnMediaType(PlainReceiver):
    """fails on another content type."""

    def receive(self, request: httpx.Request) -> httpx.Response:
        if "json" not in request.headers.get("content-type", ""):
            raise RefusedError(500)
        return super().receive(request)


@FAULTS("W30", is_warned=True)
class AnyMethod(PlainReceiver):
    """answers every method."""

    def check_method(self, request: httpx.Request) -> None:
        """Every method may deliver."""

    def receive(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200) if request.method == "GET" else super().receive(request)


@FAULTS("W30", is_warned=True)
class PutToo(PlainReceiver):
    """takes PUT for a delivery."""

    def check_method(self, request: httpx.Request) -> None:
        if request.method == "GET":
            raise RefusedError(405)
