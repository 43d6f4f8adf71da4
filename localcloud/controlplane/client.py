"""A small HTTPS client with client certificates: health probes and the few objects that localcloud itself writes.

The official Python client takes longer to import than a control plane takes to answer; what is needed here is one
connection and JSON.
"""

import http.client
import json
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.controlplane.ports import HOST
from localcloud.errors import LocalcloudError

TIMEOUT_S = 10.0


class ApiError(LocalcloudError):
    """The API server refused a request; `status` is the HTTP status, the message its own words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Identity:
    """PEM files to trust the server by and to log in with; no certificate means no identity."""

    authority: Path
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate and self.key:
            context.load_cert_chain(self.certificate, self.key)
        return context


class Client:
    """Requests over one kept connection to a loopback port; not for use by several threads."""

    def __init__(self, port: int, identity: Identity, timeout_s: float = TIMEOUT_S) -> None:
        self._connection = http.client.HTTPSConnection(HOST, port, timeout=timeout_s, context=identity.context())

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def request(
        self, method: str, path: str, body: object = None, content_type: str = "application/json"
    ) -> dict[str, Any]:
        """Send JSON, return JSON. Raises ApiError with the server's message for a status of 400 and above."""
        status, data = self.raw(method, path, body, content_type)
        if status >= 400:
            try:
                message = str(json.loads(data)["message"])
            except (ValueError, KeyError, TypeError):
                message = data.decode(errors="replace").strip() or f"HTTP {status}"
            raise ApiError(status, f"{method} {path}: {message}")
        answer = json.loads(data)
        if not isinstance(answer, dict):
            raise ApiError(status, f"{method} {path}: the answer is no object")
        return answer

    def raw(
        self, method: str, path: str, body: object = None, content_type: str = "application/json"
    ) -> tuple[int, bytes]:
        """Status and body of a request. Raises OSError when nothing answers."""
        data = None if body is None else json.dumps(body).encode()
        try:
            self._connection.request(method, path, data, {"Content-Type": content_type, "Accept": "application/json"})
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            self._connection.close()
            raise ConnectionError(str(error) or type(error).__name__) from error
        except OSError:
            self._connection.close()
            raise


def healthy(port: int, path: str, identity: Identity, timeout_s: float = 2.0) -> bool:
    """Whether `https://127.0.0.1:<port><path>` answers 200, with its certificate verified."""
    try:
        with Client(port, identity, timeout_s) as client:
            return client.raw("GET", path)[0] == http.HTTPStatus.OK
    except (OSError, LocalcloudError):
        return False


def wait(ready: Callable[[], bool], timeout_s: float, poll_s: float = 0.05) -> bool:
    """Poll until `ready`, at most `timeout_s` seconds; says whether it came true."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(poll_s)
    return True
