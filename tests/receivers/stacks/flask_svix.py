"""Flask with the library of Svix."""

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
        payload = Webhook(SECRET).verify(request.get_data(), dict(request.headers))
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
