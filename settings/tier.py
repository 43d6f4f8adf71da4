"""A tier: what a tenant is guaranteed, how far it may stretch, and what else it may have (A2, A3, A5)."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from settings.burst import BurstAllowance
from settings.fields import (
    BodyBytes,
    Compute,
    Count,
    DataIsolation,
    Distinct,
    Family,
    Flag,
    Gpus,
    Isolation,
    Model,
    Name,
    Pods,
    Rate,
    Seconds,
    Sessions,
    Sharing,
    StorageBytes,
    TenantPriority,
    Title,
    covering,
    refuse,
)
from settings.sandboxes import SandboxAllowance
from settings.volume import VolumeAllowance


class GpuAllowance(Model):
    """GPUs of a tier.

    count: how many, or with optional how many at most. model: GPU model such as "a100", None for any.
    optional: a tenant has none until its file asks for some. sharing: how the pool hands its GPUs out (C7); "none" is a
    whole one.
    """

    count: Gpus = 0
    model: Name | None = None
    optional: Flag = False
    sharing: Sharing = "none"


class Pupils(Model):
    """Size of school a tier is for (A3). min: inclusive. max: inclusive, None without end."""

    min: Count = 0
    max: Count | None = None

    @field_validator("max")
    @classmethod
    def _after_min(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and value < info.data.get("min", 0):
            raise refuse(f"max {value} is below min {info.data['min']}", f"at least {info.data['min']}")
        return value


class ObjectCounts(Model):
    """How many objects of each kind a tenant may store, so that none floods etcd (C1). Each 0 to 1,000,000."""

    configmaps: Count
    secrets: Count
    services: Count
    volumes: Count
    """PersistentVolumeClaims."""
    controllers: Count
    """Each of Deployments, StatefulSets, DaemonSets, ReplicationControllers, CronJobs, autoscalers, disruption budgets
    and leases."""
    jobs: Count
    replicasets: Count
    routes: Count
    """Ingresses, and each kind of Gateway API route."""
    policies: Count
    """NetworkPolicies, and each of Roles, RoleBindings and ServiceAccounts."""


class Tier(Model):
    """One tier of the catalogue.

    guaranteed: sum of requests a tenant may have; the platform reserves it.
    ceiling: sum of limits; the same as guaranteed when left out.
    storage_bytes: sum of a tenant's volumes, written `storage`.
    ephemeral_storage_bytes: sum of node-local scratch space, written `ephemeral_storage`.
    sessions_per_month: None for `unlimited`.
    pods: at once.
    pupils: for schools, the size the tier is sold for.
    load_balancers: Services of that type; default 0.
    requests_per_minute: at the gateway; default 1,000 (B2).
    request_body_bytes: of one request at the gateway, written `request_body`; default 10Mi (B2).
    answer_timeout_s: how long one answer may take there; default 60.
    data_isolation: of a tenant that names none; default "hybrid" (F1).
    isolation: levels a tenant of the tier may choose; default only "namespace" (A6).
    sandboxes: a tenant of the tier may have agent sandboxes, within these bounds; none when left out (C5).
    burst: the most that a tenant may add for a while; none when left out (G6).
    volumes: how fast each of its volumes is, and how often it is copied (F4).
    """

    id: Name
    family: Family
    title: Title
    guaranteed: Compute
    ceiling: Compute = Field(default_factory=lambda data: data["guaranteed"])
    gpus: GpuAllowance = GpuAllowance()
    storage_bytes: StorageBytes = Field(alias="storage")
    ephemeral_storage_bytes: StorageBytes = Field(alias="ephemeral_storage")
    sessions_per_month: Sessions
    pods: Pods
    pupils: Pupils | None = None
    priority_class: TenantPriority
    load_balancers: Count = 0
    requests_per_minute: Rate = 1000
    request_body_bytes: BodyBytes = Field(default=10 << 20, alias="request_body")
    answer_timeout_s: Seconds = 60
    data_isolation: DataIsolation = "hybrid"
    isolation: Annotated[tuple[Isolation, ...], Distinct, Field(min_length=1)] = ("namespace",)
    objects: ObjectCounts
    sandboxes: SandboxAllowance | None = None
    burst: BurstAllowance | None = None
    volumes: VolumeAllowance = VolumeAllowance()

    @field_validator("ceiling")
    @classmethod
    def _covers_guaranteed(cls, value: Compute, info: ValidationInfo) -> Compute:
        return covering(value, info.data.get("guaranteed"), "the ceiling is below what is guaranteed")


class TiersFile(Model):
    """catalog/tiers.yaml."""

    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
