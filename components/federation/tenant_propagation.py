"""A tenant at a Karmada control plane: what it gives there reaches its own clusters and no other (H3)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core

from components.objects import in_namespace, keeps_data, tenant_metadata
from settings import TenantPlan, Topology
from settings.federation import NOT_BY_ITSELF, namespace_policy, workload_policy

API_VERSION = "policy.karmada.io/v1alpha1"
COMPONENT = "federation"


@dataclass(frozen=True, kw_only=True)
class TenantPropagationArgs:
    """Inputs of TenantPropagation.

    plan: the tenant. topology: whose clusters may hold it.
    """

    plan: TenantPlan
    topology: Topology


class TenantPropagation(pulumi.ComponentResource):
    """A tenant's namespace at the federation, and where it and its workloads go.

    Its provider is that of the Karmada control plane. Both policies name clusters one by one, never by label: a label
    that somebody sets on a member cluster brings it no tenant.
    Creates: Namespace (protected, and left alone by Karmada unless a policy names it), ClusterPropagationPolicy of that
    namespace, PropagationPolicy of what the tenant may hand over (WORKLOADS in settings/federation.py).
    Outputs: clusters (list of str), in the order of their use.
    Errors: ValueError for a tenant that no cluster may hold.
    """

    clusters: list[str]

    def __init__(self, name: str, args: TenantPropagationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:federation:TenantPropagation", name, {}, opts)
        plan, topology = args.plan, args.topology
        spec = namespace_policy(plan.tenant, plan.namespace, topology)
        labels = {**plan.labels, NOT_BY_ITSELF: "true"}
        namespace = core.Namespace(
            name,
            metadata={"name": plan.namespace, "labels": labels},
            opts=keeps_data(self, plan),
        )
        CustomResource(
            f"{name}-namespace",
            api_version=API_VERSION,
            kind="ClusterPropagationPolicy",
            metadata={"name": plan.namespace, "labels": plan.labels},
            spec=spec,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace]),
        )
        CustomResource(
            f"{name}-workloads",
            api_version=API_VERSION,
            kind="PropagationPolicy",
            metadata=tenant_metadata(plan, "workloads"),
            spec=workload_policy(plan.tenant, topology),
            opts=in_namespace(self, namespace),
        )
        self.clusters = [each["clusterNames"][0] for each in spec["placement"]["clusterAffinities"]]
        self.register_outputs({"clusters": self.clusters})
