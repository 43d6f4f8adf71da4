"""The layers of an environment: what each cluster has once, and the tenants on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.compute.gpu_sharing import GpuSharing, GpuSharingArgs
from components.compute.joined_node_pool import JoinedNodePool, JoinedNodePoolArgs
from components.data.database_server import DatabaseServer, DatabaseServerArgs
from components.data.snapshot_schedules import SnapshotSchedules, SnapshotSchedulesArgs
from components.data.storage_classes import StorageClasses, StorageClassesArgs
from components.data.tenant_database import DatabaseAddress
from components.gateway.platform_gateway import PlatformGateway, PlatformGatewayArgs
from components.network.guard_rails import GuardRails, rails_of
from components.network.mesh import Mesh, MeshArgs
from components.network.tenant_guard_rail import TenantGuardRail, TenantGuardRailArgs
from components.observability.dashboards import Dashboards, DashboardsArgs
from components.observability.metrics_adapter import MetricsAdapter, MetricsAdapterArgs
from components.observability.monitoring import Monitoring, MonitoringArgs
from components.observability.tenant_proxy import TenantProxy, TenantProxyArgs
from components.sandbox.runtime_classes import RuntimeClasses, RuntimeClassesArgs
from components.scheduling.descheduler import Descheduler, DeschedulerArgs
from components.scheduling.placeholders import Placeholders, PlaceholdersArgs
from components.scheduling.priority_classes import PriorityClasses, PriorityClassesArgs
from components.scheduling.queues import Queues, QueuesArgs
from components.security.gateway_admission import GatewayAdmission, GatewayAdmissionArgs
from components.security.image_scan import ImageScan, ImageScanArgs
from components.security.image_signatures import ImageSignatures, ImageSignaturesArgs
from components.security.object_admission import ObjectAdmission, ObjectAdmissionArgs
from components.security.queue_admission import QueueAdmission, QueueAdmissionArgs
from components.security.quota_admission import QuotaAdmission, QuotaAdmissionArgs
from components.security.rooted_admission import RootedAdmission, RootedAdmissionArgs
from components.security.runtime_admission import RuntimeAdmission, RuntimeAdmissionArgs
from components.security.runtime_detection import RuntimeDetection, RuntimeDetectionArgs
from components.security.sandbox_admission import SandboxAdmission, SandboxAdmissionArgs
from components.security.tenant_admission import TenantAdmission, TenantAdmissionArgs
from components.security.tenant_roles import TenantRoles, TenantRolesArgs
from components.security.virtual_admission import VirtualAdmission, VirtualAdmissionArgs
from components.tenancy.platform_namespace import PlatformNamespace, PlatformNamespaceArgs
from components.tenancy.tenant import Tenant, TenantArgs, facts
from settings import Catalogue, Cluster, TenantPlan, Tier, plan_tenants
from settings.aws.network import balancer_ranges
from settings.cost import metered
from settings.gpu_sharing import gpu_pools
from settings.image_scan import scanned_images
from settings.placeholders import placeholders
from settings.queue_plan import surplus
from settings.volume import ClusterStorage
from stacks.selection import selected


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What tenants need of the platform layer in the same stack: classes by name, and the tier of the guard-rails, the
    objects of the queues and the mesh's default deny where the cluster has them. Empty when another stack holds it."""

    priority_classes: Mapping[str, pulumi.Resource] = field(default_factory=dict)
    runtime_classes: Mapping[str, pulumi.Resource] = field(default_factory=dict)
    guard_rails: pulumi.Resource | None = None
    queues: tuple[pulumi.Resource, ...] = ()
    databases: tuple[pulumi.Resource, ...] = ()
    mesh: tuple[pulumi.Resource, ...] = ()


def cluster_provider(environment: str, cluster: Cluster, kubeconfig: str, context: str | None) -> kubernetes.Provider:
    """The engine's way to one cluster.

    kubeconfig: path of the file; its content stays out of the state. cluster_identifier keeps the objects when the
    file or its address changes, instead of replacing every one. Config maps and secrets are changed in place: to
    replace them means to delete them first, and for that moment admission has no parameters and a tenant no
    credential. upsert_existing_objects lets an update go on after a crash between the creation of an object and its
    record in the state; physical names are made from the tenant's id, and a test holds that they never meet.
    """
    return kubernetes.Provider(
        cluster.name,
        kubeconfig=kubeconfig,
        context=context,
        cluster_identifier=f"{environment}-{cluster.name}",
        enable_server_side_apply=True,
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        upsert_existing_objects=True,
    )


def platform_layer(catalogue: Catalogue, cluster: Cluster, provider: kubernetes.Provider) -> Platform:
    """What a cluster has once, whoever its tenants are: priorities, runtimes, roles and admission rules."""
    options = pulumi.ResourceOptions(providers=[provider])
    priorities = PriorityClasses("priority", PriorityClassesArgs(), options)
    runtimes = RuntimeClasses("runtime", RuntimeClassesArgs(runtimes=catalogue.runtimes), options)
    TenantRoles("roles", TenantRolesArgs(guard_rails=cluster.has_guard_rails), options)
    tiers = tuple(catalogue.tiers.values())
    TenantAdmission("tenant", TenantAdmissionArgs(tiers=tiers, registries=catalogue.topology.registries or ()), options)
    ObjectAdmission("objects", ObjectAdmissionArgs(storage_classes=cluster.storage is not None), options)
    system = PlatformNamespace("system", PlatformNamespaceArgs(name=cluster.system_namespace), options)
    RuntimeAdmission("runtimes", RuntimeAdmissionArgs(runtimes=catalogue.runtimes, namespace=system), options)
    RootedAdmission("rooted", RootedAdmissionArgs(), options)
    QuotaAdmission("quota", QuotaAdmissionArgs(), options)
    VirtualAdmission("virtual", VirtualAdmissionArgs(), options)
    for pool in cluster.node_pools:
        joined = JoinedNodePoolArgs(pool=pool, runtimes=catalogue.runtimes, namespace=system)
        JoinedNodePool(f"pool-{pool.name}", joined, options)
    if gpu_pools(cluster.node_pools):
        gpus = GpuSharingArgs(
            pools=cluster.node_pools, namespace=cluster.gpu_namespace, system_namespace=cluster.system_namespace
        )
        GpuSharing("gpu", gpus, options)
    if cluster.has_sandboxes:
        SandboxAdmission("sandbox", SandboxAdmissionArgs(tiers=tiers), options)
    tier = None
    if cluster.has_guard_rails:
        tier = GuardRails("guard-rails", rails_of(catalogue.topology, cluster), options).tier
    mesh = Mesh("mesh", MeshArgs(cluster=cluster, topology=catalogue.topology), options) if cluster.mesh else None
    if cluster.has_gateway and cluster.front_door is not None:
        account = catalogue.topology.aws
        door = PlatformGatewayArgs(
            domain=catalogue.topology.domain,
            front_door=cluster.front_door,
            namespace=cluster.gateway_namespace,
            system_namespace=cluster.system_namespace,
            balancers=balancer_ranges(account.region(cluster.region)) if account and cluster.eks else (),
            meshed=cluster.mesh is not None,
        )
        PlatformGateway("gateway", door, options)
        GatewayAdmission("gateway", GatewayAdmissionArgs(domain=catalogue.topology.domain, cluster=cluster), options)
    plans = plan_tenants(catalogue, cluster.name)
    _images(catalogue, cluster, plans, system, options)
    if cluster.has_detection:
        watched = RuntimeDetectionArgs(cluster=cluster, runtimes=catalogue.runtimes, plans=plans)
        RuntimeDetection("detection", watched, options)
    _scheduling(cluster, system, priorities, options)
    if cluster.has_monitoring and cluster.alerts is not None:
        monitoring = MonitoringArgs(
            cluster=cluster,
            alerts=cluster.alerts,
            tiers=tiers,
            plans=plans,
            metered=metered(catalogue, cluster),
            namespace=system,
        )
        Monitoring("monitoring", monitoring, options)
        Dashboards("dashboards", DashboardsArgs(plans=plans, namespace=system), options)
        if cluster.images.metrics_adapter is not None:
            adapter = MetricsAdapterArgs(
                cluster=cluster,
                image=cluster.images.metrics_adapter,
                namespace=system,
                priority_classes=priorities.classes,
            )
            MetricsAdapter("metrics-adapter", adapter, options)
        if cluster.images.label_proxy is not None:
            proxy = TenantProxyArgs(
                cluster=cluster,
                image=cluster.images.label_proxy,
                namespace=system,
                priority_classes=priorities.classes,
            )
            TenantProxy("tenant-proxy", proxy, options)
    if cluster.storage is not None:
        _storage(cluster, cluster.storage, tiers, system, options)
    databases = _databases(cluster, plans, options)
    queues = _queues(tiers, cluster, plans, options) if cluster.has_queues else ()
    return Platform(
        priority_classes=priorities.classes,
        runtime_classes=runtimes.classes,
        guard_rails=tier,
        queues=queues,
        databases=databases,
        mesh=mesh.first if mesh is not None else (),
    )


def _queues(
    tiers: tuple[Tier, ...], cluster: Cluster, plans: tuple[TenantPlan, ...], options: pulumi.ResourceOptions
) -> tuple[pulumi.Resource, ...]:
    quotas = [(plan.tenant, plan.budget.whole) for plan in plans]
    shared = QueuesArgs(
        cluster=cluster,
        families=tuple(sorted({tier.family for tier in tiers})),
        surplus=surplus(cluster, quotas),
    )
    QueueAdmission("queue", QueueAdmissionArgs(tiers=tiers), options)
    return Queues("queues", shared, options).objects


def _databases(
    cluster: Cluster, plans: tuple[TenantPlan, ...], options: pulumi.ResourceOptions
) -> tuple[pulumi.Resource, ...]:
    """The server of tenants' databases, where the cluster runs its own; what they come after."""
    if cluster.database_server is None:
        return ()
    namespace = PlatformNamespace("data", PlatformNamespaceArgs(name=cluster.database_namespace), options)
    args = DatabaseServerArgs(
        cluster=cluster,
        server=cluster.database_server,
        image=str(cluster.images.postgresql),
        plans=plans,
        namespace=namespace,
    )
    return (DatabaseServer("databases", args, options).ready,)


def _images(
    catalogue: Catalogue,
    cluster: Cluster,
    plans: tuple[TenantPlan, ...],
    namespace: PlatformNamespace,
    options: pulumi.ResourceOptions,
) -> None:
    """Who must have signed images and, as far as there is an image for it, what looks for flaws in them (G7)."""
    if cluster.has_signatures:
        ImageSignatures("signed", ImageSignaturesArgs(signers=catalogue.topology.image_signers), options)
    if cluster.images.trivy is not None:
        used = scanned_images(cluster, plans)
        scan = ImageScanArgs(cluster=cluster, images=used, image=cluster.images.trivy, namespace=namespace)
        ImageScan("image-scan", scan, options)


def _storage(
    cluster: Cluster,
    storage: ClusterStorage,
    tiers: tuple[Tier, ...],
    namespace: PlatformNamespace,
    options: pulumi.ResourceOptions,
) -> None:
    """Classes of volumes and, as far as there is an image for it, what copies them (F4)."""
    StorageClasses("storage", StorageClassesArgs(cluster=cluster, storage=storage, tiers=tiers), options)
    if cluster.has_snapshots and cluster.images.kubectl is not None:
        args = SnapshotSchedulesArgs(cluster=cluster, tiers=tiers, image=cluster.images.kubectl, namespace=namespace)
        SnapshotSchedules("snapshots", args, options)


def _scheduling(
    cluster: Cluster, namespace: PlatformNamespace, priorities: PriorityClasses, options: pulumi.ResourceOptions
) -> None:
    """What steers the scheduler from within the cluster, as far as there are images for it (D5)."""
    images, classes = cluster.images, priorities.classes
    if images.pause is not None:
        held = placeholders(cluster)
        args = PlaceholdersArgs(placeholders=held, image=images.pause, namespace=namespace, priority_classes=classes)
        Placeholders("placeholder", args, options)
    if images.descheduler is not None:
        Descheduler(
            "descheduler",
            DeschedulerArgs(cluster=cluster, image=images.descheduler, namespace=namespace, priority_classes=classes),
            options,
        )


def tenants_layer(
    plans: Iterable[TenantPlan],
    provider: kubernetes.Provider,
    platform: Platform,
    databases: Mapping[str, DatabaseAddress] = MappingProxyType({}),
) -> dict[str, dict[str, Any]]:
    """The tenants of one shard. Returns what the stack records of each, by id. databases: where those are that are not
    in the cluster, by tenant."""
    options = pulumi.ResourceOptions(providers=[provider])
    recorded: dict[str, dict[str, Any]] = {}
    for plan in selected(plans):
        if plan.cluster.has_guard_rails:
            guard_rail = TenantGuardRailArgs(plan=plan, tier=platform.guard_rails)
            TenantGuardRail(f"{plan.tenant.id}-guard-rail", guard_rail, options)
        Tenant(
            plan.tenant.id,
            TenantArgs(
                plan=plan,
                priority_classes=platform.priority_classes,
                runtime_classes=platform.runtime_classes,
                queues=platform.queues,
                databases=platform.databases,
                database=databases.get(plan.tenant.id),
                mesh=platform.mesh,
            ),
            options,
        )
        recorded[plan.tenant.id] = facts(plan)
    return recorded
