"""A tenant on one cluster: its namespace and everything in it (A1, B1, C1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.data.tenant_database import DatabaseAddress, TenantDatabase, TenantDatabaseArgs
from components.gateway.tenant_entrance import TenantEntrance, TenantEntranceArgs
from components.network.tenant_mesh import TenantMesh, TenantMeshArgs
from components.network.tenant_network import TenantNetwork, TenantNetworkArgs
from components.observability.tenant_monitoring import TenantMonitoring, TenantMonitoringArgs
from components.sandbox.agent_sandboxes import AgentSandboxes, AgentSandboxesArgs
from components.scheduling.tenant_queue import TenantQueue, TenantQueueArgs
from components.tenancy.access import TenantAccess, TenantAccessArgs
from components.tenancy.child_namespace import ChildNamespace, ChildNamespaceArgs
from components.tenancy.namespace import TenantNamespace, TenantNamespaceArgs
from components.tenancy.quota import TenantQuota, TenantQuotaArgs
from components.tenancy.virtual_control_plane import VirtualControlPlane, VirtualControlPlaneArgs
from components.workloads import service_of
from settings import Runtime, TenantPlan
from settings.gateway import entrance_of


@dataclass(frozen=True, kw_only=True)
class TenantArgs:
    """Inputs of Tenant.

    plan: the tenant on this cluster, as settings derives it.
    priority_classes, runtime_classes: those that the same stack makes, by name, so that pods wait for the ones they
    name; empty where another stack has made them.
    database: where its databases are, where that is not in the cluster.
    queues, databases, mesh: flavors and cohorts, the server with what it has for all, and what shuts everybody out of
    services until a tenant's own opens them, likewise.
    """

    plan: TenantPlan
    priority_classes: Mapping[str, pulumi.Resource] = field(default_factory=dict)
    runtime_classes: Mapping[str, pulumi.Resource] = field(default_factory=dict)
    queues: tuple[pulumi.Resource, ...] = ()
    databases: tuple[pulumi.Resource, ...] = ()
    database: DatabaseAddress | None = None
    mesh: tuple[pulumi.Resource, ...] = ()

    def prerequisites(self, runtime: Runtime | None) -> tuple[pulumi.Resource, ...]:
        """The classes which pods of a runtime name and have to wait for."""
        found = (
            self.priority_classes.get(self.plan.tier.priority_class),
            self.runtime_classes.get(runtime.id if runtime else ""),
        )
        return tuple(each for each in found if each is not None)


class Tenant(pulumi.ComponentResource):
    """An isolated, measured tenant on a shared cluster (A1, B1, C1, E1).

    Creates: TenantNamespace, TenantQuota, TenantAccess, TenantNetwork, the service of each of its workloads
    (AgentSessionService, HomeworkCorrectionService), where it has sandboxes AgentSandboxes, a ChildNamespace for each
    further namespace that its file lists and VirtualControlPlane where it chose one (A6), where the cluster has
    databases TenantDatabase, where it has a gateway TenantEntrance, where it is in a mesh TenantMesh, where Jobs are
    queued TenantQueue and, where the
    Prometheus operator runs, TenantMonitoring.
    A suspended or leaving tenant keeps all of it with no pods running (A7).
    Outputs: namespace (str), tier (str), host (str, where its routes are reached), lifecycle (str).
    """

    namespace: pulumi.Output[str]

    def __init__(self, name: str, args: TenantArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:tenancy:Tenant", name, {}, opts)
        plan = args.plan
        child = pulumi.ResourceOptions(parent=self)
        queue = None
        if plan.queue is not None:
            queued = TenantQueueArgs(plan=plan, queue=plan.queue, prerequisites=args.queues)
            queue = TenantQueue(f"{name}-queue", queued, child)
        after = tuple(queue.first) if queue else ()
        home = TenantNamespace(name, TenantNamespaceArgs(plan=plan, after=after), child)
        quota = TenantQuota(f"{name}-quota", TenantQuotaArgs(plan=plan, namespace=home.namespace), child)
        TenantAccess(f"{name}-access", TenantAccessArgs(plan=plan, namespace=home.namespace), child)
        network = TenantNetwork(f"{name}-network", TenantNetworkArgs(plan=plan, namespace=home.namespace), child)
        # A quota that is refused leaves the pods as they are, and no pod runs before it is closed off.
        first = (*quota.first, *network.first, *args.mesh)
        stored: tuple[pulumi.Resource, ...] = ()
        if plan.cluster.has_databases:
            kept = TenantDatabaseArgs(plan=plan, namespace=home.namespace, after=args.databases, address=args.database)
            stored = (TenantDatabase(f"{name}-database", kept, child).secret,)
        for workload in plan.workloads:
            service, service_args = service_of(workload.kind)
            service(
                # Two hyphens, which no id has: `acme` + `edu-api` and `acme-edu` + `api` stay two names.
                f"{name}--{workload.name}",
                service_args(
                    plan=plan,
                    workload=workload,
                    namespace=home.namespace,
                    prerequisites=(*first, *stored, *args.prerequisites(workload.runtime)),
                ),
                child,
            )
        if plan.sandboxes is not None:
            AgentSandboxes(
                f"{name}-sandboxes",
                AgentSandboxesArgs(
                    plan=plan,
                    sandboxes=plan.sandboxes,
                    namespace=home.namespace,
                    prerequisites=(*first, *args.prerequisites(plan.sandboxes.runtime)),
                ),
                child,
            )
        if plan.virtual is not None:
            VirtualControlPlane(
                f"{name}-virtual",
                VirtualControlPlaneArgs(
                    plan=plan,
                    virtual=plan.virtual,
                    namespace=home.namespace,
                    prerequisites=(*first, *args.prerequisites(plan.virtual.runtime)),
                ),
                child,
            )
        children = {
            str(each.child): ChildNamespace(
                f"{name}--{each.child}", ChildNamespaceArgs(plan=each, after=after), child
            ).namespace
            for each in plan.children
        }
        entrance = entrance_of(plan)
        if entrance is not None:
            opened = TenantEntranceArgs(plan=plan, entrance=entrance, namespace=home.namespace)
            TenantEntrance(f"{name}-entrance", opened, child)
        if plan.trust_domain is not None:
            TenantMesh(f"{name}-mesh", TenantMeshArgs(plan=plan, namespace=home.namespace), child)
        if queue is not None:
            queue.serve(home.namespace, children)
        if plan.cluster.has_monitoring:
            TenantMonitoring(f"{name}-monitoring", TenantMonitoringArgs(plan=plan, namespace=home.namespace), child)
        self.namespace = home.name
        self.register_outputs(facts(plan))


def facts(plan: TenantPlan) -> dict[str, Any]:
    """What the stack records of a tenant and people look up: namespace, tier, host, lifecycle; and of its further
    namespaces, where it has any, which are kept and which may go."""
    children = {str(each.child): "retiring" if each.retiring else "kept" for each in plan.children}
    return {
        "namespace": plan.namespace,
        "tier": plan.tier.id,
        "host": plan.host,
        "lifecycle": plan.tenant.lifecycle,
        **({"namespaces": children} if children else {}),
    }
