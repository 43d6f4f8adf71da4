"""A pool of like nodes: size, labels, taints and what its pods can ask for (C6, C7)."""

from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator

from settings.fields import (
    CpuM,
    Distinct,
    LabelKey,
    LabelValue,
    MemoryBytes,
    Model,
    Name,
    NodeGpus,
    NodePods,
    Nodes,
    PoolKind,
    Replicas,
    Sharing,
    StorageBytes,
    TenantId,
    refuse,
)
from settings.problems import listed
from settings.quantities import format_bytes, format_count, format_cpu

POOL_LABEL = "tenantplane.dev/pool"
KIND_LABEL = "tenantplane.dev/pool-kind"
LIFECYCLE_LABEL = "tenantplane.dev/lifecycle"
SLA_LABEL = "tenantplane.dev/sla"
TENANT_TAINT = "tenantplane.dev/tenant"
TENANT_NODE_LABEL = "node-restriction.kubernetes.io/tenant"
"""Under this prefix a kubelet cannot relabel its own node into another tenant's pool (NodeRestriction)."""
GPU_TAINT = "nvidia.com/gpu"
"""The taint NVIDIA's own DaemonSets tolerate."""
RUNTIME_LABEL_PREFIX = "runtime.tenantplane.dev/"
"""With the id of a runtime: the node has it (C2). One each: a node has several, a RuntimeClass selects by equality."""
RESERVED_LABELS = (
    "tenantplane.dev/",
    "runtime.tenantplane.dev/",
    "node-restriction.kubernetes.io/",
    "kubernetes.io/",
    "topology.kubernetes.io/",
)

MIG_PROFILES: dict[str, dict[str, int]] = {
    "NVIDIA-A100-SXM4-40GB": {"1g.5gb": 7, "1g.10gb": 4, "2g.10gb": 3, "3g.20gb": 2, "4g.20gb": 1, "7g.40gb": 1},
    "NVIDIA-A100-SXM4-80GB": {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1},
    "NVIDIA-H100-80GB-HBM3": {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1},
}
"""Instances of each MIG profile that one device holds (NVIDIA MIG user guide, supported profiles)."""

Effect = Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


class NodeCapacity(Model):
    """What the pods of one node can use, that is the kubelet's allocatable: millicores, bytes, bytes, pods."""

    cpu_m: CpuM = Field(alias="cpu")
    memory_bytes: MemoryBytes = Field(alias="memory")
    ephemeral_storage_bytes: StorageBytes = Field(alias="ephemeral_storage")
    pods: NodePods = 110


class Taint(Model):
    """A taint on every node of a pool."""

    key: LabelKey
    value: LabelValue = ""
    effect: Effect = "NoSchedule"

    def toleration(self) -> dict[str, str]:
        """What a pod says to be let onto the node."""
        return {"key": self.key, "operator": "Equal", "value": self.value, "effect": self.effect}


KIND_TAINTED: tuple[PoolKind, ...] = ("system", "sandbox")
"""Kinds of pool that a pod has to be meant for."""
GPU_TAINTED = Taint(key=GPU_TAINT, value="present")


def kind_taint(kind: PoolKind) -> Taint:
    """The taint of the nodes of a kind in KIND_TAINTED."""
    return Taint(key=KIND_LABEL, value=kind)


class GpuDevices(Model):
    """GPUs of one node.

    model: short name tiers refer to, such as "a100".
    product: value of the label nvidia.com/gpu.product.
    count: devices, 1 to 16.
    sharing: none (whole), mig (profile names the slice) or time-slicing.
    replicas: slices or time slots that one device gives; for MIG all that fit when left out.
    """

    model: Name
    product: LabelValue
    count: NodeGpus
    sharing: Sharing = "none"
    profile: str | None = Field(default=None, validate_default=True)
    replicas: Replicas | None = Field(default=None, validate_default=True)

    @field_validator("profile")
    @classmethod
    def _profile_of_product(cls, value: str | None, info: ValidationInfo) -> str | None:
        sharing, product = info.data.get("sharing"), info.data.get("product")
        if sharing in ("none", "time-slicing") and value is not None:
            raise refuse(f"profile needs sharing mig, not {sharing}", "no profile")
        if sharing == "mig" and product is not None:
            known = MIG_PROFILES.get(product)
            if known is None:
                raise refuse(f"no MIG profiles are known of {product!r}", f"product {listed(MIG_PROFILES)}")
            if value not in known:
                raise refuse(f"{value!r} is no MIG profile of {product}", listed(known))
        return value

    @field_validator("replicas")
    @classmethod
    def _replicas_fit(cls, value: int | None, info: ValidationInfo) -> int | None:
        sharing = info.data.get("sharing")
        if sharing == "none" and value is not None:
            raise refuse("replicas need sharing mig or time-slicing", "no replicas")
        if sharing == "time-slicing" and (value is None or not 2 <= value <= 48):
            raise refuse("time-slicing needs the number of replicas", "2 to 48")
        if sharing == "mig" and value is not None:
            most = MIG_PROFILES.get(info.data.get("product", ""), {}).get(info.data.get("profile") or "", value)
            if value > most:
                raise refuse(f"{value} slices do not fit on one device", f"1 to {most}")
        return value

    @property
    def resource(self) -> str:
        """Extended resource that pods of the pool ask for (C7)."""
        if self.sharing == "mig":
            return f"nvidia.com/mig-{self.profile}"
        return "nvidia.com/gpu.shared" if self.sharing == "time-slicing" else "nvidia.com/gpu"

    @property
    def units(self) -> int:
        """How many of the resource one node has."""
        if self.sharing == "mig":
            return self.count * (self.replicas or MIG_PROFILES[self.product][self.profile or ""])
        return self.count * (self.replicas or 1)


def _usual_lifecycle(data: dict[str, Any]) -> Literal["on-demand", "spot"]:
    return "spot" if data.get("kind") == "spot" else "on-demand"


class NodePool(Model):
    """A pool of like nodes.

    min_nodes, max_nodes: bounds of autoscaling.
    nodes: how many a local cluster runs; min_nodes when left out.
    lifecycle: whether a node can be taken away; "spot" for kind spot, else "on-demand".
    sla: "premium" draws the pods of tiers with priority class enterprise (D3); default "standard".
    tenant: owner of a dedicated pool, and only of one.
    zones: nodes take them in turn.
    labels, taints: on top of those the kind brings.
    """

    name: Name
    kind: PoolKind
    min_nodes: Nodes
    max_nodes: Nodes
    nodes: Nodes = Field(default_factory=lambda data: data["min_nodes"])
    capacity: NodeCapacity
    gpu: GpuDevices | None = Field(default=None, validate_default=True)
    lifecycle: Literal["on-demand", "spot"] = Field(default_factory=_usual_lifecycle)
    sla: Literal["standard", "premium"] = "standard"
    tenant: TenantId | None = Field(default=None, validate_default=True)
    instance_type: LabelValue | None = None
    zones: Annotated[tuple[Name, ...], Distinct] = ()
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    _region: str | None = PrivateAttr(default=None)
    _runtimes: tuple[str, ...] = PrivateAttr(default=())

    @field_validator("max_nodes")
    @classmethod
    def _above_min(cls, value: int, info: ValidationInfo) -> int:
        least = max(info.data.get("min_nodes", 0), 1)
        if value < least:
            raise refuse(f"max_nodes {value} is below {'min_nodes' if least > 1 else 'one'}", f"at least {least}")
        return value

    @field_validator("nodes")
    @classmethod
    def _between(cls, value: int, info: ValidationInfo) -> int:
        least, most = info.data.get("min_nodes", 0), info.data.get("max_nodes")
        if value < least or (most is not None and value > most):
            raise refuse(f"nodes {value} is out of the bounds", f"{least} to {most}")
        return value

    @field_validator("gpu")
    @classmethod
    def _gpu_by_kind(cls, value: GpuDevices | None, info: ValidationInfo) -> GpuDevices | None:
        kind = info.data.get("kind")
        if kind == "gpu" and value is None:
            raise refuse("a pool of kind gpu names no gpu", "gpu with model, product and count")
        if kind in ("system", "cpu", "sandbox") and value is not None:
            raise refuse(f"a pool of kind {kind} has no gpu", "kind gpu, spot or dedicated")
        return value

    @field_validator("lifecycle")
    @classmethod
    def _lifecycle_by_kind(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("kind") == "spot" and value != "spot":
            raise refuse("a pool of kind spot is not on-demand", "spot")
        return value

    @field_validator("tenant")
    @classmethod
    def _tenant_by_kind(cls, value: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("kind")
        if kind == "dedicated" and value is None:
            raise refuse("a dedicated pool names no tenant", "tenant with the id of a tenant")
        if kind not in ("dedicated", None) and value is not None:
            raise refuse(f"a pool of kind {kind} belongs to no tenant", "kind dedicated")
        return value

    @field_validator("labels")
    @classmethod
    def _labels_of_others(cls, value: dict[str, str]) -> dict[str, str]:
        if taken := [key for key in value if key.startswith(RESERVED_LABELS)]:
            raise refuse(f"label {taken[0]!r} is set by the platform", f"no label under {', '.join(RESERVED_LABELS)}")
        return value

    def node_labels(self, index: int = 0) -> dict[str, str]:
        """Labels of the pool's node number `index`; nodes take the zones in turn."""
        made = dict(self.labels)
        made |= {POOL_LABEL: self.name, KIND_LABEL: self.kind, LIFECYCLE_LABEL: self.lifecycle}
        made |= {f"{RUNTIME_LABEL_PREFIX}{runtime}": "true" for runtime in self._runtimes}
        if self.sla != "standard":
            made[SLA_LABEL] = self.sla
        if self._region is not None:
            made["topology.kubernetes.io/region"] = self._region
        if self.zones:
            made["topology.kubernetes.io/zone"] = self.zones[index % len(self.zones)]
        if self.instance_type is not None:
            made["node.kubernetes.io/instance-type"] = self.instance_type
        if self.tenant is not None:
            made[TENANT_NODE_LABEL] = self.tenant
        if self.gpu is not None:
            made |= {"nvidia.com/gpu.product": self.gpu.product, "nvidia.com/gpu.count": str(self.gpu.count)}
            # The entries of settings.gpu_sharing, by which NVIDIA's DaemonSets know what to do on the node.
            made |= {"nvidia.com/mig.config": self.name, "nvidia.com/device-plugin.config": self.name}
            if self.gpu.sharing == "time-slicing":
                made["nvidia.com/gpu.replicas"] = str(self.gpu.replicas)
        return made

    def has_runtime(self, runtime: str) -> bool:
        """Whether its nodes have a runtime of the catalogue, by id."""
        return runtime in self._runtimes

    def node_taints(self) -> tuple[Taint, ...]:
        """Taints of every node: those of the kind, of spot and of GPUs, then the pool's own."""
        made: list[Taint] = []
        if self.kind in KIND_TAINTED:
            made.append(kind_taint(self.kind))
        if self.tenant is not None:
            made.append(Taint(key=TENANT_TAINT, value=self.tenant))
        if self.lifecycle == "spot":
            made.append(Taint(key=LIFECYCLE_LABEL, value="spot"))
        if self.gpu is not None:
            made.append(GPU_TAINTED)
        return (*made, *self.taints)

    def tolerations(self) -> tuple[dict[str, str], ...]:
        """Tolerations a pod needs for every taint of the pool (C6)."""
        return tuple(taint.toleration() for taint in self.node_taints())

    def allocatable(self) -> dict[str, str]:
        """What one node gives to pods, as canonical quantities, extended resources included."""
        made = {
            "cpu": format_cpu(self.capacity.cpu_m),
            "memory": format_bytes(self.capacity.memory_bytes),
            "ephemeral-storage": format_bytes(self.capacity.ephemeral_storage_bytes),
            "pods": format_count(self.capacity.pods),
        }
        if self.gpu is not None:
            made[self.gpu.resource] = format_count(self.gpu.units)
        return made
