"""The catalogue of tenants as typed, checked settings: pure Python, no Pulumi."""

from settings import names
from settings.approval import Offboarding
from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.fields import Compute
from settings.load import environments, load_catalogue
from settings.nodepool import GpuDevices, NodeCapacity, NodePool, Taint
from settings.plan import ResolvedWorkload, TenantPlan
from settings.planning import plan_tenants
from settings.problems import CatalogueError, Problem
from settings.queue_plan import ResolvedQueue
from settings.quota import LimitRange, ResolvedQuota
from settings.runtime import Region, Runtime
from settings.sandbox_plan import ResolvedSandboxes
from settings.tenant import Tenant, Workload
from settings.tier import Tier
from settings.topology import Topology
from settings.virtual_plan import ResolvedVirtualControlPlane

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Cluster",
    "Compute",
    "GpuDevices",
    "LimitRange",
    "NodeCapacity",
    "NodePool",
    "Offboarding",
    "Problem",
    "Region",
    "ResolvedQueue",
    "ResolvedQuota",
    "ResolvedSandboxes",
    "ResolvedVirtualControlPlane",
    "ResolvedWorkload",
    "Runtime",
    "Taint",
    "Tenant",
    "TenantPlan",
    "Tier",
    "Topology",
    "Workload",
    "environments",
    "load_catalogue",
    "names",
    "plan_tenants",
]
