"""A tenant's sandboxes are warm, hardened, in their place, and claimed within bounds (A7, B5, C3-C6)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.sandbox.agent_sandboxes import autoscaler
from components.security.admission_policy import rendered as rendered_policy
from components.security.sandbox_admission import leases
from components.security.tenant_roles import RULES
from controls.admission.sandboxes import SANDBOX_CLAIMS
from settings import ResolvedSandboxes, TenantPlan, Workload, plan_tenants
from settings.sandboxes import Sandboxes
from stacks.layers import cluster_provider, platform_layer
from tests.unit.components.local_stack import (
    AUTOSCALER,
    TEMPLATE,
    WARM_POOL,
    catalogue,
    local_stack,
    plan,
    rendered,
    whole,
)
from tests.unit.components.recorder import Recording, record
from tests.unit.components.test_hardening import violations

POLICY = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
IMAGE = "registry.example/sandbox@sha256:" + "0" * 64
HAVING = [each for each in plan_tenants(catalogue()) if each.sandboxes is not None]


def sandboxes(made: TenantPlan) -> ResolvedSandboxes:
    assert made.sandboxes is not None
    return made.sandboxes


def scaler(made: Recording) -> dict[str, Any] | None:
    """The spec of the pool's autoscaler, if it has one."""
    found = [each.inputs["spec"] for each in made.of(AUTOSCALER) if each.inputs["metadata"]["name"] == "sandboxes.pool"]
    return found[0] if found else None


def test_tenants_with_sandboxes_have_a_template_and_a_pool_of_it_and_nobody_else_has() -> None:
    assert len(HAVING) >= 3
    for token in (TEMPLATE, WARM_POOL):
        where = {each.inputs["metadata"]["namespace"] for each in local_stack().of(token)}
        assert where == {each.namespace for each in HAVING}
        assert len(local_stack().of(token)) == len(HAVING)
    for pool in local_stack().of(WARM_POOL):
        assert pool.inputs["spec"]["sandboxTemplateRef"] == {"name": "sandboxes"}


@pytest.mark.parametrize("made", HAVING, ids=lambda each: each.tenant.id)
def test_a_sandbox_holds_the_profile_and_goes_where_the_plan_says(made: TenantPlan) -> None:
    template = local_stack().one(TEMPLATE, f"{made.tenant.id}-sandboxes-template").inputs["spec"]
    pod, wanted = template["podTemplate"]["spec"], sandboxes(made)

    assert violations(pod) == []
    assert pod["runtimeClassName"] == wanted.runtime.id
    assert pod["runtimeClassName"] != "runc"
    assert pod["nodeSelector"] == wanted.node_selector
    assert pod["tolerations"] == list(wanted.tolerations)
    assert pod["priorityClassName"] == made.tier.priority_class
    assert pod["restartPolicy"] == "Never"
    (container,) = pod["containers"]
    assert container["image"] == wanted.image
    assert container["imagePullPolicy"] == "Always"  # admission refuses any other
    assert "env" not in container


def test_a_claim_cannot_change_what_the_template_says() -> None:
    for each in local_stack().of(TEMPLATE):
        spec = dict(each.inputs["spec"])
        del spec["podTemplate"]
        assert spec == {
            "networkPolicyManagement": "Unmanaged",
            "envVarsInjectionPolicy": "Disallowed",
            "volumeClaimTemplatesPolicy": "Disallowed",
            "service": False,
        }


def test_pods_of_sandboxes_carry_the_tenant_and_what_they_are() -> None:
    for made in HAVING:
        template = local_stack().one(TEMPLATE, f"{made.tenant.id}-sandboxes-template")
        labels = template.inputs["spec"]["podTemplate"]["metadata"]["labels"]
        assert labels == {
            **made.labels,
            "app.kubernetes.io/component": "sandbox",
            "tenantplane.dev/sandbox": "true",
        }


def test_a_pool_waits_for_its_template_and_the_classes_and_ends_before_its_namespace() -> None:
    pool = whole(plan("northwind-bank")).one(WARM_POOL, "northwind-bank-sandboxes-pool")

    waits = " ".join(pool.depends_on)
    assert "SandboxTemplate::northwind-bank-sandboxes-template" in waits
    assert "PriorityClass::priority-enterprise" in waits
    assert "RuntimeClass::runtime-kata" in waits
    assert pool.deleted_with == ""


def test_a_pool_that_may_grow_leaves_its_replicas_to_the_autoscaler() -> None:
    made = rendered(plan("pelican-games"))
    (pool,) = made.of(WARM_POOL)
    wanted = sandboxes(plan("pelican-games"))
    spec = scaler(made)

    assert "replicas" not in pool.inputs["spec"]
    assert spec is not None
    assert (spec["minReplicas"], spec["maxReplicas"]) == (wanted.warm, wanted.max_warm)
    assert spec["scaleTargetRef"] == {
        "apiVersion": "extensions.agents.x-k8s.io/v1beta1",
        "kind": "SandboxWarmPool",
        "name": "sandboxes",
    }


@pytest.mark.parametrize("warm", [0, 1])
def test_a_pool_that_cannot_grow_says_how_many_it_keeps(warm: int) -> None:
    """The free tier keeps one at most; none warm could not be scaled from."""
    made = rendered(plan("hedgehog-cli", sandboxes=Sandboxes(image=IMAGE, warm=warm)))
    (pool,) = made.of(WARM_POOL)

    assert pool.inputs["spec"]["replicas"] == warm
    assert scaler(made) is None


@pytest.mark.parametrize("lifecycle", ["suspended", "offboarding"])
def test_a_tenant_that_is_not_active_keeps_no_sandbox(lifecycle: str) -> None:
    """A7. The autoscaler has set replicas before: zero has to win over it."""
    made = rendered(plan("pelican-games", lifecycle=lifecycle))
    (pool,) = made.of(WARM_POOL)

    assert pool.inputs["spec"]["replicas"] == 0
    assert pool.inputs["metadata"]["annotations"]["pulumi.com/patchForce"] == "true"
    assert scaler(made) is None
    assert len(made.of(TEMPLATE)) == 1


def test_whoever_claims_reads_from_the_pool_how_long_a_sandbox_may_live() -> None:
    (pool,) = rendered(plan("pelican-games")).of(WARM_POOL)

    assert pool.inputs["metadata"]["annotations"] == {
        "tenantplane.dev/idle-seconds": "1800",
        "tenantplane.dev/lifetime-seconds": "14400",
    }


def test_a_workload_called_sandboxes_has_an_autoscaler_of_its_own() -> None:
    (workload,) = plan("pelican-games").tenant.workloads
    made = rendered(plan("pelican-games", workloads=(workload.model_copy(update={"name": "sandboxes"}),)))
    names = [each.inputs["metadata"]["name"] for each in made.of(AUTOSCALER)]
    assert sorted(names) == ["sandboxes", "sandboxes.pool"]


@given(warm=st.integers(0, 12), replicas=st.integers(1, 6))
@settings(max_examples=60)
def test_the_pools_autoscaler_stays_within_tier_and_quota(warm: int, replicas: int) -> None:
    """C9: with all workloads at their most the quota holds what the pool may keep."""
    workload = Workload.model_validate(
        {"name": "a", "kind": "agent-sessions", "image": IMAGE, "replicas": {"min": 1, "max": replicas}}
    )
    made = plan("pelican-games", workloads=(workload,), sandboxes=Sandboxes(image=IMAGE, warm=warm))
    spec = autoscaler(made.namespace, sandboxes(made))

    assert warm == spec["min_replicas"] <= spec["max_replicas"] <= 12
    cpu_m = spec["max_replicas"] * (100 + 50) + made.workloads[0].max_replicas * (500 + 50)
    assert cpu_m <= made.quota.ceiling.cpu_m


def test_one_tenants_claims_grow_no_other_tenants_pool() -> None:
    chosen = {
        each.tenant.id: autoscaler(each.namespace, sandboxes(each))["metrics"][0]["external"]["metric"]["selector"]
        for each in HAVING
    }
    for each in HAVING:
        assert chosen[each.tenant.id]["match_labels"]["namespace"] == each.namespace


def test_a_tenants_people_claim_sandboxes_and_write_nothing_behind_them() -> None:
    """B5."""
    group = {"agents.x-k8s.io", "extensions.agents.x-k8s.io"}
    for role, rules in RULES.items():
        verbs: dict[str, set[str]] = {}
        for rule in rules:
            if group & set(rule["api_groups"]):
                for resource in rule["resources"]:
                    verbs.setdefault(resource, set()).update(rule["verbs"])
        reading = {"get", "list", "watch"}
        claims = reading if role == "tenant-viewer" else reading | {"create", "patch", "delete"}
        assert verbs == {
            "sandboxes": reading,
            "sandboxclaims": claims,
            "sandboxtemplates": reading,
            "sandboxwarmpools": reading,
        }


def test_claims_are_bounded_by_the_lifetime_and_the_idle_time_of_the_tier() -> None:
    variables = {
        each["name"]: each["expression"]
        for each in rendered_policy(SANDBOX_CLAIMS, leases(catalogue().tiers.values()))["variables"]
    }

    assert variables["idle"] == (
        """duration({"enterprise": "30m", "free": "30m", "team": "30m"}[?variables.tier].orValue('0s'))"""
    )

    assert variables["lifetime"] == (
        """duration({"enterprise": "480m", "free": "60m", "team": "240m"}[?variables.tier].orValue('0s'))"""
    )


def test_every_rule_for_claims_names_the_field_it_is_about() -> None:
    fields = ["shutdownPolicy", "ttlSecondsAfterFinished", "shutdownTime", "shutdownTime", "env"]
    fields.append("volumeClaimTemplates")
    fields.append("additionalPodMetadata")

    rules = rendered_policy(SANDBOX_CLAIMS, leases(()))["validations"]
    assert len(rules) == len(fields)
    assert all(field in rule["message"] for field, rule in zip(fields, rules, strict=True))


def test_the_rules_for_claims_fail_closed_in_every_tenants_namespace() -> None:
    (policy,) = (each for each in local_stack().of(POLICY) if each.name == "sandbox-claims")
    spec = policy.inputs["spec"]

    assert spec["failurePolicy"] == "Fail"
    assert spec["matchConstraints"]["namespaceSelector"] == {
        "matchExpressions": [{"key": "tenant", "operator": "Exists"}]
    }
    assert len(spec["validations"]) == 7


def test_a_cluster_without_the_addon_has_no_rules_for_claims() -> None:
    (cluster,) = catalogue().topology.clusters
    bare = cluster.model_copy(update={"addons": ()})
    made = record(
        lambda: (platform_layer(catalogue(), bare, cluster_provider("local", bare, "kubeconfig", None)), None)[1]
    )

    assert made.error is None
    assert {each.name for each in made.of(POLICY)} == {
        "tenant-pods",
        "tenant-services",
        "runtimes-policy",
        "rooted-policy",
        "quota-policy",
        "virtual-pods",
        "virtual-sets",
        *(f"objects-{each}" for each in ("autoscalers", "bindings", "claims", "metadata", "platform")),
    }
