"""A tenant with an API server of its own, on the real host API server: made, placed, counted and attacked (A6).

vCluster's programs cannot be had here. The test stands in for them: for the storage driver, which binds the volume of
the store, and for the syncer, whose account on the host it asks with, as the configuration in the cluster tells it to.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from components.tenancy.virtual_dns import LABELS, dns_pod
from components.tenancy.virtual_names import COMPONENT, CONFIG_SECRET, KUBECONFIG_SECRET, NAME, POD, SYNCER_ACCOUNT
from fleet.reachability import Endpoint, outside
from localcloud.controlplane import ControlPlane
from settings import TenantPlan, load_catalogue, names, plan_tenants
from settings.quantities import parse_bytes, parse_cpu
from settings.virtual_plan import CONTROL_PLANE
from tests.cluster.acting import Caller, pod
from tests.cluster.attacks.asking import Asking, account, asking_as, wrong
from tests.cluster.attacks.attack import APPS, CORE, Attack, at
from tests.cluster.attacks.quota import claim
from tests.cluster.attacks.virtual import KIND, ROWS, TENANT, THERE
from tests.cluster.guarded import API_PORT, world_of
from tests.cluster.tenancy_stack import TenancyStack
from tests.cluster.test_attacks_notice import BINDINGS, Mutant, weakened
from tests.cluster.test_tenancy_lifecycle import Life
from tests.fixtures_tenancy import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

PODS, QUOTA = at(THERE, "pods"), at(THERE, "resourcequotas/tenant")
VOLUME = f"{CORE}/persistentvolumes/{TENANT}-store"
GROUPS = {"admins": ["fern:admins"], "developers": ["fern:developers"], "viewers": ["fern:viewers"]}


def write(life: Life, **changes: Any) -> None:
    life.write(TENANT, **{"tier": "enterprise", "isolation": "virtual-control-plane", "groups": GROUPS, **changes})


@pytest.fixture(scope="module")
def life(
    local_stack: TenancyStack, cluster: ControlPlane, admin: Caller, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Life]:
    """A stack of its own with the tenant, on the platform layer of the `local` one; its store's volume is bound."""
    del local_stack
    made = Life(tmp_path_factory.mktemp("virtual"), cluster.kubeconfig)
    write(made)
    made.stack.up()
    volume = {
        "metadata": {"name": f"{TENANT}-store"},
        "spec": {
            "capacity": {"storage": "5Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "tenantplane-enterprise",
            "claimRef": {"namespace": THERE, "name": f"data-{POD}"},
            "csi": {"driver": "disks.example", "volumeHandle": TENANT},
        },
    }
    admin.create(f"{CORE}/persistentvolumes", volume)
    yield made
    admin.delete(VOLUME)
    made.stack.destroy()


@pytest.fixture(scope="module")
def plan(life: Life) -> TenantPlan:
    (made,) = plan_tenants(load_catalogue(life.catalog, "local"))
    return made


@pytest.fixture(scope="module")
def syncer(admin: Caller, life: Life) -> Caller:
    """The account of the syncer, which has written the way in."""
    del life
    made = admin.acting_as(*account(THERE, SYNCER_ACCOUNT))
    kubeconfig = {"metadata": {"name": KUBECONFIG_SECRET}, "stringData": {"config": "of the virtual API server"}}
    made.create(at(THERE, "secrets"), kubeconfig)
    return made


@pytest.fixture(scope="module")
def config(admin: Caller, life: Life) -> dict[str, Any]:
    """The configuration that the programs would read."""
    del life
    held = admin.get(at(THERE, f"secrets/{CONFIG_SECRET}"))["data"]["config.yaml"]
    return dict(json.loads(base64.b64decode(held)))


@pytest.fixture(scope="module")
def asks(admin: Caller, syncer: Caller, person: Person, own_pod: dict[str, Any]) -> Asking:
    """As the syncer and the tenant's people; the control plane is there."""
    assert syncer
    assert own_pod

    def acting(tenant: str, role: str) -> Caller:
        return (
            admin.acting_as(f"somebody@{tenant}.example", *GROUPS[role]) if tenant == TENANT else person(tenant, role)
        )

    return asking_as(admin, acting, claim="none")


@pytest.fixture(scope="module")
def own_pod(admin: Caller, life: Life) -> dict[str, Any]:
    """The control plane's pod when it has a node."""
    del life

    def placed() -> dict[str, Any] | None:
        answer = admin.ask("GET", f"{PODS}/{POD}")
        return answer.body if answer.body.get("spec", {}).get("nodeName") else None

    found = until(placed, "the control plane has a node")
    assert found is not None
    return found


def carried(config: dict[str, Any], name: str, labels: dict[str, str], spec: dict[str, Any]) -> dict[str, Any]:
    """A pod of the virtual API server as the syncer makes it on the host: what vCluster changes, by the configuration
    (pkg/controllers/resources/pods/translate of its repository)."""
    told = config["sync"]["toHost"]["pods"]
    tolerations = []
    for each in told["enforceTolerations"]:
        key, _, rest = each.partition("=")
        value, _, effect = rest.partition(":")
        tolerations.append({"key": key, "operator": "Equal", "value": value, "effect": effect})
    changed = {
        "serviceAccountName": config["controlPlane"]["advanced"]["workloadServiceAccount"]["name"],
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "runtimeClassName": told["runtimeClassName"],
        "priorityClassName": told["priorityClassName"],
        "tolerations": tolerations,
        "hostAliases": [{"ip": "10.96.0.77", "hostnames": ["kubernetes.default.svc"]}],
        "hostname": name,
    }
    managed = {**labels, "vcluster.loft.sh/managed-by": NAME, "vcluster.loft.sh/namespace": "default"}
    body = {**pod(), "spec": {**spec, **changed}}
    body["metadata"] = {"name": f"{name}-x-default-x-{NAME}", "labels": managed}
    return body


def pool_kind(admin: Caller, made: dict[str, Any]) -> str:
    labels = admin.get(f"{CORE}/nodes/{made['spec']['nodeName']}")["metadata"]["labels"]
    return str(labels["tenantplane.dev/pool-kind"])


def test_the_control_plane_runs_sandboxed_on_a_sandbox_node_and_counts_in_the_quota(
    admin: Caller, own_pod: dict[str, Any]
) -> None:
    """C3, C6, D4: placed by the real scheduler; the quota has its requests and those of its runtime."""
    assert pool_kind(admin, own_pod) == "sandbox"
    assert own_pod["spec"]["runtimeClassName"] == "gvisor"
    assert own_pod["spec"]["serviceAccountName"] == SYNCER_ACCOUNT
    overhead = own_pod["spec"]["overhead"]
    standing = admin.get(at(THERE, "pods?labelSelector=app%3Dapi"))["items"]
    of_services = sum(parse_cpu(each["spec"]["containers"][0]["resources"]["requests"]["cpu"]) for each in standing)
    least = CONTROL_PLANE.cpu_m + parse_cpu(overhead["cpu"])
    until(
        lambda: parse_cpu(admin.get(QUOTA)["status"]["used"]["requests.cpu"]) == least + of_services,
        "the quota counts the control plane",
    )
    used = admin.get(QUOTA)["status"]["used"]
    assert parse_bytes(used["requests.memory"]) >= CONTROL_PLANE.memory_bytes + parse_bytes(overhead["memory"])
    assert used["requests.storage"] == "5Gi"


def test_its_token_is_the_only_one_in_the_namespace(admin: Caller, own_pod: dict[str, Any]) -> None:
    """C4: nobody else of a tenant has an identity on the host."""
    mounted = {
        each["metadata"]["name"]
        for each in admin.get(PODS)["items"]
        for volume in each["spec"].get("volumes", [])
        if any("serviceAccountToken" in source for source in volume.get("projected", {}).get("sources", []))
    }
    assert mounted == {own_pod["metadata"]["name"]}


def test_what_it_carries_over_runs_under_all_that_holds_for_a_tenants_pods(
    admin: Caller, syncer: Caller, config: dict[str, Any], plan: TenantPlan
) -> None:
    """A6, C1, C6: its own name server and somebody's pod with all that a pod may use, as the syncer makes them."""
    assert plan.virtual is not None
    uses: dict[str, dict[str, Any]] = {
        "configmaps": {"data": {"colour": "blue"}},
        "secrets": {"stringData": {"token": "of the virtual API server"}},
        "services": {"spec": {"selector": {"app": "mine"}, "ports": [{"port": 80}]}},
        "persistentvolumeclaims": claim("enterprise"),
    }
    for resource, body in uses.items():
        syncer.create(at(THERE, resource), {**body, "metadata": {"name": f"mine-x-default-x-{NAME}"}})
    before = int(admin.get(QUOTA)["status"]["used"]["pods"])
    dns = carried(config, "coredns", LABELS, dns_pod(plan.virtual.dns_image))
    mine = carried(config, "mine", {"app": "mine"}, pod()["spec"])
    paths = [f"{PODS}/{syncer.create(PODS, each)['metadata']['name']}" for each in (dns, mine)]
    try:
        for path in paths:
            until(lambda path=path: admin.get(path)["spec"].get("nodeName"), f"{path} has a node")  # type: ignore[misc]
            made = admin.get(path)
            assert pool_kind(admin, made) == "sandbox"
            assert made["spec"]["runtimeClassName"] == "gvisor"
            assert syncer.get(path)["metadata"]["uid"] == made["metadata"]["uid"]
        until(lambda: int(admin.get(QUOTA)["status"]["used"]["pods"]) == before + len(paths), "the quota counts both")
    finally:
        for path in paths:
            syncer.delete(path)


@pytest.mark.parametrize("attack", ROWS, ids=lambda each: each.id)
def test_a_virtual_control_plane_is_refused(attack: Attack, asks: Asking) -> None:
    """B5, C1-C8, E1, G7: the rows of tests/cluster/attacks/virtual.py."""
    said = wrong(attack, asks)
    assert said is None, f"{attack.title}: {said}"


def test_a_policy_that_is_gone_is_noticed(admin: Caller, asks: Asking) -> None:
    """Without it a row of each of its rules passes; bound again, all are refused."""
    without = {"namespaceSelector": {"matchExpressions": [{"key": "tenant", "operator": "NotIn", "values": [TENANT]}]}}
    mutant = Mutant(
        f"{BINDINGS}/tenantplane-virtual-pods",
        {"spec": {"matchResources": without}},
        {"spec": {"matchResources": None}},
        ("virtual-kind", "virtual-sandbox", "virtual-token", "virtual-account", "virtual-impostor"),
    )
    rows = [each for each in ROWS if each.id in mutant.noticed]
    assert len(rows) == len(mutant.noticed)
    with weakened(admin, mutant):
        for row in rows:
            until(lambda row=row: wrong(row, asks) is not None, f"{row.id} is noticed")  # type: ignore[misc]
    for row in rows:
        until(lambda row=row: wrong(row, asks) is None, f"{row.id} is refused again")  # type: ignore[misc]


def test_the_syncer_alone_reaches_the_hosts_api_server(admin: Caller, plan: TenantPlan) -> None:
    """E1, E2: by the policies that the API server holds; what is carried over may claim any label and gets nowhere."""
    calico = world_of(admin).calico
    labels = admin.get(f"{CORE}/namespaces/{THERE}")["metadata"]["labels"]
    own = admin.get(at(THERE, f"serviceaccounts/{SYNCER_ACCOUNT}"))["metadata"]["labels"]
    said = {**plan.labels, **COMPONENT, "app": "vcluster", "release": NAME, "projectcalico.org/serviceaccount": NAME}
    control_plane = Endpoint("control-plane", THERE, labels, said, "10.200.0.1", (), own)
    impostor = Endpoint("impostor", THERE, labels, said, "10.200.0.2", (), plan.labels)
    api = outside("api-server", "192.0.2.10", ("default/kubernetes", "TCP", API_PORT))
    assert calico.reaches(control_plane, api, "TCP", API_PORT)
    assert not calico.reaches(impostor, api, "TCP", API_PORT)
    # It opens nothing else, and the way from what it carries over to it is open.
    for other in (outside("internet", "203.0.113.7"), outside("metadata", "169.254.169.254")):
        assert not calico.reaches(control_plane, other, "TCP", API_PORT)
    stranger = Endpoint("stranger", "tenant-acme-robotics", {"tenant": "acme-robotics"}, said, "10.200.0.3")
    for port in (8443, 8080, 1053):
        assert calico.reaches(impostor, control_plane, "TCP", port)
        assert not calico.reaches(stranger, control_plane, "TCP", port)
        assert not calico.reaches(control_plane, stranger, "TCP", port)


def test_a_kind_of_workload_that_its_file_lists_is_the_platforms_alone(admin: Caller, plan: TenantPlan) -> None:
    """C3: the twin of row `virtual-kind`: what the platform makes of the tenant's file has that label and runs in plain
    containers, in the same namespace."""
    assert names.WORKLOAD_LABEL == "tenantplane.dev/workload"
    found = admin.get(at(plan.namespace, f"deployments?labelSelector=tenant%3D{TENANT}", APPS))["items"]
    (template,) = [each["spec"]["template"] for each in found]
    assert template["metadata"]["labels"][names.WORKLOAD_LABEL] == KIND
    assert template["spec"]["runtimeClassName"] == "runc"


def test_a_suspended_tenants_control_plane_ends_and_its_store_stays(admin: Caller, life: Life) -> None:
    """A7: applied by the real engine. The last test: nothing runs after it."""
    claim = at(THERE, f"persistentvolumeclaims/data-{POD}")
    store = admin.get(claim)["metadata"]["uid"]
    write(life, lifecycle="suspended")
    life.stack.up()
    assert admin.get(at(THERE, f"statefulsets/{NAME}", APPS))["spec"]["replicas"] == 0
    until(lambda: admin.ask("GET", f"{PODS}/{POD}").status == 404, "the control plane has ended")
    policies = admin.get("/apis/projectcalico.org/v3/globalnetworkpolicies")["items"]
    assert not [each for each in policies if each["metadata"]["name"].endswith(f"control-plane-{TENANT}")]
    assert admin.get(claim)["metadata"]["uid"] == store
