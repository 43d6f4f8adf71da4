"""The `local` stack as the repository's catalogue describes it, rendered once for all tests that only read it."""

from dataclasses import replace
from functools import cache
from typing import Any

import pulumi

from components.data.tenant_database import DatabaseAddress
from localcloud.paths import checkout
from settings import Catalogue, Cluster, TenantPlan, load_catalogue, plan_tenants
from stacks.layers import Platform, cluster_provider, platform_layer, tenants_layer
from tests.unit.components.recorder import Recording, Registered, record

ROOT = checkout()
NAMESPACE = "kubernetes:core/v1:Namespace"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
TEMPLATE = "kubernetes:extensions.agents.x-k8s.io/v1beta1:SandboxTemplate"
WARM_POOL = "kubernetes:extensions.agents.x-k8s.io/v1beta1:SandboxWarmPool"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"


@cache
def catalogue() -> Catalogue:
    """The repository's catalogue for the environment `local`."""
    return load_catalogue(ROOT / "catalog", "local")


def plan(tenant: str, **changes: Any) -> TenantPlan:
    """The plan of a tenant of the catalogue, with fields of its file changed."""
    changed = tuple(each.model_copy(update=changes) if each.id == tenant else each for each in catalogue().tenants)
    return next(each for each in plan_tenants(replace(catalogue(), tenants=changed)) if each.tenant.id == tenant)


def rendered(*plans: TenantPlan) -> Recording:
    """These tenants alone, as the stack of a shard has them; what the platform registers is in local_stack()."""
    return rendered_on(catalogue(), catalogue().topology.clusters[0], *plans, platform=False)


def whole(*plans: TenantPlan) -> Recording:
    """The platform layer and these tenants."""
    return rendered_on(catalogue(), catalogue().topology.clusters[0], *plans)


def rendered_on(of: Catalogue, cluster: Cluster, *plans: TenantPlan, platform: bool = True) -> Recording:
    """These tenants on a cluster of any catalogue, after its platform layer. Raises what the program ended with."""

    def program() -> None:
        provider = cluster_provider(of.environment, cluster, "kubeconfig", None)
        base = platform_layer(of, cluster, provider) if platform else Platform()
        aurora = DatabaseAddress(host=f"{cluster.name}.rds.example", port=5432)
        databases = {each.tenant.id: aurora for each in plans if cluster.aurora is not None}
        pulumi.export("tenants", tenants_layer(plans, provider, base, databases))

    made = record(program)
    if made.error is not None:
        raise made.error
    return made


@cache
def local_stack() -> Recording:
    """Everything that the stack `local` registers."""
    return whole(*plan_tenants(catalogue()))


def workloads(made: Recording) -> list[Registered]:
    """The Deployments of tenants; those of the platform's own are left out."""
    return [each for each in made.of(DEPLOYMENT) if "tenant" in each.inputs["metadata"]["labels"]]
