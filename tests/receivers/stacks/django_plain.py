"""Django with the HMAC of the standard library, and a tolerance of one minute."""

import base64
import hashlib
import hmac
import json
import time

import django
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.urls import path
from effects import PORT, SECRET, Effects
from waitress import serve

settings.configure(
    DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x", DATA_UPLOAD_MAX_MEMORY_SIZE=1_000_000
)
django.setup()
effects = Effects()
KEY = base64.b64decode(SECRET.removeprefix("whsec_"))


def receive(request):
    if request.method != "POST":
        return HttpResponse(status=405)
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse(status=413)
    identifier, stamp, signatures = (
        request.headers.get(f"svix-{part}", "") for part in ("id", "timestamp", "signature")
    )
    if (
        not (identifier and stamp.isascii() and stamp.isdigit() and len(stamp) == 10)
        or abs(int(stamp) - time.time()) > 60
    ):
        return HttpResponse(status=400)
    content = f"{identifier}.{stamp}.".encode("latin-1") + body
    expected = b"v1," + base64.b64encode(hmac.digest(KEY, content, hashlib.sha256))
    if not any(hmac.compare_digest(token.encode("latin-1"), expected) for token in signatures.split(" ")):
        return HttpResponse(status=400)
    try:
        payload = json.loads(body)
    except ValueError:
        return HttpResponse(status=422)
    effects.apply(identifier, payload)
    return HttpResponse(status=204)


def observe(request):
    return JsonResponse(effects.describe(request.GET["svix_id"]))


urlpatterns = [path("webhook", receive), path("effects", observe)]

if __name__ == "__main__":
    from django.core.handlers.wsgi import WSGIHandler

    serve(WSGIHandler(), host="127.0.0.1", port=PORT, threads=60)
