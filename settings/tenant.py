"""A tenant, as its reviewed file says it (A1, A6, A7)."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from settings.address_range import AddressRange
from settings.approval import Offboarding
from settings.burst import Burst
from settings.credential import DatabaseCredential
from settings.fields import (
    Capability,
    Compute,
    Count,
    DataIsolation,
    Distinct,
    Dollars,
    Email,
    Gpus,
    Group,
    Image,
    Isolation,
    Lifecycle,
    Model,
    Name,
    Percent,
    Pods,
    Rate,
    Reason,
    Replicas,
    Sessions,
    StorageBytes,
    TenantId,
    Title,
    WorkloadKind,
    covering,
    refuse,
)
from settings.namespaces import Namespaces
from settings.sandboxes import Sandboxes

CONTAINER_REQUESTS = Compute.of("200m", "512Mi")
CONTAINER_LIMITS = Compute.of("500m", "1Gi")
"""What a container gets that names nothing (A4)."""


class ReplicaBounds(Model):
    """How many pods a workload runs: 1 to 10 unless said otherwise (C9)."""

    min: Replicas = 1
    max: Replicas = 10

    @field_validator("max")
    @classmethod
    def _at_least_min(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("min", 1):
            raise refuse(f"max {value} is below min {info.data['min']}", f"at least {info.data['min']}")
        return value


class Workload(Model):
    """Something a tenant runs (C10).

    kind: which reference workload.
    image: by digest (G7).
    requests, limits: of one pod; A4's container defaults when left out.
    gpus: of one pod; default 0.
    runtime: a runtime of the catalogue; the kind's default when left out (C3).
    pool: a node pool by name; any of a kind the runtime allows when left out.
    capabilities: what its process needs to start as root and give it up; none when left out (C4).
    environments: where it runs; in every one of the tenant's when left out.
    """

    name: Name
    kind: WorkloadKind
    image: Image
    replicas: ReplicaBounds = ReplicaBounds()
    requests: Compute = CONTAINER_REQUESTS
    limits: Compute = Field(default=CONTAINER_LIMITS, validate_default=True)
    gpus: Gpus = 0
    runtime: Name | None = None
    pool: Name | None = None
    capabilities: Annotated[tuple[Capability, ...], Distinct] = ()
    environments: Annotated[tuple[Name, ...], Distinct] = ()

    @field_validator("limits")
    @classmethod
    def _covers_requests(cls, value: Compute, info: ValidationInfo) -> Compute:
        return covering(value, info.data.get("requests"), "limits are below requests")


class Groups(Model):
    """OIDC groups of a tenant's people, by role (B5). Each group has one role in one tenant."""

    admins: Annotated[tuple[Group, ...], Distinct, Field(min_length=1)]
    developers: Annotated[tuple[Group, ...], Distinct] = ()
    viewers: Annotated[tuple[Group, ...], Distinct] = ()


class QuotaOverrides(Model):
    """Where a tenant departs from its tier, and why. What is left out stays the tier's.

    gpus: how many; needs a tier that has GPUs. gpu_pool: which pool they come from; the first that fits the tier.
    """

    reason: Reason
    guaranteed: Compute | None = None
    ceiling: Compute | None = None
    storage_bytes: StorageBytes | None = Field(default=None, alias="storage")
    ephemeral_storage_bytes: StorageBytes | None = Field(default=None, alias="ephemeral_storage")
    pods: Pods | None = None
    gpus: Gpus | None = None
    gpu_pool: Name | None = None
    load_balancers: Count | None = None
    requests_per_minute: Rate | None = None
    sessions_per_month: Sessions = None


class Budget(Model):
    """Money a tenant may cost. monthly_usd: whole dollars. alert_percent: of it, when to tell."""

    monthly_usd: Dollars
    alert_percent: Percent = 80


class Alerts(Model):
    """Whom the platform tells of alerts about the tenant (G2). mail: 1 to 5 addresses of its people."""

    mail: Annotated[tuple[Email, ...], Distinct, Field(min_length=1, max_length=5)]


class Tenant(Model):
    """catalog/tenants/<id>.yaml.

    region: home.
    residency: regions its data may be in; holds `region` (F6).
    isolation: one of the tier's levels; default "namespace" (A6).
    namespaces: further ones beside its home; given when, and only when, isolation is "namespaces" (A6).
    data_isolation: the tier's when left out (F1).
    database: which credential of its database is the current one; the first when left out (F5).
    environments: where it exists; every one that serves its tier when left out.
    placement: cluster by environment, where more than one could take it.
    sandboxes: its agent sandboxes; none when left out (C5).
    egress: address ranges outside the cluster that its pods may reach; none when left out (E2).
    burst: what it adds to its quota for a while, with an end; none when left out (G6).
    alerts: who is told of alerts about it; the platform's people alone when left out (G2).
    lifecycle: "active"; "suspended" runs nothing and keeps its data; "offboarding" lets it be deleted (A7).
    offboarding: given when, and only when, lifecycle is offboarding.
    """

    id: TenantId
    display_name: Title
    tier: Name
    region: Name
    residency: Annotated[tuple[Name, ...], Distinct, Field(min_length=1)]
    isolation: Isolation = "namespace"
    namespaces: Namespaces | None = Field(default=None, validate_default=True)
    data_isolation: DataIsolation | None = None
    environments: Annotated[tuple[Name, ...], Distinct] = ()
    placement: dict[Name, Name] = Field(default_factory=dict)
    groups: Groups
    database: DatabaseCredential = DatabaseCredential()
    workloads: tuple[Workload, ...] = ()
    sandboxes: Sandboxes | None = None
    egress: Annotated[tuple[AddressRange, ...], Distinct, Field(max_length=32)] = ()
    quota: QuotaOverrides | None = None
    burst: Burst | None = None
    budget: Budget
    alerts: Alerts | None = None
    lifecycle: Lifecycle = "active"
    offboarding: Offboarding | None = Field(default=None, validate_default=True)

    @field_validator("namespaces")
    @classmethod
    def _namespaces_by_isolation(cls, value: Namespaces | None, info: ValidationInfo) -> Namespaces | None:
        isolation = info.data.get("isolation")
        if isolation == "namespaces" and value is None:
            raise refuse("isolation namespaces names none", "namespaces with children, each with name and share")
        if isolation not in (None, "namespaces") and value is not None:
            raise refuse(f"further namespaces, but the isolation is {isolation}", "isolation namespaces")
        return value

    @field_validator("offboarding")
    @classmethod
    def _offboarding_by_lifecycle(cls, value: Offboarding | None, info: ValidationInfo) -> Offboarding | None:
        lifecycle = info.data.get("lifecycle")
        if lifecycle == "offboarding" and value is None:
            raise refuse(
                "lifecycle offboarding has no approval", "offboarding with approved_by, final_snapshot and reason"
            )
        if lifecycle in ("active", "suspended") and value is not None:
            raise refuse(f"an approval to off-board, but the lifecycle is {lifecycle}", "lifecycle offboarding")
        return value
