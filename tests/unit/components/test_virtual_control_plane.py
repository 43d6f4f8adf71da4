"""A virtual control plane: what it is told, what it may do, what it is made of (A6, A7, B5, C3, C4)."""

import hashlib
import json
from typing import Any

import pytest

from components.objects import Manifest
from components.security.tenant_roles import RULES
from components.tenancy.virtual_control_plane import ADMIN_ROLE, SYNCER_ROLE
from components.tenancy.virtual_dns import dns_manifests, dns_objects, dns_pod
from components.tenancy.virtual_names import KUBECONFIG_SECRET, NAME, POD, SYNCER_ACCOUNT
from components.tenancy.virtual_values import CARRIED_OVER, KEPT_APART, NOT_SHOWN, virtual_values
from settings import TenantPlan
from settings.homes import PHASE_ISOLATION
from settings.tenant import Groups
from settings.virtual_plan import CONTROL_PLANE, DNS, resolved_virtual
from tests.unit.components.golden_virtual import FILE, TENANT, made, objects, virtual
from tests.unit.components.local_stack import catalogue, plan, rendered
from tests.unit.components.recorder import Recording
from tests.unit.policies.recorded import asked

STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
POLICY = "kubernetes:projectcalico.org/v3:GlobalNetworkPolicy"


def told(made_of: TenantPlan | None = None) -> dict[str, Any]:
    whole = made_of or virtual()
    assert whole.virtual is not None
    return virtual_values(whole, whole.virtual)


def stateful_set(recording: Recording | None = None) -> dict[str, Any]:
    (found,) = (recording or made()).of(STATEFUL_SET)
    return dict(found.inputs["spec"])


def pod() -> dict[str, Any]:
    return dict(stateful_set()["template"]["spec"])


def may(rules: tuple[Manifest, ...]) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["api_groups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_its_objects_and_their_names_are_those_of_the_golden_file() -> None:
    hint = "a rename replaces the object: add an alias, then `python -m tests.unit.components.golden_virtual`"
    assert objects() == json.loads(FILE.read_text()), hint


def test_phase_one_offers_it() -> None:
    assert "virtual-control-plane" in PHASE_ISOLATION["one"]


def test_nothing_of_the_hosts_is_shown_and_nothing_that_reaches_beyond_the_tenant_is_carried_over() -> None:
    sync = told()["sync"]
    on = {way: sorted(kind for kind, each in sync[way].items() if each["enabled"]) for way in sync}
    assert on == {"toHost": sorted(CARRIED_OVER), "fromHost": ["events"]}
    assert {"nodes", "ingressClasses", "storageClasses"} <= set(NOT_SHOWN) <= sync["fromHost"].keys()
    assert {"persistentVolumes", "ingresses", "endpoints", "namespaces"} <= set(KEPT_APART) <= sync["toHost"].keys()
    assert not sync["toHost"]["secrets"]["all"]
    assert not sync["toHost"]["configMaps"]["all"]


def test_what_it_carries_over_has_the_tenants_runtime_priority_nodes_and_account() -> None:
    pods = told()["sync"]["toHost"]["pods"]
    assert (pods["runtimeClassName"], pods["priorityClassName"]) == ("gvisor", "enterprise")
    assert pods["enforceTolerations"] == ["tenantplane.dev/pool-kind=sandbox:NoSchedule"]
    assert told()["controlPlane"]["advanced"]["workloadServiceAccount"]["name"] == "workload"


def test_quota_limits_and_network_are_the_hosts_and_not_the_programs_to_say() -> None:
    """A ResourceQuota of its own would be refused: a tenant's namespace counts those."""
    assert [each["enabled"] for each in told()["policies"].values()] == [False] * 3
    assert [each["enabled"] for each in told()["rbac"].values()] == [False] * 2
    kinds = {key.split(" ")[0] for key in objects()}
    assert "kubernetes:core/v1:ResourceQuota" not in kinds
    assert not any("ClusterRole" in kind for kind in kinds)
    quota = made().one("kubernetes:core/v1:ResourceQuota", f"{TENANT}-quota")
    assert quota.inputs["spec"]["hard"]["pods"] == "200"


def test_its_pod_is_hardened_and_sandboxed_and_on_sandbox_nodes() -> None:
    """C3, C4, C6."""
    spec = pod()
    assert spec["runtimeClassName"] == "gvisor"
    assert spec["nodeSelector"] == {"tenantplane.dev/pool-kind": "sandbox"}
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["serviceAccountName"] == SYNCER_ACCOUNT
    containers = [*spec["initContainers"], *spec["containers"]]
    assert [each["name"] for each in containers] == ["kubernetes", "syncer"]
    for each in containers:
        assert each["securityContext"]["readOnlyRootFilesystem"] is True
        assert each["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert each["securityContext"]["allowPrivilegeEscalation"] is False
        assert "@sha256:" in each["image"]
        assert each["imagePullPolicy"] == "Always"
        assert each["resources"]["requests"] == each["resources"]["limits"]
    mounted = {each["name"] for each in containers[1]["volumeMounts"]}
    assert mounted == {each["name"] for each in spec["volumes"]} | {"data"}


def test_the_namespace_that_it_runs_in_enforces_restricted() -> None:
    (namespace,) = [
        each
        for each in made().of("kubernetes:core/v1:Namespace")
        if each.inputs["metadata"]["name"] == f"tenant-{TENANT}"
    ]
    assert namespace.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_syncer_may_nothing_that_a_tenants_admin_may_not_do_in_a_namespace() -> None:
    """B5."""
    assert may(SYNCER_ROLE) <= may(RULES["tenant-admin"])
    assert not [each for each in may(SYNCER_ROLE) if "*" in each]
    assert all("resource_names" in rule for rule in ADMIN_ROLE)
    assert {name for rule in ADMIN_ROLE for name in rule["resource_names"]} == {KUBECONFIG_SECRET, POD}


def test_all_people_of_the_tenant_only_read_on_the_host() -> None:
    groups = virtual().tenant.groups
    of_people = [
        each.inputs
        for each in made().of(BINDING)
        if each.inputs["metadata"]["namespace"] == f"tenant-{TENANT}" and each.inputs["subjects"][0]["kind"] == "Group"
    ]
    bound = {each["roleRef"]["name"]: {who["name"] for who in each["subjects"]} for each in of_people}
    assert bound == {
        "tenantplane:tenant-viewer": {*groups.admins, *groups.developers, *groups.viewers},
        "virtual-control-plane": set(groups.admins),
    }
    alone = rendered(virtual(groups=Groups(admins=("acme:platform-admins",)))).of(BINDING)
    assert {each.inputs["roleRef"]["name"] for each in alone} >= {"tenantplane:tenant-viewer"}


def test_the_way_to_the_hosts_api_server_is_one_accounts_and_gone_with_the_control_plane() -> None:
    """E2."""
    (opening,) = [each for each in made().of(POLICY) if "serviceAccountSelector" in each.inputs["spec"]]
    accounts = {
        each.inputs["metadata"]["name"]: each.inputs["metadata"]["labels"]
        for each in made().of("kubernetes:core/v1:ServiceAccount")
    }
    key, _, value = opening.inputs["spec"]["serviceAccountSelector"].partition(" == ")
    assert [name for name, labels in accounts.items() if labels.get(key) == value.strip("'")] == [SYNCER_ACCOUNT]
    suspended = rendered(virtual(lifecycle="suspended"))
    for other in (suspended, rendered(plan(TENANT))):
        assert not [each for each in other.of(POLICY) if "serviceAccountSelector" in each.inputs["spec"]]


def test_a_suspended_tenants_control_plane_runs_nothing_and_keeps_its_store() -> None:
    """A7."""
    assert stateful_set()["replicas"] == 1
    assert stateful_set(rendered(virtual(lifecycle="suspended")))["replicas"] == 0
    assert stateful_set()["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_a_changed_configuration_is_a_new_pod() -> None:
    digest = stateful_set()["template"]["metadata"]["annotations"]["vClusterConfigHash"]
    assert digest == hashlib.sha256(json.dumps(told(), sort_keys=True).encode()).hexdigest()


def test_the_quota_leaves_the_services_what_the_control_plane_does_not_take() -> None:
    """C9: two workloads of 1 CPU and 2 CPU, one of them up to 10, in 16 CPU."""
    without, with_ = (
        {each.name: each.max_replicas for each in made_of.workloads}
        for made_of in (
            plan(TENANT, sandboxes=None, workloads=(wide(),)),
            virtual(workloads=(wide(),)),
        )
    )
    overhead = 50
    taken = CONTROL_PLANE.cpu_m + DNS.cpu_m + 2 * overhead
    each = 1000 + overhead
    assert without == {"wide": 16_000 // each}
    assert with_ == {"wide": (16_000 - taken) // each}


def wide() -> Any:
    workload = next(each for each in plan(TENANT).tenant.workloads if not each.gpus)
    return workload.model_copy(
        update={"name": "wide", "replicas": workload.replicas.model_copy(update={"max": 100}), "gpus": 0}
    )


def test_its_name_server_is_admitted_on_the_host_and_answers_for_the_virtual_cluster_alone() -> None:
    image = virtual().virtual.dns_image  # type: ignore[union-attr]
    (container,) = dns_pod(image)["containers"]
    assert container["image"] == image
    assert container["imagePullPolicy"] == "Always"
    documents = [json.loads(each) for each in dns_manifests(image).split("\n---\n")]
    assert documents == json.loads(json.dumps(dns_objects(image)))
    (corefile,) = [each["data"]["Corefile"] for each in documents if each["kind"] == "ConfigMap"]
    assert "forward" not in corefile
    assert told()["controlPlane"]["coredns"]["overwriteManifests"] == dns_manifests(image)


def test_no_rule_of_the_policy_pack_has_a_finding() -> None:
    """I1."""
    held = asked(made(), whole=False)
    assert held.seen
    assert list(map(str, held.verdicts)) == []


def test_only_a_tenant_that_chose_one_has_one() -> None:
    assert plan(TENANT).virtual is None
    assert not rendered(plan(TENANT)).of(STATEFUL_SET)
    assert made().of(STATEFUL_SET)[0].inputs["metadata"]["name"] == NAME


def test_a_plan_that_lacks_an_image_is_no_plan() -> None:
    """The catalogue's errors come first; this is what is behind them."""
    cluster = plan(TENANT).cluster
    bare = cluster.model_copy(update={"images": cluster.images.model_copy(update={"vcluster": None})})
    with pytest.raises(ValueError, match="lacks something"):
        resolved_virtual(virtual().tenant, bare, catalogue())
