"""Where a tenant's Jobs wait, and what they are admitted to (D1)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core

from components.objects import Manifest, in_namespace, tenant_metadata
from components.scheduling.kueue import API_VERSION, QUEUE, resource_group
from settings import ResolvedQueue, TenantPlan, names
from settings.quantities import format_cpu


@dataclass(frozen=True, kw_only=True)
class TenantQueueArgs:
    """Inputs of TenantQueue.

    plan: the tenant. queue: that of the plan: flavors with what is its own and what it may borrow. prerequisites:
    flavors and cohorts that the same stack makes; empty where another stack has made them.
    """

    plan: TenantPlan
    queue: ResolvedQueue
    prerequisites: tuple[pulumi.Resource, ...] = ()


class TenantQueue(pulumi.ComponentResource):
    """The queue of one tenant's Jobs (A2-A4, A7, D1).

    Creates: ClusterQueue `tenant-<id>` (admits Jobs of the tenant's namespaces alone: at once within what the tenant is
    guaranteed and its services leave, up to its ceiling while others leave theirs idle; whoever lent it takes it back;
    within the queue a higher priority goes first, and takes the room of lower ones), LocalQueue `default` in its
    namespace and in those beside it, which takes every Job whether it names a queue or not. So one budget holds for the
    Jobs of all namespaces of a tenant (A6).
    Suspended or leaving, the queue admits nothing and what ran goes back to it, until the tenant is active again (A7).
    The ClusterQueue is made before the namespaces, which wait for it, and so outlives them: while a Job of its is
    admitted it cannot be deleted, and Jobs end with their namespace.
    Outputs: queue (str), the name of the ClusterQueue; first (list of resources), what its namespaces wait for.
    """

    queue: str

    def __init__(self, name: str, args: TenantQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:scheduling:TenantQueue", name, {}, opts)
        self.queue = args.plan.namespace
        self._name, self._plan = name, args.plan
        self._cluster_queue = CustomResource(
            name,
            api_version=API_VERSION,
            kind="ClusterQueue",
            metadata={"name": self.queue, "labels": args.plan.labels},
            spec=cluster_queue_spec(args.plan, args.queue),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.prerequisites)),
        )
        self.first: list[pulumi.Resource] = [self._cluster_queue]

    def serve(self, namespace: core.Namespace, children: Mapping[str, core.Namespace]) -> None:
        """Make the LocalQueues, once there are namespaces. children: those beside the home, by the names in the
        tenant's file."""
        homes = [(f"{self._name}-local", self._plan, namespace)]
        homes += [
            (f"{self._name}-local--{each.child}", each, children[str(each.child)]) for each in self._plan.children
        ]
        for logical, plan, home in homes:
            CustomResource(
                logical,
                api_version=API_VERSION,
                kind="LocalQueue",
                metadata=tenant_metadata(plan, QUEUE),
                spec={"clusterQueue": self.queue},
                opts=in_namespace(self, home, self._cluster_queue),
            )
        self.register_outputs({"queue": self.queue})


def cluster_queue_spec(plan: TenantPlan, queue: ResolvedQueue) -> Manifest:
    """Spec of the ClusterQueue."""
    return {
        "cohortName": queue.cohort,
        # On the Namespace, which no role of a tenant may write. Without a selector the queue would be everybody's.
        "namespaceSelector": {"matchLabels": {names.TENANT_LABEL: plan.tenant.id}},
        "queueingStrategy": "BestEffortFIFO",
        "resourceGroups": [
            resource_group(
                queue.resources,
                {share.flavor: share.nominal for share in queue.shares},
                {share.flavor: share.borrowing for share in queue.shares},
            )
        ],
        "preemption": {"reclaimWithinCohort": "Any", "withinClusterQueue": "LowerPriority"},
        "fairSharing": {"weight": format_cpu(queue.weight_m)},
        "stopPolicy": "HoldAndDrain" if queue.stopped else "None",
    }
