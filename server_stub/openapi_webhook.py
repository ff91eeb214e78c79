"""How the API's document says what a webhook is told: the message, what stands in its head, and how it is verified.

Decides the words. What is sent, and what an answer does, is the courier's.
"""

from __future__ import annotations

from typing import Any

from server_stub import webhooks
from server_stub.courier import LONGEST_SECONDS

_VERIFIED = f"""
Sent by the store to the address of a webhook, for each order that comes to one of its states. It follows Standard
Webhooks.

**Verify** it before it is believed. The secret that `add_webhook` told is `whsec_` and, behind that, a key in Base64.
Join `webhook-id`, `webhook-timestamp` and the body as it came, with a full stop between them; the HMAC-SHA256 of that
by the key, in Base64, has to be one of the signatures in `webhook-signature`, which stand between blanks, each behind
`v1,`. Compare in constant time, and refuse a timestamp of more than five minutes ago or ahead.

**Answer** any status from 200 to 299 within {LONGEST_SECONDS:g} seconds. Anything else is tried again, later each
time, for {webhooks.LONGEST.days} days, and then the webhook is paused; 410 pauses it at once. Messages of one order
come in its order. The same message may come twice, with the same `webhook-id`.
""".strip()


def operation(message: dict[str, Any]) -> dict[str, Any]:
    """The operation of a Path Item Object under `webhooks` (OpenAPI 3.1)."""
    return {
        "operationId": "order_reached",
        "summary": "Tells that an order came to a state.",
        "description": _VERIFIED,
        "security": [],
        "parameters": [
            _header("webhook-id", "Which message this is, however often it comes.", {"pattern": "^msg_[0-9]+$"}),
            _header("webhook-timestamp", "When it was sent, in seconds since 1970.", {"pattern": "^[0-9]+$"}),
            _header("webhook-signature", "`v1,` and the signature in Base64.", {"pattern": "^v1,[A-Za-z0-9+/]+=*$"}),
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": message}}},
        "responses": {
            "2XX": {"description": "It was taken."},
            "410": {"description": "Nobody wants these any more: the webhook is paused."},
            "default": {"description": "It was not taken: it is sent again. Retry-After is heeded."},
        },
    }


def _header(name: str, description: str, bounds: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string", **bounds},
    }
