"""Requests to one API server as its operator or as somebody else: many at once, and no more a second than allowed."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import urllib3
from kubernetes import client

from fleet.errors import FleetError
from fleet.verify.request import Answer, Request

TIMEOUT_S: Final = 20.0
TRIES: Final = 4
"""Times one request is sent at most. Everything sent is a read, a dry run or of an object of our own, so that it may be
sent again."""
BUSY: Final = frozenset({429, 500, 502, 503, 504})
PAGE: Final = 500
METADATA: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


class UnansweredError(FleetError):
    """The API server gave no answer to judge by."""


class Rate:
    """Lets so many through in a second, evenly, whoever asks."""

    def __init__(self, per_second: float) -> None:
        self._gap_s = 1.0 / per_second
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Returns when it is the caller's turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap_s
        if turn > now:
            time.sleep(turn - now)

    def hold(self, seconds: float) -> None:
        """Nobody's turn for so long: the server asked for it."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)


class Api:
    """One API server. count: requests sent so far."""

    def __init__(self, api: client.ApiClient, rate: Rate, connections: int) -> None:
        configuration = api.configuration
        configuration.connection_pool_maxsize = connections
        self._client = client.ApiClient(configuration)
        self._base = configuration.host.rstrip("/")
        self._rate = rate
        self._lock = threading.Lock()
        self.count = 0

    def close(self) -> None:
        """Ends the connections."""
        self._client.rest_client.pool_manager.clear()

    def ask(self, request: Request, user: str | None = None, groups: tuple[str, ...] = ()) -> Answer:
        """One request, as the operator or as somebody else. A write is a dry run, whatever it is."""
        return self._send(request.method, request.url, request.text, request.kind, _acting(user, groups))

    def write(self, namespace: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """A write that is meant, of an object in one namespace or of that namespace; anything else is refused.

        Raises ValueError for a path outside of it.
        """
        home = f"/namespaces/{namespace}"
        bare = path.partition("?")[0]
        made = method == "POST" and bare == "/api/v1/namespaces" and (body or {})["metadata"]["name"] == namespace
        if not made and not (bare.endswith(home) or f"{home}/" in bare):
            raise ValueError(f"{method} {path} is not of namespace {namespace}")
        return self._send(method, path, json.dumps(body) if body is not None else "", "application/json", [])

    def read(self, path: str) -> Answer:
        """One object, or a refusal."""
        return self._send("GET", path, "", "application/json", [])

    def all(self, path: str, selector: str = "", *, metadata: bool = False) -> Iterator[dict[str, Any]]:
        """Every object of a list, page by page; none of a kind that the API server does not have. metadata: without
        spec and status. Raises UnansweredError when it may not be read."""
        more = ""
        while True:
            query = f"?limit={PAGE}" + (f"&labelSelector={selector}" if selector else "")
            accept = METADATA if metadata else "application/json"
            answer = self._send("GET", f"{path}{query}{more}", "", "application/json", [("Accept", accept)])
            if answer.status == 404:
                return
            if answer.status != 200:
                raise UnansweredError(f"{path} cannot be read: {answer.status} {answer.message}")
            yield from answer.body.get("items") or ()
            token = (answer.body.get("metadata") or {}).get("continue")
            if not token:
                return
            more = f"&continue={token}"

    def _send(self, method: str, url: str, text: str, kind: str, more: list[tuple[str, str]]) -> Answer:
        headers = urllib3.HTTPHeaderDict({"Content-Type": kind, "User-Agent": "tenantplane-verify"})
        own: dict[str, str] = {}
        self._client.update_params_for_auth(own, [], ["BearerToken"])
        for name, value in (*own.items(), *more):
            headers.add(name, value)
        said = ""
        for attempt in range(TRIES):
            self._rate.wait()
            with self._lock:
                self.count += 1
            try:
                answer = self._client.rest_client.pool_manager.request(
                    method, self._base + url, body=text or None, headers=headers, timeout=TIMEOUT_S, retries=False
                )
            except urllib3.exceptions.HTTPError as error:
                said = type(error).__name__
                continue
            if answer.status in BUSY and attempt + 1 < TRIES:
                self._rate.hold(min(5.0, float(answer.headers.get("Retry-After") or 0.2)))
                said = f"status {answer.status}"
                continue
            return Answer(answer.status, _body(answer.data))
        raise UnansweredError(f"the API server does not answer {method} {url.partition('?')[0]}: {said}")


def _acting(user: str | None, groups: tuple[str, ...]) -> list[tuple[str, str]]:
    if user is None:
        return []
    return [("Impersonate-User", user), *(("Impersonate-Group", each) for each in groups)]


def _body(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {"message": data.decode(errors="replace")[:500]}
    return found if isinstance(found, dict) else {}
