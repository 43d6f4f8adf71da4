"""A role for the pods of one service account, by EKS Pod Identity (H2)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import eks, iam

from settings.aws.policies import trusts_pods
from settings.aws.site import Site


@dataclass(frozen=True, kw_only=True)
class PodRoleArgs:
    """Inputs of PodRole.

    site, cluster: which cluster, by its name in the topology. role: name of the role. namespace, service_account: whose
    pods. policy: what it may, by the values of `given`. given: ARNs and the like that are known when they are made.
    tags: whose it is; what policies elsewhere compare, such as `tenant`. associated: whether the association is made
    here; an add-on of EKS makes its own. after: what the association needs, where it is of the same stack: the cluster.
    """

    site: Site
    cluster: str
    role: str
    namespace: str
    service_account: str
    policy: Callable[..., Mapping[str, Any]]
    given: tuple[pulumi.Input[str], ...] = ()
    tags: Mapping[str, str]
    associated: bool = True
    after: tuple[pulumi.Resource, ...] = ()


class PodRole(pulumi.ComponentResource):
    """What a service account's pods may do at AWS, and no node, no other pod and no person with them (H2, B1).

    Creates: Role, which only EKS' agent gets, for that account of that namespace of that cluster; RolePolicy; where it
    is associated here PodIdentityAssociation.
    Outputs: arn, role (str), its ARN and name.
    """

    arn: pulumi.Output[str]
    role: pulumi.Output[str]

    def __init__(self, name: str, args: PodRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:PodRole", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        trust = trusts_pods(args.site.cluster_arn(args.cluster), args.namespace, args.service_account)
        role = iam.Role(name, name=args.role, assume_role_policy=json.dumps(trust), tags=args.tags, opts=child)
        self.arn, self.role = role.arn, role.name
        policy = iam.RolePolicy(
            name,
            name="own",
            role=role.name,
            policy=pulumi.Output.all(*args.given).apply(lambda given: json.dumps(args.policy(*given))),
            opts=child,
        )
        if args.associated:
            eks.PodIdentityAssociation(
                name,
                cluster_name=args.site.cluster_name(args.cluster),
                namespace=args.namespace,
                service_account=args.service_account,
                role_arn=role.arn,
                tags=args.tags,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, *args.after]),
            )
        self.register_outputs({"arn": self.arn, "role": self.role})
