"""The container runtimes of a cluster: how strongly a pod is kept from its node (C2)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.node import v1 as node

from components.objects import compute, platform_metadata
from settings import Runtime


@dataclass(frozen=True, kw_only=True)
class RuntimeClassesArgs:
    """Inputs of RuntimeClasses.

    runtimes: those of the catalogue, by id.
    """

    runtimes: Mapping[str, Runtime]


class RuntimeClasses(pulumi.ComponentResource):
    """A RuntimeClass per runtime of the catalogue, once per cluster (C2).

    Creates: RuntimeClass `<id>` with the node's handler and the overhead of a pod, which the API server counts against
    the tenant's quota. Which nodes have a runtime is said by the workload's placement.
    Outputs: names (list of str); classes (dict of str to RuntimeClass), for depends_on of pods that name one.
    """

    names: list[str]
    classes: dict[str, node.RuntimeClass]

    def __init__(self, name: str, args: RuntimeClassesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:sandbox:RuntimeClasses", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.classes = {}
        for runtime in args.runtimes.values():
            cost = runtime.overhead
            self.classes[runtime.id] = node.RuntimeClass(
                f"{name}-{runtime.id}",
                metadata=platform_metadata(runtime.id, "runtime-classes"),
                handler=runtime.handler,
                overhead=None if cost is None else {"pod_fixed": compute(cost)},
                opts=child,
            )
        self.names = list(self.classes)
        self.register_outputs({"names": self.names})
