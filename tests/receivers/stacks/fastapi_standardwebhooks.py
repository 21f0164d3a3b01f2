"""FastAPI with the library of Standard Webhooks, and a limit of the body."""

import uvicorn
from effects import PORT, SECRET, Effects
from fastapi import FastAPI, HTTPException, Request, Response
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

app = FastAPI()
effects = Effects()
LIMIT = 1_000_000


async def read_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LIMIT:
            raise HTTPException(413)
    return body


@app.post("/webhook", status_code=200)
async def receive(request: Request) -> Response:
    body = await read_body(request)
    own = {name.replace("svix-", "webhook-"): value for name, value in request.headers.items()}
    try:
        payload = Webhook(SECRET).verify(body, own)
    except WebhookVerificationError:
        raise HTTPException(401) from None
    except ValueError:
        raise HTTPException(422) from None
    effects.apply(own["webhook-id"], payload)
    return Response(status_code=200)


@app.get("/effects")
async def observe(svix_id: str) -> dict[str, object]:
    return effects.describe(svix_id)


uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="critical")
