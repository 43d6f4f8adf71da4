"""Queues of a cluster: what there is to share, who shares it, and whose Jobs go first (C8, D1, D7)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.objects import Manifest, platform_metadata
from components.scheduling.kueue import API_VERSION, resource_group
from components.scheduling.priority_classes import PRIORITIES
from settings import Cluster
from settings.queue_plan import LEVELS, ROOT_COHORT, Flavor, cohort_name, counted, flavors

PART = "queues"


@dataclass(frozen=True, kw_only=True)
class QueuesArgs:
    """Inputs of Queues.

    cluster: its node pools are what there is to share. families: of tiers; each has a cohort. surplus: by flavor and
    resource, what is guaranteed to nobody: millicores, bytes, devices.
    """

    cluster: Cluster
    families: tuple[str, ...]
    surplus: dict[str, dict[str, int]]


class Queues(pulumi.ComponentResource):
    """What all queues of a cluster have in common, once per cluster that has the addon kueue (C8, D1, D7).

    Creates: Topology `hosts` (nodes) and `racks` (blocks, racks, nodes), so that a Job is admitted only when nodes have
    room for it, and for all of its pods; ResourceFlavor for the nodes that all share, per pool with GPUs and per
    tenant's dedicated pools, which gives a Job the node selector and, but for GPUs, the tolerations of its nodes;
    Cohort `tenantplane`, whose quota is what the nodes hold beyond every guarantee, and below it a Cohort per family of
    tiers, whose tenants borrow from each other first; WorkloadPriorityClass per row of PRIORITIES, which orders a queue
    without regard to who may evict whose pods.
    Outputs: flavors (list of str), cohorts (list of str); objects, for depends_on of queues in the same stack.
    """

    flavors: list[str]
    cohorts: list[str]
    objects: tuple[pulumi.Resource, ...]

    def __init__(self, name: str, args: QueuesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:scheduling:Queues", name, {}, opts)
        self._name = name
        every = flavors(args.cluster)
        topologies = [
            self._object("Topology", topology, {"levels": [{"nodeLabel": label} for label in labels]})
            for topology, labels in LEVELS.items()
        ]
        made: list[pulumi.Resource] = [
            self._object("ResourceFlavor", flavor.name, _flavor(flavor), *topologies) for flavor in every
        ]
        nominal = {
            each.name: {resource: max(0, args.surplus[each.name][resource]) for resource in each.capacity}
            for each in every
        }
        shared = {"resourceGroups": [resource_group(counted(args.cluster), nominal)]}
        root = self._object("Cohort", ROOT_COHORT, shared, *made)
        families = [
            self._object("Cohort", cohort_name(family), {"parentName": ROOT_COHORT}, root) for family in args.families
        ]
        for each in PRIORITIES:
            # The SDK's CustomResource can say a spec and nothing else; this kind has none.
            pulumi.CustomResource(
                f"kubernetes:{API_VERSION}:WorkloadPriorityClass",
                f"{name}-priority-{each.name}",
                {
                    "apiVersion": API_VERSION,
                    "kind": "WorkloadPriorityClass",
                    "metadata": platform_metadata(each.name, PART),
                    "value": each.value,
                    "description": each.description,
                },
                pulumi.ResourceOptions(parent=self),
            )
        self.flavors = [each.name for each in every]
        self.cohorts = [ROOT_COHORT, *(cohort_name(family) for family in args.families)]
        self.objects = (*made, root, *families)
        self.register_outputs({"flavors": self.flavors, "cohorts": self.cohorts})

    def _object(self, kind: str, title: str, spec: Manifest, *after: pulumi.Resource) -> CustomResource:
        return CustomResource(
            f"{self._name}-{kind.lower()}-{title}",
            api_version=API_VERSION,
            kind=kind,
            metadata=platform_metadata(title, PART),
            spec=spec,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )


def _flavor(flavor: Flavor) -> Manifest:
    spec: Manifest = {"nodeLabels": flavor.node_labels, "topologyName": flavor.topology}
    if flavor.taints:
        spec["nodeTaints"] = [
            {"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in flavor.taints
        ]
    if flavor.tolerations:
        spec["tolerations"] = list(flavor.tolerations)
    return spec
