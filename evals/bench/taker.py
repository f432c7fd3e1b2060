"""A receiver that takes everything and keeps nothing, on a free port: `python -m evals.bench.taker`."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Taken(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"accepted":0,"rejected":[]}')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
        """Says nothing."""


def main() -> None:
    """Serve, and say on which port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Taken) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
