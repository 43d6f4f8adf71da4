"""A service of a tenant: says what it was asked, in which words, and remembers it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NEVER = "/never"
"""Under this path the service takes every request and answers none, until the test is over."""


@dataclass
class Upstream:
    """port: on loopback. asked: paths of the requests that came through, in order."""

    port: int
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def upstream(name: str) -> Iterator[Upstream]:
    """A running service. Its answers hold its name, the path, every header as it came, and the size of the body."""
    made = Upstream(0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        """An answer leaves in one piece, or the other side waits 40 ms for the second."""

        def do_GET(self) -> None:
            made.asked.append(self.path)
            if NEVER in self.path:
                made.over.wait(60)
                return
            size = len(self.rfile.read(int(self.headers.get("content-length", 0))))
            headers = [[key.lower(), value] for key, value in self.headers.items()]
            said = {"service": name, "path": self.path, "headers": headers, "size": size}
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  as http.server looks for it

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
