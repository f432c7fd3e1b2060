"""A webhook that takes JSON: `text` as chat services read it, and the whole document."""

from collections.abc import Mapping
from typing import Any

import httpx

from domain.errors import DeliveryError

TIMEOUT_S = 10.0


class WebhookNotifier:
    """Posts to one URL."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = url
        self._transport = transport

    @property
    def channel(self) -> str:
        """The name of the channel in deliveries; the URL may hold a secret."""
        return "webhook"

    async def send(self, text: str, document: Mapping[str, Any]) -> None:
        """Post it. Raises DeliveryError when nobody takes it within ten seconds."""
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, transport=self._transport) as client:
                (await client.post(self._url, json={"text": text, "document": dict(document)})).raise_for_status()
        except httpx.HTTPStatusError as error:
            raise DeliveryError(f"the webhook answered {error.response.status_code}") from error
        except httpx.HTTPError as error:
            raise DeliveryError(f"the webhook cannot be reached: {type(error).__name__}") from error
