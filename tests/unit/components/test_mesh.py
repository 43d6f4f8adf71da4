"""What the mesh is made of, on which clusters, and what it leaves of the walls that were there before (E1, E3, H3)."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
import yaml

from components.network.mesh import Mesh, MeshArgs
from components.workloads.meshed import environment
from fleet.reachability import Endpoint, reaches
from policies.evaluation import evaluate
from policies.expected import expected
from settings import names, plan_tenants
from settings.mesh import APP_PORT, MESH_NAMESPACE, PROXY, mesh_configuration, peers_of
from settings.mesh.rules import tenant_authorization
from settings.namespaces import Namespaces
from settings.planning import demands
from tests.gateway.objects import whole
from tests.unit.components.mesh_environment import (
    MESHES,
    gateway_scope,
    meshed,
    objects,
    place,
    plan,
    rendered,
    whole_cluster,
)
from tests.unit.components.recorder import record
from tests.unit.policies.recorded import resources

pytestmark = pytest.mark.xdist_group("mesh")  # rendered once

POLICY = "kubernetes:security.istio.io/v1:AuthorizationPolicy"
PEERS = "kubernetes:security.istio.io/v1:PeerAuthentication"
DEPLOYMENT, SERVICE = "kubernetes:apps/v1:Deployment", "kubernetes:core/v1:Service"
NETWORK = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def opening(tenant: str, **changes: Any) -> dict[str, Any]:
    """The AuthorizationPolicy of a tenant's home, with fields of its file changed."""
    own = plan(tenant, **changes)
    made = objects(rendered(own.cluster.name, own), "AuthorizationPolicy")
    (found,) = (each for each in made if each["metadata"]["namespace"] == own.namespace)
    spec: dict[str, Any] = found["spec"]
    return spec


def let_in(spec: dict[str, Any]) -> set[str]:
    return {each for rule in spec.get("rules", []) for one in rule["from"] for each in one["source"]["principals"]}


def _made(_: Mesh) -> None:
    """A program returns nothing."""


def test_a_tenant_costs_one_object_and_a_cluster_eight_or_with_others_ten() -> None:
    for cluster in MESHES:
        made = [each for each in whole_cluster(cluster).resources if each.custom]
        of_tenants = [each for each in made if "TenantMesh" in each.chain]
        assert len(of_tenants) == len(place(cluster).plans)
        namespaced = [each for each in made if each.inputs.get("metadata", {}).get("namespace") == MESH_NAMESPACE]
        once = [*namespaced, *(each for each in made if each.inputs.get("metadata", {}).get("name") == MESH_NAMESPACE)]
        assert len(once) == (10 if peers_of(place(cluster).plans[0].cluster, meshed().topology) else 8)


def test_a_cluster_without_a_mesh_has_none() -> None:
    """That nothing of it is made there is in the golden names of the stack `local`."""
    outside = meshed().topology.clusters[0].model_copy(update={"mesh": None})
    made = record(lambda: _made(Mesh("mesh", MeshArgs(cluster=outside, topology=meshed().topology))))
    with pytest.raises(ValueError, match="cluster 'starter' is in no mesh"):
        tenant_authorization(replace(plan("hedgehog-cli"), trust_domain=None, cluster=outside))
    assert "cluster 'starter' is in no mesh" in str(made.error)


def test_everybody_proves_who_they_are_and_nobody_is_let_in_before_any_pod_runs() -> None:
    made = whole_cluster("enterprise")
    (strict,) = made.of(PEERS)
    assert whole(strict.inputs["spec"]) == {"mtls": {"mode": "STRICT"}}
    assert strict.inputs["metadata"]["namespace"] == MESH_NAMESPACE
    deny = made.one(POLICY, "mesh-nobody")
    assert "rules" not in deny.inputs["spec"]
    services = [each for each in made.of(DEPLOYMENT) if "tenant" in each.inputs["metadata"]["labels"]]
    assert services
    for each in services:
        assert {strict.urn, deny.urn} <= set(each.depends_on)


def test_a_tenant_lets_in_itself_and_the_gateway_by_names_of_this_mesh() -> None:
    domain = "enterprise.mesh.staging.tenantplane.example"
    spec = opening("acme-robotics")
    assert let_in(spec) == {f"{domain}/ns/tenant-acme-robotics/sa/*", f"{domain}/ns/tenantplane-gateway/sa/*"}
    assert spec["rules"][0]["to"] == [{"operation": {"ports": ["8080"]}}]


@pytest.mark.parametrize("lifecycle", ["suspended", "offboarding"])
def test_a_tenant_that_is_not_active_lets_nobody_in(lifecycle: str) -> None:
    assert opening("acme-robotics", lifecycle=lifecycle) == {"action": "ALLOW"}


@pytest.mark.parametrize("connected", [False, True])
def test_a_tenants_further_namespaces_are_let_in_where_its_file_connects_them(connected: bool) -> None:
    children = [{"name": "lab", "share": 5}, {"name": "trial", "share": 5}]
    further = Namespaces.model_validate({"connected": connected, "jobs_share": 5, "children": children})
    home = plan("acme-robotics", namespaces=further)
    made = objects(rendered(home.cluster.name, home), "AuthorizationPolicy")
    by_namespace = {each["metadata"]["namespace"]: let_in(each["spec"]) for each in made}
    family = {home.namespace, *(names.child_namespace("acme-robotics", str(each.child)) for each in home.children)}
    assert len(family) == 3
    for namespace in family:
        own = family if connected else {namespace}
        gateway = {"tenantplane-gateway"} if namespace == home.namespace else set()
        assert {each.split("/")[2] for each in by_namespace[namespace]} == own | gateway


def test_a_service_has_its_proxy_before_it_and_nothing_that_restricted_refuses() -> None:
    made = whole_cluster("enterprise")
    for workload in plan("acme-robotics").workloads:
        template = made.one(DEPLOYMENT, f"acme-robotics--{workload.name}").inputs["spec"]["template"]
        assert template["metadata"]["labels"]["sidecar.istio.io/inject"] == "true"
        assert template["metadata"]["annotations"]["sidecar.istio.io/interceptionMode"] == "NONE"
        (container,) = template["spec"]["containers"]
        variables = {each["name"]: each.get("value") for each in container["env"]}
        assert variables["PORT"] == str(APP_PORT)
        assert variables["http_proxy"] == "http://127.0.0.1:15080"
        assert whole(container["ports"][0]["containerPort"]) == APP_PORT
        leads = made.one(SERVICE, f"acme-robotics--{workload.name}-service").inputs["spec"]["ports"][0]
        assert whole(leads["targetPort"]) == 8080
    (sidecar,) = objects(made, "Sidecar")
    (listener,) = sidecar["spec"]["ingress"]
    assert (listener["port"]["number"], listener["defaultEndpoint"]) == (8080, f"127.0.0.1:{APP_PORT}")
    assert [each["hosts"] for each in sidecar["spec"]["egress"]] == [["./*"]]


def test_the_gateways_proxies_know_every_tenants_services() -> None:
    made = gateway_scope()
    assert made["metadata"]["namespace"] == "tenantplane-gateway"
    assert made["spec"]["egress"] == [{"hosts": ["*/*"]}]


def test_what_a_tenants_file_grants_outside_does_not_go_by_the_proxy() -> None:
    assert environment(plan("northwind-bank"))["no_proxy"] == "localhost,127.0.0.1,198.51.100.0/24"


def test_the_proxy_counts_against_the_quota() -> None:
    own = plan("acme-robotics")
    without = own.cluster.model_copy(update={"mesh": None})
    pairs = zip(
        demands(own.tenant, own.tier, own.cluster, meshed()),
        demands(own.tenant, own.tier, without, meshed()),
        strict=True,
    )
    for index, (in_mesh, alone) in enumerate(pairs):
        more = {key: amount - alone.pod[key] for key, amount in in_mesh.pod.items() if amount != alone.pod[key]}
        expected = {
            "requests.cpu": PROXY.requests.cpu_m,
            "limits.cpu": PROXY.limits.cpu_m,
            "requests.memory": PROXY.requests.memory_bytes,
            "limits.memory": PROXY.limits.memory_bytes,
        }
        assert more == (expected if index < len(own.workloads) else {})  # sandboxes have none


def test_the_configuration_keeps_services_to_their_namespace_and_old_tls_out() -> None:
    made = whole_cluster("team").one("kubernetes:core/v1:ConfigMap", "mesh-configuration")
    (cluster,) = (each for each in meshed().topology.clusters if each.name == "team")
    told = yaml.safe_load(made.inputs["data"]["mesh"])
    assert told == mesh_configuration(cluster, "team.mesh.staging.tenantplane.example")
    assert told["meshMTLS"] == {"minProtocolVersion": "TLSV1_3"}
    assert told["defaultServiceExportTo"] == [".", MESH_NAMESPACE, "tenantplane-gateway"]


def test_only_a_mesh_of_several_clusters_has_a_way_between_them() -> None:
    for cluster in MESHES:
        made = {each["metadata"]["name"] for each in objects(whole_cluster(cluster), "Gateway")}
        assert made == ({"east-west"} if cluster.startswith("enterprise") else set())
    topology = meshed().topology
    first = next(each for each in topology.clusters if each.name == "enterprise")
    assert [each.name for each in peers_of(first, topology)] == ["enterprise-west"]
    lost = tuple(each.model_copy(update={"lost": each.name == "enterprise-west"}) for each in topology.clusters)
    assert peers_of(first, topology.model_copy(update={"clusters": lost})) == ()


@pytest.mark.parametrize("cluster", MESHES)
def test_the_policy_pack_finds_nothing_in_it(cluster: str) -> None:
    """I1: of the mesh's own controls and all others, in whatever is there because of the mesh."""
    of_mesh = ("istio", "tenantplane:workloads", "tenantplane:network", "mesh-")
    found = [each for each in resources(whole_cluster(cluster)) if any(part in each.urn for part in of_mesh)]
    assert len(found) > 10
    expectations = expected(meshed(), cluster)
    assert [str(each) for one in found for each in evaluate(one, expectations)] == []


def network_policies(cluster: str) -> list[dict[str, Any]]:
    return [whole(each.inputs) for each in whole_cluster(cluster).of(NETWORK)]


def pod(name: str, namespace: str, tenant: str | None = None, address: str = "10.200.0.1", **labels: str) -> Endpoint:
    of_namespace = {"kubernetes.io/metadata.name": namespace, **({"tenant": tenant} if tenant else {})}
    return Endpoint(name, namespace, of_namespace, labels, address)


def parties(cluster: str) -> dict[str, Endpoint]:
    tenants = {
        each.tenant.id: pod(each.tenant.id, each.namespace, each.tenant.id, app=each.workloads[0].name)
        for each in plan_tenants(meshed(), cluster)
    }
    return tenants | {
        "istiod": pod("istiod", MESH_NAMESPACE, app="istiod"),
        "east-west": pod("east-west", MESH_NAMESPACE, istio="eastwestgateway"),
        "somebody": pod("somebody", MESH_NAMESPACE, app="somebody"),
        "peer": Endpoint("peer", "", {}, {}, "10.65.3.4"),
        "internet": Endpoint("internet", "", {}, {}, "203.0.113.7"),
    }


@pytest.mark.parametrize("cluster", ["starter", "enterprise"])
def test_network_policies_open_to_the_mesh_what_it_needs_and_no_tenant_to_another(cluster: str) -> None:
    """By NetworkPolicies alone, as on a cluster without guard-rails. No pod of a tenant goes to another cluster: only
    what comes from there is handed on, so that no way leads through two gateways either."""
    policies, who = network_policies(cluster), parties(cluster)
    tenants = [each.tenant.id for each in plan_tenants(meshed(), cluster)]
    ports = (80, 5432, 8080, APP_PORT, 9464, 15006, 15008, 15012, 15017, 15020, 15080, 15443)
    found = {
        (one, other, port)
        for one, other, port in itertools.product(who, who, ports)
        if one != other and reaches(policies, who[one], who[other], "TCP", port)
    }
    expected = {(each, "istiod", 15012) for each in tenants}
    expected |= {(each, "istiod", 15017) for each in ("peer", "internet")}  # the API server is at some node's address
    if cluster == "enterprise":
        expected |= {("peer", "east-west", 15443), ("east-west", "istiod", 15012)}
        expected |= {("east-west", each, 8080) for each in tenants}
    outside = {(one, other, port) for one, other, port in found if {one, other} <= {"peer", "internet"}}
    assert found - outside == expected
