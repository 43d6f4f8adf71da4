"""Who there is on a cluster with guard-rails, what each may reach, and the matrix of all of them (E2, E4)."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from components.gateway.proxy_network import LISTENER_PORT, PROXIES
from fleet.reachability import Calico, Endpoint, outside
from settings import TenantPlan
from settings.ports import SERVICE_PORT
from tests.cluster.acting import Caller

CALICO = "/apis/projectcalico.org/v3"
FEW = ("acme-robotics", "hedgehog-cli", "northwind-bank")
"""Three tenants are as good for a hole as all, and the matrix a tenth of the size."""

Object = dict[str, Any]
Connection = tuple[str, str, str, int]

PORTS = [("TCP", 443), ("TCP", 5432), ("TCP", 8080), ("TCP", LISTENER_PORT), ("TCP", 53), ("UDP", 53)]
API_PORT = 443
KEYS_PORT = 443
"""Of the issuer of tenants' tokens, in the topology `local`."""
METADATA = {
    "metadata": "169.254.169.254",
    "metadata-v6": "fd00:ec2::254",
    "credentials": "169.254.170.2",
    "link-local-v6": "fe80::1",
}
SUSPENDED = "lantern-notes"
"""The tenant of the catalogue that is not active: nothing passes, either way."""
PARTNER, PARTNERED = "partner", "northwind-bank"
"""An address in a range that the catalogue grants, and the tenant that it grants it."""
INTERNET = {"internet": "203.0.113.7", "internet-v6": "2001:db8::7", "node": "192.0.2.20", PARTNER: "198.51.100.9"}
API_SERVERS = ("api-server", "api-service")
PLATFORM = ("dns", "controller", "gateway", "somebody")


@dataclass(frozen=True)
class World:
    """The objects of a cluster that decide about the network, and which ranges outside tenants were granted."""

    tiers: list[Object]
    policies: list[Object]
    network_policies: list[Object]
    granted: frozenset[str] = field(default=frozenset())

    @property
    def calico(self) -> Calico:
        return Calico(self.tiers, self.policies, self.network_policies)


def world_of(admin: Caller) -> World:
    """What the API server holds: the tiers, and the NetworkPolicies that are of this project."""
    found = admin.get("/apis/networking.k8s.io/v1/networkpolicies")["items"]
    ours = [each for each in found if each["metadata"].get("labels", {}).get("app.kubernetes.io/part-of")]
    tiers, policies = (admin.get(f"{CALICO}/{kind}")["items"] for kind in ("tiers", "globalnetworkpolicies"))
    return World(tiers, policies, ours)


def namespaces_of(admin: Caller) -> dict[str, dict[str, str]]:
    """Labels of each namespace."""
    return {each["metadata"]["name"]: each["metadata"]["labels"] for each in admin.get("/api/v1/namespaces")["items"]}


def some(who: Mapping[str, Endpoint]) -> dict[str, Endpoint]:
    """What there is of three tenants, the platform and outside."""
    return {name: each for name, each in who.items() if not (is_tenants(name) or "/" in name) or owner(name) in FEW}


def parties(plans: Mapping[str, TenantPlan], namespaces: Mapping[str, Mapping[str, str]]) -> dict[str, Endpoint]:
    """Of each tenant a service, two sandboxes if it has any, a pod that pretends to be the next tenant's, and its
    database; what the platform has; what lies outside."""
    addresses = (f"10.128.{each // 250}.{each % 250 + 1}" for each in itertools.count())

    def pod(name: str, namespace: str, labels: Mapping[str, str]) -> Endpoint:
        # The namespaces of gateway and databases come with later layers; their name is the label that counts.
        held = namespaces.get(namespace, {"kubernetes.io/metadata.name": namespace})
        return Endpoint(name, namespace, held, labels, next(addresses))

    made: dict[str, Endpoint] = {}
    ids = sorted(plans)
    for tenant, neighbour in zip(ids, ids[1:] + ids[:1], strict=True):
        plan = plans[tenant]
        made[tenant] = pod(tenant, plan.namespace, {**plan.labels, "app": "agent-sessions"})
        if plan.sandboxes is not None:
            for name in (f"{tenant}/sandbox", f"{tenant}/another/sandbox"):
                made[name] = pod(name, plan.namespace, plan.sandboxes.labels)
        made[f"{tenant}/impostor"] = pod(f"{tenant}/impostor", plan.namespace, plans[neighbour].labels)
        made[f"db/{tenant}"] = pod(f"db/{tenant}", plan.cluster.database_namespace, {"tenant": tenant})
    made["dns"] = pod("dns", "kube-system", {"k8s-app": "kube-dns"})
    made["controller"] = pod("controller", "kube-system", {"app": "controller"})
    made["gateway"] = pod("gateway", plans[ids[0]].cluster.gateway_namespace, PROXIES)
    made["somebody"] = pod("somebody", "default", {})
    made |= {name: outside(name, address) for name, address in {**METADATA, **INTERNET}.items()}
    # Managed control planes answer on 443. The second is seen where a Service's address is not yet translated.
    made["api-server"] = outside("api-server", "192.0.2.10", ("default/kubernetes", "TCP", API_PORT))
    made["api-service"] = outside("api-service", "10.96.0.1")
    return made


def is_tenants(name: str) -> bool:
    """Whether it is a pod in a tenant's namespace."""
    return name not in (*PLATFORM, *METADATA, *INTERNET, *API_SERVERS) and not name.startswith("db/")


def is_sandbox(name: str) -> bool:
    """Whether it is a pod in which a tenant's agents run."""
    return name.endswith("/sandbox")


def owner(name: str) -> str:
    """Tenant of a pod in a tenant's namespace, or of a database."""
    return name.removeprefix("db/").split("/", maxsplit=1)[0]


def suspended(connection: Connection) -> bool:
    """Whether a pod of the suspended tenant is one of the two."""
    return any(is_tenants(each) and owner(each) == SUSPENDED for each in connection[:2])


def matrix(world: World, who: Mapping[str, Endpoint]) -> dict[Connection, bool]:
    """Every pair of which one is a tenant's pod, on every port."""
    calico = world.calico
    return {
        (source, target, protocol, port): calico.reaches(who[source], who[target], protocol, port)
        for source, target in itertools.product(who, who)
        if is_tenants(source) or is_tenants(target)
        for protocol, port in PORTS
    }


def guarded(connection: Connection, granted: frozenset[str] = frozenset()) -> bool:
    """Whether the guard-rails leave it to NetworkPolicies at all: E2 in one place.

    granted: tenants that may reach every address outside.
    """
    source, target, protocol, port = connection
    if suspended(connection):
        return False
    if "gateway" in (source, target):  # its own policies say what it reaches, whatever tenants open
        ports = (SERVICE_PORT, KEYS_PORT) if source == "gateway" else (LISTENER_PORT,)
        return protocol == "TCP" and port in ports
    return not is_tenants(source) or _may_leave(connection, granted)


def _may_leave(connection: Connection, granted: frozenset[str]) -> bool:
    """The same of what a tenant's pod begins."""
    source, target, protocol, port = connection
    if is_tenants(target):
        return owner(source) == owner(target)
    if target.startswith("db/"):
        own = owner(source) == owner(target) and not is_sandbox(source)
        return own and (protocol, port) == ("TCP", 5432)
    if target in PLATFORM:
        return True
    # Calico takes a Service's ports with its addresses; another port of the machine is an address like any other.
    answers = target == "api-service" or (target, protocol, port) == ("api-server", "TCP", API_PORT)
    if target in METADATA or (answers and is_sandbox(source)):
        return False
    return owner(source) in granted or (target == PARTNER and owner(source) == PARTNERED)


def forbidden(open_: Mapping[Connection, bool], granted: frozenset[str] = frozenset()) -> list[Connection]:
    """What is open and must not be."""
    return [connection for connection, passes in open_.items() if passes and not guarded(connection, granted)]


def network_policies(plans: Iterable[TenantPlan], **spec: Any) -> list[Object]:
    """The same NetworkPolicy, for both directions, in each tenant's namespace."""
    shape = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], **spec}
    return [{"metadata": {"name": "own", "namespace": plan.namespace}, "spec": shape} for plan in plans]
