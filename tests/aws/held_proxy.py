"""A proxy before the local AWS that holds chosen requests, before or after AWS has carried them out."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import parse_qs, urlsplit

When = Literal["before", "after"]


@dataclass
class HeldProxy:
    """What it holds: by call, such as CreateVpc or "PUT bucket", whether AWS is asked before. url: where it answers.

    held: those that wait now. They go on with `release`; those of a client that is gone meanwhile get no answer.
    """

    url: str = ""
    wanted: dict[str, When] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    _guard: threading.Condition = field(default_factory=threading.Condition)
    _round: int = 0

    def hold(self, calls: Mapping[str, When]) -> None:
        """Hold these calls from now on, and no others."""
        with self._guard:
            self.wanted, self.held = dict(calls), set()

    def all_held(self) -> bool:
        """Whether each of them has come."""
        with self._guard:
            return self.held == set(self.wanted)

    def release(self) -> None:
        """Let those go on that wait now."""
        with self._guard:
            self._round += 1
            self._guard.notify_all()

    def wait(self, call: str, when: When) -> None:
        """Return at once, or with `release` for a call that is to be held."""
        with self._guard:
            if self.wanted.get(call) != when:
                return
            self.held.add(call)
            now = self._round
            self._guard.wait_for(lambda: self._round != now)


def name_of(method: str, path: str, headers: Message, body: bytes) -> str:
    """What a request asks for: the action of a form, the target of a JSON call, else method and first part of the
    path."""
    target = headers.get("X-Amz-Target", "").rpartition(".")[2]
    form = "form" in headers.get("Content-Type", "")
    action = parse_qs(body.decode("latin-1")).get("Action", [""])[0] if form else ""
    return target or action or f"{method} {path}"


@contextmanager
def holding(endpoint: str) -> Iterator[HeldProxy]:
    """A proxy before an endpoint, which holds nothing yet."""
    proxy, onward_to = HeldProxy(), urlsplit(endpoint).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            if self.headers.get("Expect", "").lower() == "100-continue":
                del self.headers["Expect"]
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            call = name_of(self.command, self.path, self.headers, body)
            proxy.wait(call, "before")
            onward = http.client.HTTPConnection(onward_to, timeout=60)
            onward.request(self.command, self.path, body, dict(self.headers))
            found = onward.getresponse()
            answer = found.read()
            proxy.wait(call, "after")
            try:
                self.send_response(found.status)
                for key, value in found.getheaders():
                    if key.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                        self.send_header(key, value)
                self.send_header("Content-Length", found.getheader("Content-Length") or str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                self.close_connection = True  # nobody waits for it any more

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _pass  # noqa: N815 - as the class wants them

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.hold({})
        proxy.release()
        server.shutdown()
        server.server_close()
