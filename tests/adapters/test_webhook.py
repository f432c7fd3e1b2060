"""What the webhook is sent, and what is said when nobody takes it."""

import json

import httpx
import pytest

from adapters.webhook import WebhookNotifier
from domain.errors import DeliveryError

URL = "https://hooks.example/T0/s3cret"


async def test_text_and_document_are_posted_as_json() -> None:
    seen: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    await WebhookNotifier(URL, httpx.MockTransport(take)).send("# Hourly", {"kind": "hourly"})
    assert str(seen[0].url) == URL
    assert json.loads(seen[0].content) == {"text": "# Hourly", "document": {"kind": "hourly"}}


def refuse(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(503)


def vanish(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("gone", request=request)


@pytest.mark.parametrize(("answer", "said"), [(refuse, "answered 503"), (vanish, "cannot be reached")])
async def test_a_channel_that_does_not_take_it_is_told_without_its_secret(answer: object, said: str) -> None:
    with pytest.raises(DeliveryError, match=said) as caught:
        await WebhookNotifier(URL, httpx.MockTransport(answer)).send("text", {})  # type: ignore[arg-type]
    assert "s3cret" not in str(caught.value)
