"""A cluster of EKS: its control plane, and who may talk to it (H2)."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, eks, iam

from components.cloud.network import Network
from components.objects import keeps_everybodys_data
from settings.audit import RETENTION_DAYS
from settings.aws import EksCluster
from settings.aws.addons import EXPECTED_TAG, expected
from settings.aws.policies import node_policy, trusts_service
from settings.aws.site import Site

PART = "cluster"
LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""All that EKS has."""
ADMIN_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
CONTROL_PLANE_POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
"""AWS's own, by which EKS works for us; its control plane is refused with less (Amazon EKS User Guide, "Cluster IAM
role"). It has wildcards; nobody but EKS can have the role."""


@dataclass(frozen=True, kw_only=True)
class ManagedClusterArgs:
    """Inputs of ManagedCluster.

    site: environment and region. cluster: its name in the topology. settings: what the topology says of it. network:
    of its region. service_range: of its Services. addons: what the platform expects in it, by the topology's names.
    secrets_key, logs_key: ARNs of the keys of Secrets and of log groups.
    """

    site: Site
    cluster: str
    settings: EksCluster
    network: Network
    service_range: str
    addons: tuple[str, ...]
    secrets_key: pulumi.Input[str]
    logs_key: pulumi.Input[str]


class ManagedCluster(pulumi.ComponentResource):
    """A control plane of EKS that nobody reaches from outside and that cannot be replaced by a slip (H2, G5).

    Creates: LogGroup of its five logs (180 days, encrypted, made before EKS would make one that is kept for ever); a
    Role for EKS; Cluster `tp-<environment>-<cluster>` (protected, deletion-protected; private endpoint; Secrets
    encrypted with `secrets_key`; access by entries only, its maker no admin, both set at birth, because a later change
    replaces it; no add-on that it would bring unpinned; a tag with those that the platform expects); a Role for nodes
    with its AccessEntry; for each of `admins` AccessEntry and AccessPolicyAssociation.
    Outputs: name (str), at EKS; endpoint, authority (str), for whoever joins; security_group (str), which EKS gives to
    control plane and nodes; node_role_arn, node_role (str); log_group_name (str); ready (Cluster), for depends_on.
    """

    endpoint: pulumi.Output[str]
    authority: pulumi.Output[str]
    security_group: pulumi.Output[str]

    def __init__(self, name: str, args: ManagedClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:ManagedCluster", name, {}, opts)
        site, wanted = args.site, args.settings
        self.name = site.cluster_name(args.cluster)
        self.tags = site.tags(PART, args.cluster)
        child = pulumi.ResourceOptions(parent=self)
        logs = cloudwatch.LogGroup(
            name,
            name=f"/aws/eks/{self.name}/cluster",
            retention_in_days=RETENTION_DAYS,
            kms_key_id=args.logs_key,
            tags=self.tags,
            opts=keeps_everybodys_data(self),
        )
        self.log_group_name = logs.name
        role = iam.Role(
            f"{name}-control-plane",
            name=site.name(args.cluster, "control-plane"),
            assume_role_policy=json.dumps(
                trusts_service("eks.amazonaws.com", {"StringEquals": {"aws:SourceAccount": site.account}})
            ),
            tags=self.tags,
            opts=child,
        )
        attached = iam.RolePolicyAttachment(
            f"{name}-control-plane", role=role.name, policy_arn=CONTROL_PLANE_POLICY, opts=child
        )
        self.ready = eks.Cluster(
            name,
            name=self.name,
            version=wanted.version,
            role_arn=role.arn,
            deletion_protection=True,
            bootstrap_self_managed_addons=False,
            access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False},
            enabled_cluster_log_types=list(LOGS),
            encryption_config={"provider": {"key_arn": args.secrets_key}, "resources": ["secrets"]},
            kubernetes_network_config={"ip_family": "ipv4", "service_ipv4_cidr": args.service_range},
            upgrade_policy={"support_type": "STANDARD"},
            vpc_config={
                "subnet_ids": args.network.private,
                "endpoint_private_access": True,
                "endpoint_public_access": bool(wanted.public_endpoint),
                # Left out where there is none: AWS has 0.0.0.0/0 as the default of an endpoint that is not there.
                **({"public_access_cidrs": list(wanted.public_endpoint)} if wanted.public_endpoint else {}),
            },
            tags={**self.tags, EXPECTED_TAG: expected(args.addons, karpenter=wanted.karpenter)},
            opts=keeps_everybodys_data(self, logs, attached),
        )
        self.endpoint = self.ready.endpoint
        self.authority = self.ready.certificate_authority.apply(lambda told: told.data)
        self.security_group = self.ready.vpc_config.apply(lambda told: told.cluster_security_group_id)
        self._nodes(name, args)
        for principal in wanted.admins:
            self._admin(f"{name}-{principal.rpartition('/')[2]}", principal)
        self.register_outputs({"name": self.name, "endpoint": self.endpoint})

    def _nodes(self, name: str, args: ManagedClusterArgs) -> None:
        child = pulumi.ResourceOptions(parent=self)
        nodes = iam.Role(
            f"{name}-nodes",
            name=args.site.name(args.cluster, "nodes"),
            assume_role_policy=json.dumps(trusts_service("ec2.amazonaws.com")),
            tags=self.tags,
            opts=child,
        )
        iam.RolePolicy(
            f"{name}-nodes",
            name="own",
            role=nodes.name,
            policy=json.dumps(node_policy(args.site, args.cluster)),
            opts=child,
        )
        self.node_role_arn, self.node_role = nodes.arn, nodes.name
        eks.AccessEntry(
            f"{name}-nodes",
            cluster_name=self.name,
            principal_arn=nodes.arn,
            type="EC2_LINUX",
            tags=self.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.ready]),
        )

    def _admin(self, name: str, principal: str) -> None:
        entry = eks.AccessEntry(
            name,
            cluster_name=self.name,
            principal_arn=principal,
            tags=self.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.ready]),
        )
        eks.AccessPolicyAssociation(
            name,
            cluster_name=self.name,
            principal_arn=principal,
            policy_arn=ADMIN_POLICY,
            access_scope={"type": "cluster"},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[entry]),
        )
