"""What controllers in a cluster need of AWS: roles, and for Karpenter its queue (C6, H2)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, iam, sqs

from components.cloud.managed_cluster import ManagedCluster
from components.cloud.pod_role import PodRole, PodRoleArgs
from settings.aws.controllers import AUTOSCALER, INTERRUPTIONS, KARPENTER, TARGETS, Controller, queue_policy
from settings.aws.policies import autoscaler_policy, karpenter_policy, targets_policy
from settings.aws.site import Site

PART = "controllers"
MESSAGE_S = 300
"""How long a message about an interruption is kept: a spot node has two minutes."""


@dataclass(frozen=True, kw_only=True)
class ClusterControllersArgs:
    """Inputs of ClusterControllers.

    site, cluster: which cluster, by its name in the topology. made: its control plane. target_group: ARN of its load
    balancer's, which the AWS load balancer controller keeps. karpenter: whether Karpenter runs in it.
    """

    site: Site
    cluster: str
    made: ManagedCluster
    target_group: pulumi.Input[str]
    karpenter: bool


class ClusterControllers(pulumi.ComponentResource):
    """Roles of controllers that are installed in the cluster from their charts (H2, C6).

    Creates: PodRole of Cluster Autoscaler, of the AWS load balancer controller and, where it runs, of Karpenter; for
    the last an InstanceProfile of the nodes' role, a Queue with its QueuePolicy, and for each thing that ends a node an
    EventRule and EventTarget.
    Outputs: profile (str), name of the nodes' instance profile; queue (str), name of the queue; both "" without
    Karpenter.
    """

    def __init__(self, name: str, args: ClusterControllersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:ClusterControllers", name, {}, opts)
        site, cluster = args.site, args.cluster
        self.tags = site.tags(PART, cluster)
        self.profile: pulumi.Input[str] = ""
        self.queue: pulumi.Input[str] = ""
        self._role(
            name,
            args,
            AUTOSCALER,
            lambda: autoscaler_policy(
                site.cluster_name(cluster),
                site.cluster_arn(cluster),
                site.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*"),
            ),
        )
        self._role(name, args, TARGETS, targets_policy, args.target_group)
        if args.karpenter:
            self._karpenter(name, args)
        self.register_outputs({"profile": self.profile, "queue": self.queue})

    def _role(
        self,
        name: str,
        args: ClusterControllersArgs,
        controller: Controller,
        policy: Callable[..., Mapping[str, Any]],
        *given: pulumi.Input[str],
    ) -> None:
        PodRole(
            f"{name}-{controller.name}",
            PodRoleArgs(
                site=args.site,
                cluster=args.cluster,
                role=args.site.name(args.cluster, controller.name),
                namespace=controller.namespace,
                service_account=controller.account,
                policy=policy,
                given=given,
                tags=self.tags,
                after=(args.made.ready,),
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _karpenter(self, name: str, args: ClusterControllersArgs) -> None:
        site, cluster = args.site, args.cluster
        child = pulumi.ResourceOptions(parent=self)
        called = site.name(cluster, "interruptions", limit=80)
        profile = iam.InstanceProfile(
            name, name=site.name(cluster, "nodes"), role=args.made.node_role, tags=self.tags, opts=child
        )
        queue = sqs.Queue(
            name,
            name=called,
            message_retention_seconds=MESSAGE_S,
            sqs_managed_sse_enabled=True,
            tags=self.tags,
            opts=child,
        )
        sqs.QueuePolicy(
            name,
            queue_url=queue.url,
            policy=queue.arn.apply(lambda arn: json.dumps(queue_policy(arn, site))),
            opts=child,
        )
        for what, pattern in INTERRUPTIONS.items():
            rule = cloudwatch.EventRule(
                f"{name}-{what}",
                name=site.name(cluster, what),
                description=f"For Karpenter of {cluster}: {what}",
                event_pattern=json.dumps(pattern),
                tags=self.tags,
                opts=child,
            )
            cloudwatch.EventTarget(f"{name}-{what}", rule=rule.name, arn=queue.arn, target_id="queue", opts=child)
        self._role(
            name,
            args,
            KARPENTER,
            lambda role, queue_arn, profile_arn: karpenter_policy(site, cluster, role, queue_arn, profile_arn),
            args.made.node_role_arn,
            queue.arn,
            profile.arn,
        )
        self.profile, self.queue = profile.name, queue.name
