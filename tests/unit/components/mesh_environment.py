"""The environment `staging` with each of its clusters in a mesh, as it is rendered and as API servers would have it."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from components.gateway.platform_gateway import PlatformGateway, PlatformGatewayArgs
from fleet.reachability import Caller, MeshRules
from settings import Catalogue, TenantPlan, load_catalogue, plan_tenants
from settings.front_door import FrontDoor
from settings.mesh import MESH_NAMESPACE, trust_domain
from settings.mesh_member import ClusterMesh
from tests.gateway.objects import whole
from tests.unit.components.local_stack import ROOT, rendered_on
from tests.unit.components.recorder import Recording, record

Object = dict[str, Any]

MESHES = {
    "starter": ClusterMesh(name="starter"),
    "team": ClusterMesh(name="team"),
    "enterprise": ClusterMesh(name="enterprise", addresses=("10.64.0.0/16",)),
    "enterprise-west": ClusterMesh(name="enterprise", addresses=("10.65.0.0/16",)),
}
KINDS = ("PeerAuthentication", "AuthorizationPolicy", "Sidecar", "DestinationRule", "Gateway")


@cache
def meshed() -> Catalogue:
    """The repository's catalogue for `staging`, with meshes whatever its topology says of them."""
    found = load_catalogue(ROOT / "catalog", "staging")
    clusters = tuple(
        each.model_copy(update={"mesh": MESHES[each.name], "addons": tuple({*each.addons, "istio"})})
        for each in found.topology.clusters
    )
    return replace(found, topology=found.topology.model_copy(update={"clusters": clusters}))


def plan(tenant: str, **changes: Any) -> TenantPlan:
    """The plan of a tenant, with fields of its file changed."""
    found = meshed()
    tenants = tuple(each.model_copy(update=changes) if each.id == tenant else each for each in found.tenants)
    return next(each for each in plan_tenants(replace(found, tenants=tenants)) if each.tenant.id == tenant)


def rendered(cluster: str, *plans: TenantPlan) -> Recording:
    """The platform layer of a cluster, and these tenants on it."""
    found = meshed()
    (at,) = (each for each in found.topology.clusters if each.name == cluster)
    return rendered_on(found, at, *plans)


@cache
def whole_cluster(cluster: str) -> Recording:
    """A cluster with all its tenants."""
    return rendered(cluster, *plan_tenants(meshed(), cluster))


def objects(made: Recording, *kinds: str) -> list[Object]:
    """Objects of the mesh's kinds, as the API server would have them."""
    found = [whole(each.inputs) for each in made.resources if each.inputs.get("kind") in (kinds or KINDS)]
    return [
        {key: each[key] for key in ("apiVersion", "kind", "metadata", "spec")}
        for each in found
        if "istio.io" in each["apiVersion"]
    ]


@cache
def gateway_scope() -> Object:
    """The Sidecar of a gateway on a cluster that is in a mesh."""
    door = FrontDoor.model_validate({"issuer": "https://id.example", "keys": "https://id.example/keys"})
    args = PlatformGatewayArgs(
        domain="x.example",
        front_door=door,
        namespace="tenantplane-gateway",
        system_namespace="tenantplane-system",
        meshed=True,
    )

    def program() -> None:
        PlatformGateway("gateway", args)

    (made,) = objects(record(program), "Sidecar")
    return made


@dataclass(frozen=True)
class Place:
    """One cluster: its mesh's root of trust and trust domain, its objects and its tenants."""

    name: str
    domain: str
    objects: list[Object]
    plans: tuple[TenantPlan, ...]

    def rules(self, *further: Object, without: str = "") -> MeshRules:
        """What its proxies go by. further: objects besides, younger. without: a kind that is left out."""
        held = [each for each in (*self.objects, *further) if each["kind"] != without]
        return MeshRules(
            root=self.domain,
            trust_domain=self.domain,
            root_namespace=MESH_NAMESPACE,
            peer_authentications=[each for each in held if each["kind"] == "PeerAuthentication"],
            authorization_policies=[each for each in held if each["kind"] == "AuthorizationPolicy"],
        )

    def caller(self, namespace: str) -> Caller:
        """A pod with a certificate of this place's mesh."""
        return Caller(f"{self.domain}/ns/{namespace}/sa/workload", self.domain)


@cache
def place(cluster: str) -> Place:
    """One cluster of the environment."""
    return Place(
        name=cluster,
        domain=trust_domain(MESHES[cluster].name, meshed().topology.domain),
        objects=objects(whole_cluster(cluster)),
        plans=plan_tenants(meshed(), cluster),
    )


def places() -> tuple[Place, ...]:
    """Every cluster of the environment."""
    return tuple(place(each) for each in MESHES)
