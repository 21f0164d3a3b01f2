"""Flask with the library of Svix."""

import json

from effects import PORT, SECRET, Effects
from flask import Flask, jsonify, request
from svix.webhooks import Webhook, WebhookVerificationError
from waitress import serve

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1_000_000
effects = Effects()


@app.post("/webhook")
def receive():
    try:
        body = request.get_data()
        Webhook(SECRET).verify(body, dict(request.headers))
        payload = json.loads(body)
    except WebhookVerificationError:
        return "", 400
    except ValueError:
        return "", 422
    effects.apply(
        request.headers["svix-id"] if "svix-id" in request.headers else request.headers["webhook-id"], payload
    )
    return "", 204


@app.get("/effects")
def observe():
    return jsonify(effects.describe(request.args["svix_id"]))


serve(app, host="127.0.0.1", port=PORT, threads=60)
