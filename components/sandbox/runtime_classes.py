"""The container runtimes of a cluster: how strongly a pod is kept from its node (C2)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.node import v1 as node

from components.objects import Manifest, compute, platform_metadata
from settings import Runtime
from settings.nodepool import GPU_TAINTED, KIND_TAINTED, RUNTIME_LABEL_PREFIX, kind_taint


@dataclass(frozen=True, kw_only=True)
class RuntimeClassesArgs:
    """Inputs of RuntimeClasses.

    runtimes: those of the catalogue, by id.
    """

    runtimes: Mapping[str, Runtime]


class RuntimeClasses(pulumi.ComponentResource):
    """A RuntimeClass per runtime of the catalogue, once per cluster (C2).

    Creates: RuntimeClass `<id>` with the node's handler, the overhead of a pod, which the API server counts against the
    tenant's quota, and its scheduling: the label of the nodes that have the runtime, and tolerations of the taints
    which those kinds of node have. A pod that names the class comes to a node that can run it, whatever else it says.
    Nodes of one tenant alone and spot nodes are not tolerated: those a workload's placement has to choose.
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
                scheduling=scheduling(runtime),
                opts=child,
            )
        self.names = list(self.classes)
        self.register_outputs({"names": self.names})


def scheduling(runtime: Runtime) -> Manifest:
    """Which nodes a pod of the runtime goes to: by the label of the runtime, which its pools' nodes carry."""
    taints = [kind_taint(kind) for kind in runtime.pools if kind in KIND_TAINTED]
    if "gpu" in runtime.pools:
        taints.append(GPU_TAINTED)
    made: Manifest = {"node_selector": {f"{RUNTIME_LABEL_PREFIX}{runtime.id}": "true"}}
    if taints:
        made["tolerations"] = [taint.toleration() for taint in taints]
    return made
