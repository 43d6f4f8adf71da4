"""Container runtimes and regions a catalogue may name (C2, F6)."""

from typing import Annotated

from pydantic import Field

from settings.fields import Capability, Compute, Distinct, Flag, Model, Name, PoolKind, Title, WorkloadKind


class Runtime(Model):
    """A RuntimeClass and where its pods may run (C2, C3).

    handler: the node's runtime handler.
    overhead: what one pod costs on top of its containers; the API server counts it against the quota.
    pools: kinds of node pool that have it, the preferred one first.
    workloads: kinds that may use it.
    default_for: kinds that use it when they name none, without GPUs or, where gpu is set, with.
    gpu: whether its pods have GPUs; a pod without one then takes another runtime.
    capabilities: what a workload that states it may have; its process is then root, inside the runtime's own kernel
    (C4). None where the node's kernel is shared.
    """

    id: Name
    title: Title
    handler: Name
    overhead: Compute | None = None
    pools: Annotated[tuple[PoolKind, ...], Distinct, Field(min_length=1)]
    workloads: Annotated[tuple[WorkloadKind, ...], Distinct] = ()
    default_for: Annotated[tuple[WorkloadKind, ...], Distinct] = ()
    gpu: Flag = False
    capabilities: Annotated[tuple[Capability, ...], Distinct] = ()

    def is_on(self, kind: PoolKind, *, gpu: bool) -> bool:
        """Whether the nodes of a pool have it. gpu: whether they have GPUs; a runtime for GPUs is nowhere else."""
        return kind in self.pools and (gpu or not self.gpu)


class RuntimesFile(Model):
    """catalog/runtimes.yaml."""

    runtimes: Annotated[tuple[Runtime, ...], Field(min_length=1)]


class Region(Model):
    """A place where clusters stand. jurisdiction: whose law holds there, such as "eu"."""

    id: Name
    title: Title
    jurisdiction: Name


class RegionsFile(Model):
    """catalog/regions.yaml."""

    regions: Annotated[tuple[Region, ...], Field(min_length=1)]
