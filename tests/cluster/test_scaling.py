"""Autoscalers by what Prometheus counts: the real adapter behind the API server, the real autoscaler, a tenant's real
warm pool (C5, C9, G1)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import pytest

from components.observability.metrics_adapter import NAME, SERVED
from localcloud.controlplane import ControlPlane
from settings import TenantPlan
from settings.alert_mail import AlertMail
from settings.monitoring.scaling import CLAIMS, REQUESTS, WARM, requests_per_pod_m
from stacks.layers import cluster_provider, platform_layer
from tests.cluster.acting import Caller
from tests.cluster.scaling import Counter, Traffic, adapter, autoscaling, scraping
from tests.cluster.scheduling import whole
from tests.fixtures_tenancy import Person
from tests.observability.processes import prometheus
from tests.observability.synthetic import serve
from tests.observability.tools import program
from tests.polling import until
from tests.unit.components.local_stack import AUTOSCALER, catalogue, rendered
from tests.unit.components.recorder import Registered, record

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

OWN, OTHER = "pelican-games", "acme-robotics"
HOME, NEXT_DOOR = f"tenant-{OWN}", f"tenant-{OTHER}"
SYSTEM = "tenantplane-system"
IMAGE = "registry.tenantplane.example/{}@sha256:" + "0" * 64
CUSTOM, EXTERNAL = (f"/apis/{group}/v1beta1/namespaces" for group in SERVED)
SCALER = f"/apis/autoscaling/v2/namespaces/{HOME}/horizontalpodautoscalers"
POOL = f"/apis/extensions.agents.x-k8s.io/v1beta1/namespaces/{HOME}/sandboxwarmpools/sandboxes"
REGISTRATION = "/apis/apiregistration.k8s.io/v1/apiservices"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
PATHS = {
    "ConfigMap": "/api/v1/{}/configmaps",
    "ServiceAccount": "/api/v1/{}/serviceaccounts",
    "Service": "/api/v1/{}/services",
    "Deployment": "/apis/apps/v1/{}/deployments",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/{}/networkpolicies",
    "RoleBinding": f"{RBAC}/{{}}/rolebindings",
    "ClusterRole": f"{RBAC}/clusterroles",
    "ClusterRoleBinding": f"{RBAC}/clusterrolebindings",
    "APIService": REGISTRATION,
}
"""Of what the component makes, in the order in which it is needed; taken away from the end."""
NOT_RUN = ("Deployment", "NetworkPolicy", "ConfigMap")
"""Made nowhere here: the adapter is a process of the test's."""


def scaled_cluster() -> Any:
    """The cluster of `local`, with Prometheus and the adapter in it."""
    (cluster,) = catalogue().topology.clusters
    mail = AlertMail(on_call="on-call@a.example", sender="alerts@a.example", smarthost="mail.a.example")
    images = {"prometheus": IMAGE.format("prometheus"), "metrics_adapter": IMAGE.format("metrics-adapter")}
    changes = {
        "addons": (*cluster.addons, "prometheus-operator"),
        "alerts": mail,
        "images": cluster.images.model_copy(update=images),
    }
    return cluster.model_copy(update=changes)


def component() -> list[Registered]:
    """What MetricsAdapter makes."""
    cluster = scaled_cluster()
    made = record(
        lambda: (platform_layer(catalogue(), cluster, cluster_provider("local", cluster, "kubeconfig", None)), None)[1]
    )
    assert made.error is None
    return [each for each in made.resources if each.custom and "MetricsAdapter$" in each.chain]


def collection(each: Registered) -> str:
    """Where objects like this are made."""
    namespace = each.inputs["metadata"].get("namespace")
    return PATHS[each.type.split(":")[-1]].format(f"namespaces/{namespace}")


def without_prefix(each: Registered, port: int) -> dict[str, Any]:
    """The object as the API server takes it; what leads to the adapter leads to its process here."""
    body: dict[str, Any] = whole(each.inputs)
    if body["kind"] == "Service":
        # The one kind of Service by which the API server comes to an address of this machine.
        body["spec"] = {"type": "ExternalName", "externalName": "localhost"}
    if body["kind"] == "APIService":
        body["spec"]["service"]["port"] = port
    return body


@dataclass(frozen=True)
class Scene:
    """Everything in its place. pods: of two tenants' services, by namespace."""

    traffic: Traffic
    pods: dict[str, list[str]]


def service_pods(admin: Caller, namespace: str) -> list[str]:
    found = admin.get(f"/api/v1/namespaces/{namespace}/pods?labelSelector=app%3Dagent-sessions")["items"]
    return [each["metadata"]["name"] for each in found if each["status"].get("phase") == "Running"]


@pytest.fixture(scope="module")
def scene(
    cluster: ControlPlane,
    admin: Caller,
    plans: dict[str, TenantPlan],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    """Prometheus scrapes traffic; the adapter answers for it at the API server; the autoscaler looks often."""
    assert plans[OWN].sandboxes is not None
    program("prometheus")
    where = {name: tmp_path_factory.mktemp(name) for name in ("prometheus", "adapter", "autoscaling")}
    pods = {each: until(lambda at=each: service_pods(admin, at), "a service runs") for each in (HOME, NEXT_DOOR)}  # type: ignore[misc]
    traffic = Traffic(claims={OWN: Counter(), OTHER: Counter()})
    traffic.requests = {pod: Counter() for held in pods.values() for pod in held}
    server = serve(traffic)
    target = f"127.0.0.1:{server.server_port}"
    made = component()
    ready = [each for each in made if each.inputs["kind"] not in (*NOT_RUN, "Service", "APIService")]
    served = [each for each in made if each.inputs["kind"] in ("Service", "APIService")]
    placed: list[str] = []

    def place(each: Registered, port: int = 0) -> None:
        admin.create(collection(each), without_prefix(each, port))
        placed.append(f"{collection(each)}/{each.inputs['metadata']['name']}")

    try:
        for each in ready:
            place(each)
        held = [(namespace, pod) for namespace, names in pods.items() for pod in names]
        with (
            prometheus(scraping(target, held), where["prometheus"]) as url,
            adapter(cluster, admin, SYSTEM, url, where["adapter"]) as port,
        ):
            try:
                for each in served:
                    place(each, port)
                until(lambda: all(available(admin, each) for each in SERVED), "the API server asks the adapter")
                with autoscaling(cluster, where["autoscaling"]):
                    yield Scene(traffic, pods)
            finally:
                # Before the adapter ends: while nobody answers for a group, no namespace of the cluster can go.
                for path in reversed(placed):
                    admin.ask("DELETE", path)
                placed.clear()
    finally:
        for path in reversed(placed):
            admin.ask("DELETE", path)
        server.shutdown()
        server.server_close()


def available(admin: Caller, group: str) -> bool:
    found = admin.get(f"{REGISTRATION}/v1beta1.{group}").get("status", {}).get("conditions", [])
    return any(each["type"] == "Available" and each["status"] == "True" for each in found)


@pytest.fixture
def brisk(admin: Caller) -> Iterator[Caller]:
    """The pool's autoscaler goes down without waiting for five minutes, and up by more than four in 15 seconds; as it
    was after the test."""
    path = f"{SCALER}/sandboxes.pool"
    up = {"policies": [{"type": "Pods", "value": 100, "periodSeconds": 1}]}
    admin.patch(path, {"spec": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}, "scaleUp": up}}})
    yield admin
    admin.patch(path, {"spec": {"behavior": None}})


def external(admin: Caller, namespace: str, metric: str, selector: str = "") -> list[dict[str, Any]]:
    """What the external metrics API answers; nothing of a metric that it has not heard of yet."""
    path = f"{EXTERNAL}/{namespace}/{metric}?labelSelector={quote(selector)}"
    found: list[dict[str, Any]] = admin.ask("GET", path).body.get("items", [])
    return found


def pool_pods(admin: Caller) -> int:
    """Sandboxes of the tenant that are there, claimed ones too."""
    selector = quote("tenantplane.dev/sandbox=true")
    found = admin.get(f"/api/v1/namespaces/{HOME}/pods?labelSelector={selector}")["items"]
    return sum("deletionTimestamp" not in each["metadata"] for each in found)


def pool(admin: Caller) -> tuple[int, int]:
    """Wanted and ready."""
    found = admin.get(POOL)
    return int(found["spec"].get("replicas", 0)), int(found.get("status", {}).get("readyReplicas", 0))


def limited(admin: Caller) -> str:
    """Why the pool's autoscaler does not do as the metric says; "" when it does."""
    conditions = admin.get(f"{SCALER}/sandboxes.pool").get("status", {}).get("conditions", [])
    held = {each["type"]: each for each in conditions}
    scaling = held.get("ScalingLimited", {})
    return str(scaling.get("reason", "")) if scaling.get("status") == "True" else ""


def test_the_pool_grows_with_demand_to_its_bound_and_shrinks_again(
    scene: Scene, brisk: Caller, plans: dict[str, TenantPlan]
) -> None:
    """One sandbox for each tenth of a claim a second; at a hundred times the bound no more than the quota admits."""
    sandboxes = plans[OWN].sandboxes
    assert sandboxes is not None
    least, most = sandboxes.warm, sandboxes.max_warm
    between = least + 2
    assert between < most
    demand = scene.traffic.claims[OWN]
    neighbour = plans[OTHER].sandboxes
    assert neighbour is not None

    demand.at(between / 10 - 0.05)
    until(lambda: pool(brisk) == (between, between), f"{between} are warm")
    demand.at(most * 10)
    until(lambda: pool(brisk) == (most, most), f"{most} are warm")
    until(lambda: limited(brisk) == "TooManyReplicas", "the autoscaler says that the metric asks for more")
    assert pool(brisk)[0] == most
    assert pool_pods(brisk) == most

    quota = brisk.get(f"/api/v1/namespaces/{HOME}/resourcequotas/tenant")["status"]
    assert int(quota["used"]["pods"]) <= int(quota["hard"]["pods"])
    assert brisk.get(POOL.replace(HOME, NEXT_DOOR))["spec"]["replicas"] == neighbour.warm

    demand.at(0)
    until(lambda: pool(brisk) == (least, least) and pool_pods(brisk) == least, "the pool is at its least again")


def test_a_namespace_reads_its_own_metrics_alone(scene: Scene, admin: Caller, person: Person) -> None:
    """G1: whatever an autoscaler asks for, the adapter adds the namespace; people of a tenant read nothing there."""
    scene.traffic.claims[OTHER].at(5)
    for namespace in (HOME, NEXT_DOOR):
        until(lambda of=namespace: external(admin, of, CLAIMS.name), f"claims in {namespace} are counted")  # type: ignore[misc]
    assert {each["metricLabels"]["namespace"] for each in external(admin, HOME, CLAIMS.name)} == {HOME}
    for selector in (
        f"namespace={NEXT_DOOR}",
        f"namespace in ({HOME},{NEXT_DOOR}),warmpool_name=sandboxes",
        f"namespace!={HOME}",
        "namespace",
    ):
        seen = {each["metricLabels"]["namespace"] for each in external(admin, HOME, CLAIMS.name, selector)}
        assert seen <= {HOME}, selector
    assert [each["value"] for each in external(admin, HOME, WARM.name)] == ["3"]
    for path in (f"{EXTERNAL}/{HOME}/{CLAIMS.name}", f"{CUSTOM}/{HOME}/pods/*/{REQUESTS.name}"):
        person(OWN, "admins").refused("is forbidden", "GET", path)
    scene.traffic.claims[OTHER].at(0)


def requests(admin: Caller, namespace: str) -> dict[str, str]:
    """Requests a second of each pod that the custom metrics API knows of, as a quantity."""
    found = admin.ask("GET", f"{CUSTOM}/{namespace}/pods/*/{REQUESTS.name}")
    return {each["describedObject"]["name"]: each["value"] for each in found.body.get("items", [])}


def test_a_service_grows_by_its_requests_and_not_by_what_others_say_of_them(
    scene: Scene, admin: Caller, plans: dict[str, TenantPlan]
) -> None:
    """The autoscaler is the one that a cluster with the adapter gets. CPU is counted by nobody here."""
    (workload,) = plans[OWN].workloads
    (victim,) = scene.pods[NEXT_DOOR][:1]
    spec = scaler_by_requests(plans[OWN])
    before = admin.get(f"{SCALER}/{workload.name}")["spec"]["metrics"]
    deployment = f"/apis/apps/v1/namespaces/{HOME}/deployments/{workload.name}/scale"
    least = int(admin.get(deployment)["spec"]["replicas"])
    # Every pod of the attacker's claims to have seen a million requests a second at the victim's.
    scene.traffic.forged |= dict.fromkeys(scene.pods[HOME], (NEXT_DOOR, victim))
    for pod in scene.pods[HOME]:
        scene.traffic.requests[pod].at(3 * requests_per_pod_m(plans[OWN], workload) / 1000)
    try:
        until(lambda: set(requests(admin, HOME)) == set(scene.pods[HOME]), "its pods' requests are counted")
        admin.patch(f"{SCALER}/{workload.name}", {"spec": {"metrics": spec["metrics"]}})
        until(lambda: int(admin.get(deployment)["spec"]["replicas"]) > least, "the service grows")
        assert int(admin.get(deployment)["spec"]["replicas"]) <= workload.max_replicas
        until(lambda: victim in requests(admin, NEXT_DOOR), "the victim's requests are counted")
        assert requests(admin, NEXT_DOOR)[victim] == "0"
    finally:
        scene.traffic.forged.clear()
        admin.patch(f"{SCALER}/{workload.name}", {"spec": {"metrics": before}})
        admin.patch(deployment, {"spec": {"replicas": least}})


def scaler_by_requests(plan: TenantPlan) -> dict[str, Any]:
    """Spec of the autoscaler of a tenant's service where the cluster has the metric."""
    made = rendered(replace(plan, cluster=scaled_cluster()))
    (workload,) = plan.workloads
    (spec,) = (each.inputs["spec"] for each in made.of(AUTOSCALER) if each.inputs["metadata"]["name"] == workload.name)
    found: dict[str, Any] = whole(spec)
    return found


def test_what_the_component_makes_is_taken_by_the_api_server(scene: Scene, admin: Caller) -> None:
    """Each object as rendered; and its pods pass `restricted`, which the namespace enforces."""
    assert scene.pods
    made = component()
    assert {each.type.split(":")[-1] for each in made} == set(PATHS)
    for each in made:
        if each.inputs["kind"] in (*NOT_RUN, "Service"):  # the others are there: the scene is made of them
            body = whole(each.inputs)
            body["metadata"]["name"] += "-as-rendered"
            admin.create(collection(each), body, dry_run=True)
    (deployment,) = (each for each in made if each.type.endswith(":Deployment"))
    pod = whole(deployment.inputs["spec"]["template"])
    pod["metadata"]["name"] = NAME
    del pod["spec"]["serviceAccountName"]
    admin.create(f"/api/v1/namespaces/{SYSTEM}/pods", pod, dry_run=True)
