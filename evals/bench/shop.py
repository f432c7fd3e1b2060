"""A small web application on a free port, as it is or with our middleware and log handler: `python -m evals.bench.shop [RECEIVER]`."""

import logging
import socket
import sys
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from instrument.asgi import WideEvents
from instrument.logs import EventHandler
from instrument.request import annotate
from instrument.sender import Sender

log = logging.getLogger("shop")


def shop() -> FastAPI:
    """One route, which logs one line."""
    app = FastAPI()

    @app.get("/orders/{order}")
    async def order(order: int) -> dict[str, object]:
        log.info("order %d shown", order)
        annotate(customer_id=f"C-{order % 7}")
        return {"order": order, "items": [{"sku": f"S-{number}", "count": number} for number in range(20)]}

    return app


def instrumented(receiver: str) -> FastAPI:
    """The same, telling a receiver of each request and log line."""
    app, sender = shop(), Sender(receiver, "shop")
    app.add_middleware(WideEvents, sender=sender)
    log.addHandler(EventHandler(sender))
    return app


def main(words: Sequence[str]) -> None:
    """Serve, and say on which port."""
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(logging.NullHandler())
    app = instrumented(words[0]) if words else shop()
    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", timeout_keep_alive=60)).run([listening])


if __name__ == "__main__":
    main(sys.argv[1:])
