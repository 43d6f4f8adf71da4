"""One request to an API server, and what it answered."""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

CORE: Final = "/api/v1"
APPS: Final = "/apis/apps/v1"
BATCH: Final = "/apis/batch/v1"
RBAC_API: Final = "/apis/rbac.authorization.k8s.io/v1"
NETWORK: Final = "/apis/networking.k8s.io/v1"
ADMISSION: Final = "/apis/admissionregistration.k8s.io/v1"
KUEUE: Final = "/apis/kueue.x-k8s.io/v1beta2"
CALICO: Final = "/apis/projectcalico.org/v3"
AGENTS: Final = "/apis/agents.x-k8s.io/v1beta1"
EXTENSIONS: Final = "/apis/extensions.agents.x-k8s.io/v1beta1"
GATEWAY: Final = "/apis/gateway.networking.k8s.io/v1"
ENVOY: Final = "/apis/gateway.envoyproxy.io/v1alpha1"
MONITORING: Final = "/apis/monitoring.coreos.com/v1"
MESH: Final = "/apis/security.istio.io/v1"

Who = Literal["admin", "developer", "viewer", "workload", "syncer", "platform"]
"""Somebody of a role of the tenant; the account that its workloads run as; that of its virtual control plane; or the
operator, who may do everything: then it is the request that is refused, and not who asks."""


@dataclass(frozen=True)
class Request:
    """One request. text: the body as JSON; "" for none. kind: its content type.

    What would write is always asked as a dry run: the API server runs every check and stores nothing.
    """

    method: str
    path: str
    text: str = ""
    kind: str = "application/json"

    @property
    def url(self) -> str:
        """Path and query."""
        if self.method == "GET":
            return self.path
        return self.path + ("&" if "?" in self.path else "?") + "dryRun=All"


@dataclass(frozen=True)
class Answer:
    """What the API server answered. body: the object, or the Status of a refusal; empty where nobody asked for it."""

    status: int
    body: dict[str, Any]

    @property
    def message(self) -> str:
        """The server's words, for a refusal."""
        return str(self.body.get("message", ""))


def get(path: str) -> Request:
    """Reads one object, or one page with one object of a list: who may read one may read all."""
    return Request("GET", path)


def post(path: str, body: Any = None) -> Request:
    """Makes an object."""
    return Request("POST", path, json.dumps(body or {}))


def put(path: str, body: Any) -> Request:
    """Puts an object in the place of the one there."""
    return Request("PUT", path, json.dumps(body))


def delete(path: str) -> Request:
    """Deletes an object, or all of a kind."""
    return Request("DELETE", path)


def patch(path: str, body: Any) -> Request:
    """A merge patch, or for a list a JSON patch."""
    kind = "json-patch" if isinstance(body, list) else "merge-patch"
    return Request("PATCH", path, json.dumps(body), f"application/{kind}+json")


def at(namespace: str, resource: str, api: str = CORE) -> str:
    """Path of a resource in a namespace."""
    return f"{api}/namespaces/{namespace}/{resource}"
