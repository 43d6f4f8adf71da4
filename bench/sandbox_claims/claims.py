"""Claims sandboxes at a steady rate and times each from its creation to its readiness."""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from localcloud.controlplane import ControlPlane
from localcloud.controlplane.client import ApiError, Client, Identity
from localcloud.controlplane.health import admin
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.ports import HOST

GROUP: Final = "/apis/extensions.agents.x-k8s.io/v1beta1"
LIVES: Final = timedelta(minutes=10)
_STREAM_TIMEOUT_S: Final = 600.0
_ATTEMPTS: Final = 10

Manifest = dict[str, Any]


@dataclass
class Sandbox:
    """One claim. asked, ready: seconds of the monotonic clock; ready None until it is. pod: name of what it got."""

    namespace: str
    name: str
    asked: float
    ready: float | None = None
    pod: str = ""


@dataclass
class Claims:
    """The claims of one run on a cluster, seen ready by one watch over all namespaces."""

    cluster: ControlPlane
    api: Client
    made: dict[tuple[str, str], Sandbox] = field(default_factory=dict)
    _watched: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Begin to watch, in a thread that ends with the process; returns once the watch stands."""
        threading.Thread(target=self._follow, daemon=True).start()
        if not self._watched.wait(_STREAM_TIMEOUT_S):
            raise TimeoutError("the watch of the claims did not begin")

    def claim(self, namespace: str, pool: str, name: str) -> Sandbox:
        """Ask for one sandbox, as a session service does: deleted with its claim, and after ten minutes at most."""
        ends = datetime.now(UTC) + LIVES
        manifest = {
            "apiVersion": "extensions.agents.x-k8s.io/v1beta1",
            "kind": "SandboxClaim",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "warmPoolRef": {"name": pool},
                "lifecycle": {
                    "shutdownPolicy": "Delete",
                    "shutdownTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "ttlSecondsAfterFinished": 60,
                },
            },
        }
        asked = self.made[namespace, name] = Sandbox(namespace, name, time.monotonic())
        for attempt in itertools.count():
            try:
                self.api.request("POST", f"{GROUP}/namespaces/{namespace}/sandboxclaims", manifest)
                break
            except ApiError as error:
                # Pods and claims of a tenant are counted in one quota object; the API server gives up after a few
                # collisions and leaves it to the client to ask again, as its message says. The clock runs on.
                if error.status != http.HTTPStatus.CONFLICT or attempt >= _ATTEMPTS:
                    raise
        return asked

    def release(self, sandbox: Sandbox) -> None:
        """End a session: its claim goes, and with it the sandbox."""
        self.api.request("DELETE", f"{GROUP}/namespaces/{sandbox.namespace}/sandboxclaims/{sandbox.name}")

    def ready(self) -> list[Sandbox]:
        """Those that are ready."""
        return [each for each in self.made.values() if each.ready is not None]

    def _follow(self) -> None:
        for event in _events(self.cluster, f"{GROUP}/sandboxclaims", self._watched):
            seen = time.monotonic()
            claim = event["object"]
            metadata, status = claim["metadata"], claim.get("status") or {}
            mine = self.made.get((metadata["namespace"], metadata["name"]))
            if mine is not None and mine.ready is None and _is_ready(status):
                mine.ready, mine.pod = seen, (status.get("sandbox") or {}).get("name", "")


def at_rate(rate: float, count: int) -> Iterator[int]:
    """Numbers 0 to count - 1, each at its time; one that is late is followed at once."""
    began = time.monotonic()
    for number in range(count):
        pause = began + number / rate - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        yield number


def quantile_ms(sandboxes: list[Sandbox], share: float) -> float:
    """The latency that so many of the sandboxes did not exceed, in ms: the smallest with at least that share."""
    taken = sorted(each.ready - each.asked for each in sandboxes if each.ready is not None)
    rank = max(1, -(-len(taken) * round(share * 100) // 100))
    return round(taken[rank - 1] * 1000, 1)


@dataclass(frozen=True)
class Pool:
    """A warm pool: where it is, how many of its sandboxes are ready and how many are wanted."""

    namespace: str
    name: str
    ready: int
    wanted: int


def pools(api: Client) -> list[Pool]:
    """Every warm pool of the cluster."""
    return [
        Pool(
            namespace=each["metadata"]["namespace"],
            name=each["metadata"]["name"],
            ready=(each.get("status") or {}).get("readyReplicas", 0),
            wanted=each["spec"]["replicas"],
        )
        for each in api.request("GET", f"{GROUP}/sandboxwarmpools")["items"]
    ]


def _is_ready(status: Manifest) -> bool:
    return any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions") or [])


def _events(cluster: ControlPlane, path: str, standing: threading.Event) -> Iterator[Manifest]:
    """Events of a watch, from now on."""
    identity: Identity = admin(Layout(cluster.name, cluster.directory.parent.parent))
    port = int(cluster.server.rsplit(":", 1)[1])
    connection = http.client.HTTPSConnection(HOST, port, timeout=_STREAM_TIMEOUT_S, context=identity.context())
    with cluster.client() as api:
        version = api.request("GET", path)["metadata"]["resourceVersion"]
    connection.request("GET", f"{path}?watch=true&resourceVersion={quote(version)}")
    answer = connection.getresponse()
    standing.set()
    while line := answer.readline():
        yield json.loads(line)
