"""A client of the gateway that can be as wrong as it likes: it says its own bytes, over TLS of its own choice."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.gateway.objects import entrance

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """status, headers (names in lower case) and body of an answer."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def echo(self) -> dict[str, Any]:
        """What the service says it was asked; AssertionError when it was not asked at all."""
        assert self.status == 200, f"{self.status}: {self.body}"
        found: dict[str, Any] = json.loads(self.body)
        return found

    def upstream_values(self, name: str) -> list[str]:
        """Every value of a header as the service got it."""
        return [value for key, value in self.echo["headers"] if key == name]


@dataclass(frozen=True)
class Front:
    """The gateway from outside. port: on loopback. authority: file of the certificate its own is signed by."""

    port: int
    authority: Path

    @contextmanager
    def connection(self, sni: str, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Iterator[ssl.SSLSocket]:
        """A TLS connection, its certificate verified for the name that is asked for."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.minimum_version = context.maximum_version = version
        with (
            closing(socket.create_connection(("127.0.0.1", self.port), timeout=60)) as plain,
            context.wrap_socket(plain, server_hostname=sni) as secured,
        ):
            yield secured

    def ask(
        self,
        tenant: str,
        token: str | None,
        path: str | None = None,
        *,
        headers: Headers = (),
        body: bytes = b"",
        host: str | None = None,
        sni: str | None = None,
    ) -> Answer:
        """One request to a tenant's host. path: that of its first workload unless one is named. host, sni: others than
        the tenant's. Nothing is added but Host, the token and the length of the body."""
        own = entrance(tenant).host
        with self.connection(sni or own) as secured:
            said = request(host or own, path or first_path(tenant), token, headers, body)
            secured.sendall(said)
            return read_answer(secured)

    @contextmanager
    def nameless(self) -> Iterator[ssl.SSLSocket]:
        """As a load balancer of AWS connects: it says no server name, and looks at no name in the certificate."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.check_hostname = False
        with (
            closing(socket.create_connection(("127.0.0.1", self.port), timeout=60)) as plain,
            context.wrap_socket(plain) as secured,
        ):
            yield secured

    def said(self, sni: str, text: bytes) -> Answer:
        """What is answered to these very bytes."""
        with self.connection(sni) as secured:
            secured.sendall(text)
            return read_answer(secured)


def first_path(tenant: str) -> str:
    """A path below that of the tenant's first workload."""
    return f"{entrance(tenant).paths[0].prefix}/hello"


def request(host: str, path: str, token: str | None, headers: Headers = (), body: bytes = b"") -> bytes:
    """The bytes of a request."""
    lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += [f"{key}: {value}" for key, value in headers]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_answer(secured: ssl.SSLSocket) -> Answer:
    """The answer to the request that was sent."""
    response = http.client.HTTPResponse(secured)
    response.begin()
    headers = {key.lower(): value for key, value in response.getheaders()}
    return Answer(response.status, headers, response.read().decode(errors="replace"))
