"""The receiver that the documentation of Svix shows for FastAPI, in plain Starlette.

https://docs.svix.com/receiving/verifying-payloads/how
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from svix.webhooks import Webhook, WebhookVerificationError

from tests.receivers.sample import SECRET


async def webhook_handler(request: Request) -> Response:
    headers = request.headers
    payload = await request.body()
    try:
        Webhook(SECRET).verify(payload, headers)
    except WebhookVerificationError:
        return Response(status_code=400)
    return Response(status_code=204)


app = Starlette(routes=[Route("/webhook", webhook_handler, methods=["POST"])])
