"""Values of a virtual control plane, as vCluster's chart takes them: closed by construction (A6). Rendered, not run."""

import pytest

from components.security.tenant_roles import RULES
from components.tenancy.virtual_control_plane import (
    KEPT_APART,
    NOT_SHOWN,
    ROLE,
    virtual_control_plane_values,
)
from settings.homes import PHASE_ISOLATION
from tests.unit.components.local_stack import catalogue, plan

TENANT = "acme-robotics"


def values(**changes: object) -> dict:  # type: ignore[type-arg]
    return virtual_control_plane_values(plan(TENANT, **changes), catalogue().runtimes["gvisor"])


def test_no_phase_offers_what_has_not_been_run() -> None:
    assert all("virtual-control-plane" not in given for given in PHASE_ISOLATION.values())


def test_quota_limits_and_network_policy_are_on_with_the_tenants_own_numbers() -> None:
    policies = values()["policies"]
    assert {each["enabled"] for each in policies.values()} == {True}
    assert policies["resourceQuota"]["quota"] == plan(TENANT).quota.hard()
    assert policies["limitRange"]["default"]["cpu"] == "500m"
    assert policies["networkPolicy"]["workload"]["publicEgress"] == {"enabled": False}


def test_nothing_of_the_hosts_is_shown_and_nothing_that_reaches_beyond_the_tenant_is_carried_over() -> None:
    sync = values()["sync"]
    on = {way: sorted(kind for kind, each in sync[way].items() if each["enabled"]) for way in sync}
    assert on == {
        "toHost": ["configMaps", "persistentVolumeClaims", "pods", "secrets", "services"],
        "fromHost": ["events"],
    }
    assert {"nodes", "ingressClasses", "storageClasses"} <= set(NOT_SHOWN) <= sync["fromHost"].keys()
    assert {"persistentVolumes", "ingresses", "endpoints", "namespaces"} <= set(KEPT_APART) <= sync["toHost"].keys()
    assert not sync["toHost"]["secrets"]["all"]


def test_its_pods_have_the_tenants_runtime_priority_nodes_and_label() -> None:
    made = values()
    pods, own = made["sync"]["toHost"]["pods"], made["controlPlane"]["statefulSet"]
    assert (pods["runtimeClassName"], pods["priorityClassName"]) == ("gvisor", "enterprise")
    assert pods["enforceTolerations"] == ["tenantplane.dev/pool-kind=sandbox:NoSchedule"]
    assert own["runtimeClassName"] == "gvisor"
    assert own["scheduling"]["nodeSelector"] == {"tenantplane.dev/pool-kind": "sandbox"}
    assert own["pods"]["labels"]["tenant"] == made["controlPlane"]["service"]["labels"]["tenant"] == TENANT
    assert own["resources"]["requests"] == own["resources"]["limits"]


def test_its_pods_pass_the_level_that_the_namespace_enforces() -> None:
    assert values()["controlPlane"]["coredns"]["security"]["podSecurityContext"]["runAsNonRoot"]
    own = values()["controlPlane"]["statefulSet"]["security"]["containerSecurityContext"]
    assert own["runAsUser"] != 0
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert (own["privileged"], own["allowPrivilegeEscalation"], own["readOnlyRootFilesystem"]) == (False, False, True)


def test_it_has_no_rights_in_the_cluster_and_few_in_its_namespace() -> None:
    """B5: what a tenant's admin may not write, the syncer may not either."""
    assert values()["rbac"]["clusterRole"] == {"enabled": False}
    assert values()["rbac"]["role"]["overwriteRules"] == [dict(each) for each in ROLE]
    assert all("*" not in (*rule["apiGroups"], *rule["resources"], *rule["verbs"]) for rule in ROLE)
    may = {
        (group, resource)
        for rule in RULES["tenant-admin"]
        for group in rule["api_groups"]
        for resource in rule["resources"]
        if "create" in rule["verbs"]
    }
    creates = {
        (group, resource)
        for rule in ROLE
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        if "create" in rule["verbs"]
    }
    assert creates - may <= {("", "persistentvolumeclaims"), ("", "pods")}  # what it is there to carry over


def test_a_suspended_tenants_control_plane_runs_nothing_and_keeps_its_store() -> None:
    """A7."""
    own = values(lifecycle="suspended")["controlPlane"]["statefulSet"]
    assert own["highAvailability"]["replicas"] == 0
    assert own["persistence"]["volumeClaim"]["retentionPolicy"] == "Retain"


def test_a_runtime_that_shares_the_nodes_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match="not for what nobody has reviewed"):
        virtual_control_plane_values(plan(TENANT), catalogue().runtimes["runc"])
