"""What the stack `local` puts on a cluster of its entrances, as the API server would have it."""

import copy
from functools import cache
from typing import Any

from components.gateway.envoy import ROUTE, route_spec
from settings.gateway import Entrance, entrance_of
from tests.unit.components.local_stack import catalogue, local_stack, plan
from tests.unit.components.recorder import Registered

Manifest = dict[str, Any]

NAMESPACE, SERVICE = "kubernetes:core/v1:Namespace", "kubernetes:core/v1:Service"
ENTRANCE_KINDS = (
    "GatewayClass", "Gateway", "HTTPRoute", "ClientTrafficPolicy", "BackendTrafficPolicy", "SecurityPolicy",
)  # fmt: skip
FORGOTTEN = "forgotten"
"""A tenant with a route, for which nobody wrote any policy."""


def entrance(tenant: str) -> Entrance:
    """The entrance of a tenant of the catalogue."""
    found = entrance_of(plan(tenant))
    assert found is not None, f"{tenant} has none"
    return found


@cache
def _objects() -> tuple[Manifest, ...]:
    return tuple(made for each in local_stack().resources if (made := _object(each)) is not None)


def objects() -> list[Manifest]:
    """Every object that an entrance is made of, with the Namespaces and Services it refers to; a fresh copy."""
    return copy.deepcopy(list(_objects()))


def one(among: list[Manifest], kind: str, namespace: str) -> Manifest:
    """The only object of a kind in a namespace."""
    (found,) = (each for each in among if each["kind"] == kind and each["metadata"].get("namespace") == namespace)
    return found


def forgotten() -> list[Manifest]:
    """A tenant's namespace, service and route without a policy."""
    template = entrance("gearbox-labs")
    domain = catalogue().topology.domain
    namespace = f"tenant-{FORGOTTEN}"
    spec = {**route_spec(template, "tenantplane-gateway"), "hostnames": [f"{FORGOTTEN}.{domain}"]}
    api = "gateway.networking.k8s.io/v1"
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {"tenant": FORGOTTEN}}},
        _service({"name": template.paths[0].service, "namespace": namespace}, {"ports": [{"port": 80}]}),
        {"apiVersion": api, "kind": "HTTPRoute", "metadata": {"name": ROUTE, "namespace": namespace}, "spec": spec},
    ]


def _object(each: Registered) -> Manifest | None:
    inputs: Any = whole(each.inputs)
    if each.type == NAMESPACE:
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": inputs["metadata"]}
    if each.type == SERVICE:
        return _service(inputs["metadata"], inputs["spec"])
    if inputs.get("kind") in ENTRANCE_KINDS:
        return {key: inputs[key] for key in ("apiVersion", "kind", "metadata", "spec")}
    return None


def _service(metadata: Manifest, spec: Manifest) -> Manifest:
    # From the range for documentation: wherever a request goes that no test has led somewhere, nobody is there.
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {**spec, "clusterIP": "192.0.2.1"}}


def whole(value: Any) -> Any:
    """Whole numbers as such: the engine's protocol, and so the recording, has only floating-point ones."""
    if isinstance(value, dict):
        return {key: whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
