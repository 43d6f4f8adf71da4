"""One identity of a tenant on everything of its, and along the chain of a call (B1, B4)."""

import re

import pytest

from components.gateway.envoy import token_policy_spec
from settings import names, plan_tenants
from settings.database import database_of, tenant_steps
from settings.gateway import TENANT_CLAIM, TENANT_HEADER, TIER_CLAIM, TIER_HEADER, entrance_of
from tests.unit.components.local_stack import catalogue, local_stack
from tests.unit.components.recorder import Registered

PLANS = {plan.tenant.id: plan for plan in plan_tenants(catalogue())}


def owner(each: Registered) -> str | None:
    """The tenant under whose name the engine knows an object: the longest id that its logical name begins with."""
    found = [tenant for tenant in PLANS if each.name == tenant or each.name.startswith(f"{tenant}-")]
    return max(found, key=len, default=None)


def objects() -> list[Registered]:
    """Every Kubernetes object of the stack."""
    everything = local_stack().resources
    return [each for each in everything if each.type.startswith("kubernetes:") and each.inputs.get("metadata")]


def test_everything_that_is_a_tenants_says_whose_it_is() -> None:
    """By the one module that makes labels; the rest of the stack carries no tenant's name."""
    counted = dict.fromkeys(PLANS, 0)
    for each in objects():
        tenant = owner(each)
        labels = each.inputs["metadata"].get("labels") or {}
        assert labels.get("app.kubernetes.io/part-of") == names.PART_OF, each.urn
        if tenant is None:
            assert labels.get(names.TENANT_LABEL) in (None, *PLANS), each.urn
            assert not str(each.inputs["metadata"].get("namespace", "")).startswith("tenant-"), each.urn
            continue
        plan = PLANS[tenant]
        counted[tenant] += 1
        assert labels.items() >= names.labels(tenant, plan.tier.id).items(), each.urn
    assert min(counted.values()) > 10


def test_so_do_its_pods() -> None:
    seen = 0
    for each in objects():
        tenant, spec = owner(each), each.inputs.get("spec") or {}
        template = spec.get("template") or spec.get("podTemplate")
        if tenant is None or not isinstance(template, dict) or "spec" not in template:
            continue
        seen += 1
        assert template["metadata"]["labels"][names.TENANT_LABEL] == tenant, each.urn
    assert seen > len(PLANS)


@pytest.mark.parametrize("tenant", [each for each, plan in PLANS.items() if entrance_of(plan)])
def test_the_identity_is_the_same_from_the_header_to_the_database(tenant: str) -> None:
    """B4: token, header, environment of the workload, role of its database session."""
    plan = PLANS[tenant]
    entrance = entrance_of(plan)
    assert entrance is not None
    assert entrance.host.split(".")[0] == tenant
    assert entrance.claims == {TENANT_CLAIM: tenant, TIER_CLAIM: plan.tier.id}
    (provider,) = token_policy_spec(entrance)["jwt"]["providers"]
    headers = {each["claim"]: each["header"] for each in provider["claimToHeaders"]}
    assert headers == {TENANT_CLAIM: TENANT_HEADER, TIER_CLAIM: TIER_HEADER}
    for path in entrance.paths:
        (deployment,) = (
            each
            for each in local_stack().of("kubernetes:apps/v1:Deployment")
            if each.inputs["metadata"].get("namespace") == plan.namespace
            and each.inputs["metadata"]["name"] == path.service
        )
        (container,) = deployment.inputs["spec"]["template"]["spec"]["containers"]
        said = {each["name"]: each.get("value") for each in container["env"]}
        assert (said["TENANT_ID"], said["TENANT_TIER"]) == (tenant, plan.tier.id)
    wanted = database_of(plan)
    sql = "\n".join(statement for step in tenant_steps(wanted) for statement in step.statements)
    assert set(re.findall(r"SET app\.tenant_id = '([^']*)'", sql)) == {tenant}
