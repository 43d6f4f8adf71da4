"""Whose pods give way to whose: the order of priorities in a cluster (C8, D5)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.scheduling import v1 as scheduling

from components.objects import platform_metadata


@dataclass(frozen=True, kw_only=True)
class Priority:
    """A PriorityClass: its value, whether its pods may evict lower ones, and what it is for."""

    name: str
    value: int
    preempts: bool
    description: str


PRIORITIES: tuple[Priority, ...] = (
    # Below a user class's maximum of 1,000,000,000 and well apart, so that a class fits in between without renumbering.
    Priority(
        name="critical", value=100_000_000, preempts=True, description="Platform services without which no tenant works"
    ),
    Priority(
        name="enterprise", value=1_000_000, preempts=True, description="Workloads of tenants of the highest tiers"
    ),
    Priority(name="team", value=100_000, preempts=True, description="Workloads of tenants of the middle tiers"),
    Priority(name="free", value=10_000, preempts=True, description="Workloads of tenants of the lowest tiers"),
    # Waits for room: a batch job is never worth an eviction.
    Priority(
        name="batch", value=1_000, preempts=False, description="Deferrable work of any tenant; waits, never evicts"
    ),
    # Not under -10, where the cluster autoscaler would ignore the pods: keeping warm room is what they are for.
    Priority(
        name="placeholder", value=-10, preempts=False, description="Keeps room for cold starts; first to be evicted"
    ),
)
TENANT_SELF_SERVICE = "batch"
"""The class that every tenant may use beside that of its tier."""


@dataclass(frozen=True, kw_only=True)
class PriorityClassesArgs:
    """Inputs of PriorityClasses.

    priorities: the classes to make; the default is the order of C8.
    """

    priorities: tuple[Priority, ...] = PRIORITIES


class PriorityClasses(pulumi.ComponentResource):
    """The PriorityClasses of a cluster, once per cluster (C8, D5).

    Creates: a PriorityClass per row of PRIORITIES. None is the global default: a pod that names no class has priority
    0, above placeholders and below all the others.
    Outputs: names (list of str); classes (dict of str to PriorityClass), for depends_on of pods that name one.
    """

    names: list[str]
    classes: dict[str, scheduling.PriorityClass]

    def __init__(self, name: str, args: PriorityClassesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:scheduling:PriorityClasses", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.classes = {
            each.name: scheduling.PriorityClass(
                f"{name}-{each.name}",
                metadata=platform_metadata(each.name, "priority-classes"),
                value=each.value,
                preemption_policy="PreemptLowerPriority" if each.preempts else "Never",
                description=each.description,
                opts=child,
            )
            for each in args.priorities
        }
        self.names = list(self.classes)
        self.register_outputs({"names": self.names})
