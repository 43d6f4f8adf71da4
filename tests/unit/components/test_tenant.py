"""What a tenant is made of, by lifecycle (A7, B1, B5, C1, C9, E1)."""

import pytest

from components.network.tenant_network import WORKLOADS, allowed_traffic, sandbox_traffic
from components.security.tenant_roles import RULES, Role, role_rules
from settings import Offboarding, plan_tenants
from tests.unit.components.local_stack import (
    AUTOSCALER,
    DEPLOYMENT,
    NAMESPACE,
    WARM_POOL,
    catalogue,
    local_stack,
    plan,
    rendered,
    whole,
    workloads,
)

CLUSTER_QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue"
APPROVAL = Offboarding(
    approved_by="ops@tenantplane.example", final_snapshot="snap-1", reason="Contract ended last month"
)


def test_every_object_of_a_tenant_carries_its_identity() -> None:
    by_namespace = {each.namespace: each for each in plan_tenants(catalogue())}
    checked = 0
    for each in local_stack().resources:
        metadata = each.inputs.get("metadata", {})
        owner = by_namespace.get(metadata.get("namespace", metadata.get("name", "")))
        if owner is not None:
            assert owner.labels.items() <= metadata["labels"].items(), each.urn
            checked += 1
    assert checked > 100


def test_deployments_label_their_pods_with_tenant_and_app() -> None:
    for each in workloads(local_stack()):
        labels = each.inputs["spec"]["template"]["metadata"]["labels"]
        assert labels["tenant"] == each.inputs["metadata"]["labels"]["tenant"]
        assert labels["app"] == each.inputs["metadata"]["name"]


def test_objects_of_a_namespace_wait_for_it_and_die_with_it() -> None:
    namespaces = {each.inputs["metadata"]["name"]: each.urn for each in local_stack().of(NAMESPACE)}
    inside = [each for each in local_stack().resources if "namespace" in each.inputs.get("metadata", {})]
    assert len(inside) > 100
    for each in inside:
        home = namespaces[each.inputs["metadata"]["namespace"]]
        # What has pods is ended before its namespace is, while quota and policies are still around it.
        assert each.deleted_with == ("" if each.type in (DEPLOYMENT, WARM_POOL) else home)
        assert home in each.depends_on


def test_pods_wait_for_the_classes_they_name() -> None:
    made = whole(plan("acme-robotics"))
    names = " ".join(made.one(DEPLOYMENT, "acme-robotics--code-review").depends_on)
    assert "PriorityClass::priority-enterprise" in names
    assert "RuntimeClass::runtime-kata-gpu" in names


@pytest.mark.parametrize(
    ("changes", "protected"),
    [
        ({}, True),
        ({"lifecycle": "suspended"}, True),
        ({"lifecycle": "offboarding", "offboarding": None}, True),
        ({"lifecycle": "offboarding", "offboarding": APPROVAL}, False),
    ],
)
def test_a_namespace_is_protected_unless_its_off_boarding_is_approved(
    changes: dict[str, object], protected: bool
) -> None:
    namespace = rendered(plan("pelican-games", **changes)).one(NAMESPACE, "pelican-games")
    assert namespace.protect is protected


def test_an_active_workload_leaves_its_replicas_to_the_autoscaler() -> None:
    made = rendered(plan("pelican-games"))
    (deployment,) = workloads(made)
    autoscaler = made.one(AUTOSCALER, f"{deployment.name}-autoscaler")
    assert "replicas" not in deployment.inputs["spec"]
    assert autoscaler.inputs["spec"]["scaleTargetRef"]["name"] == deployment.inputs["metadata"]["name"]


@pytest.mark.parametrize("lifecycle", ["suspended", "offboarding"])
def test_a_tenant_that_is_not_active_runs_nothing_and_keeps_the_rest(lifecycle: str) -> None:
    active = rendered(plan("pelican-games"))
    approval = APPROVAL if lifecycle == "offboarding" else None
    idle = rendered(plan("pelican-games", lifecycle=lifecycle, offboarding=approval))
    (deployment,) = workloads(idle)
    assert deployment.inputs["spec"]["replicas"] == 0
    # The autoscaler has set replicas before: zero has to win over it.
    assert deployment.inputs["metadata"]["annotations"] == {"pulumi.com/patchForce": "true"}
    gone = {each.urn for each in active.resources} - {each.urn for each in idle.resources}
    entrance = {each.urn for each in active.resources if "TenantEntrance" in each.urn}
    assert len(entrance) == 4
    assert gone == {each.urn for each in active.of(AUTOSCALER)} | entrance


def test_a_role_without_groups_is_not_bound() -> None:
    bindings = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
    assert [each.name for each in rendered(plan("hedgehog-cli")).of(bindings)] == ["hedgehog-cli-access-tenant-admin"]
    assert len(rendered(plan("acme-robotics")).of(bindings)) == 3


def test_no_role_may_touch_guard_rails_or_other_rights() -> None:
    """B5: what a tenant's roles may never write, whatever is added to them later."""
    guarded = {
        "backends", "backendtrafficpolicies", "bindings", "clienttrafficpolicies", "clusterrolebindings",
        "clusterroles", "daemonsets", "endpoints", "endpointslices", "envoypatchpolicies", "gateways", "grpcroutes",
        "httproutes", "ingresses", "limitranges", "listenersets", "referencegrants", "securitypolicies", "namespaces",
        "networkpolicies", "nodes", "persistentvolumes", "priorityclasses", "resourcequotas", "serviceaccounts",
        "serviceaccounts/token", "services/proxy", "pods/proxy", "runtimeclasses", "sandboxes", "sandboxtemplates",
        "sandboxwarmpools", "sandboxwarmpools/scale", "validatingadmissionpolicies",
    }  # fmt: skip
    reading = {"get", "list", "watch"}
    bounded = {"networkpolicies", "rolebindings", "roles"}
    for role in RULES:
        for rule in role_rules(role, guard_rails=False):
            assert "*" not in (*rule["resources"], *rule["verbs"], *rule["api_groups"])
            assert not set(rule["verbs"]) & {"bind", "escalate", "impersonate"}
            if not set(rule["verbs"]) <= reading:
                assert not guarded & set(rule["resources"]), (role, rule)
                # Other rules bound what an admin makes of these: ObjectAdmission.
                assert role == "tenant-admin" or not bounded & set(rule["resources"]), (role, rule)


def test_an_admin_writes_network_policies_where_guard_rails_hold_and_nobody_else_does() -> None:
    """E2: without guard-rails a policy of a tenant's own could open the default deny towards anything."""

    def written(role: Role, *, guard_rails: bool) -> bool:
        rules = role_rules(role, guard_rails=guard_rails)
        return any("create" in rule["verbs"] and "networkpolicies" in rule["resources"] for rule in rules)

    assert [role for role in RULES if written(role, guard_rails=True)] == ["tenant-admin"]
    assert not any(written(role, guard_rails=False) for role in RULES)


def test_only_the_admin_reads_secrets() -> None:
    for role, rules in RULES.items():
        reads = any("secrets" in rule["resources"] for rule in rules)
        assert reads is (role == "tenant-admin")


def test_no_peer_of_a_policy_is_chosen_by_a_label_that_a_pod_gives_itself() -> None:
    """E1: every peer is in the own namespace, or in one named by the API server's own label."""
    for spec in (allowed_traffic(plan("acme-robotics")), sandbox_traffic(plan("acme-robotics"))):
        peers = [peer for rule in spec["ingress"] for peer in rule["from_"]]
        peers += [peer for rule in spec["egress"] for peer in rule["to"]]
        for peer in peers:
            if peer not in ({"pod_selector": {}}, {"pod_selector": WORKLOADS}):
                assert set(peer["namespace_selector"]["match_labels"]) == {"kubernetes.io/metadata.name"}


def test_sandboxes_have_a_policy_of_their_own_and_no_part_in_the_others() -> None:
    """C5: NetworkPolicies only add permissions."""
    made = plan("acme-robotics")
    workloads, sandboxes = allowed_traffic(made), sandbox_traffic(made)
    assert workloads["pod_selector"] == {
        "match_expressions": [{"key": "tenantplane.dev/sandbox", "operator": "DoesNotExist"}]
    }
    assert sandboxes["pod_selector"] == {"match_labels": {"tenantplane.dev/sandbox": "true"}}
    assert made.sandboxes is not None
    assert made.sandboxes.labels["tenantplane.dev/sandbox"] == "true"
    assert [port["port"] for each in sandboxes["egress"] for port in each.get("ports", [])] == [53, 53]


def test_a_tenants_grants_are_its_sandboxes_too_and_a_suspended_one_has_nothing() -> None:
    granted = sandbox_traffic(plan("acme-robotics", egress=("203.0.113.0/24",)))
    assert granted["egress"][-1] == {"to": [{"ip_block": {"cidr": "203.0.113.0/24"}}]}
    for traffic in (allowed_traffic, sandbox_traffic):
        assert not {"ingress", "egress"} & set(traffic(plan("acme-robotics", lifecycle="suspended")))


def test_only_tenants_with_sandboxes_have_the_policy_of_them() -> None:
    having = {each.namespace for each in plan_tenants(catalogue()) if each.sandboxes is not None}
    policies = local_stack().of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    found = [each.inputs["metadata"] for each in policies]
    assert having == {each["namespace"] for each in found if each["name"] == "sandbox-traffic"}


def test_the_stack_records_where_each_tenant_is() -> None:
    assert local_stack().outputs["tenants"]["hedgehog-cli"] == {
        "namespace": "tenant-hedgehog-cli",
        "tier": "free",
        "host": "hedgehog-cli.tenants.localhost",
        "lifecycle": "active",
    }


def test_a_queue_is_made_before_the_namespaces_of_its_tenant_and_so_outlives_them() -> None:
    """The engine deletes in the reverse order, and a queue with an admitted Job cannot be deleted."""
    queues = {each.inputs["metadata"]["name"]: each.urn for each in local_stack().of(CLUSTER_QUEUE)}
    seen = 0
    for each in local_stack().of(NAMESPACE):
        tenant = each.inputs["metadata"]["labels"].get("tenant")
        if tenant is not None:
            assert queues[f"tenant-{tenant}"] in each.depends_on, each.name
            seen += 1
    assert seen > len(queues), "there is no tenant with several namespaces"


def test_a_tenant_with_nodes_of_its_own_has_the_label_that_admission_keeps_its_pods_there_by() -> None:
    """A6, C6: beside those, the shared pool of its GPUs and the pools that its workloads name are reviewed."""
    marked = {}
    for each in local_stack().of(NAMESPACE):
        metadata = each.inputs["metadata"]
        if "tenantplane.dev/nodes" in metadata["labels"]:
            marked[metadata["name"]] = metadata["annotations"].get("tenantplane.dev/pools")
    assert marked == {"tenant-northwind-bank": "gpu-a100-whole"}
    (workload,) = plan("northwind-bank").tenant.workloads
    named = plan("northwind-bank", workloads=(workload.model_copy(update={"pool": "northwind"}),))
    assert named.named_pools == ("gpu-a100-whole", "northwind")
    assert plan("northwind-bank", isolation="namespace").named_pools == ()
