"""What EKS itself runs in a cluster, pinned (H2)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import eks

from components.cloud.managed_cluster import ManagedCluster
from components.cloud.pod_role import PodRole, PodRoleArgs
from settings.aws import AddonVersions
from settings.aws.addons import CNI_ACCOUNT, EBS_ACCOUNT, SYSTEM, AddonSettings, addons
from settings.aws.policies import cni_policy, ebs_policy
from settings.aws.site import Site

PART = "addons"
NEED_NODES = ("coredns", "snapshot-controller", "aws-ebs-csi-driver")
"""Their controllers are pods of a Deployment; EKS calls them degraded until a node takes them."""


@dataclass(frozen=True, kw_only=True)
class ClusterAddonsArgs:
    """Inputs of ClusterAddons.

    site, cluster: which cluster, by its name in the topology. made: its control plane. versions: of the add-ons.
    volumes_key: ARN of the key of volumes. calico: whether Calico enforces its network policies. nodes: pools that
    have to be there before what is no DaemonSet.
    """

    site: Site
    cluster: str
    made: ManagedCluster
    versions: AddonVersions
    volumes_key: pulumi.Input[str]
    calico: bool = False
    nodes: tuple[pulumi.Resource, ...] = ()


class ClusterAddons(pulumi.ComponentResource):
    """EKS' add-ons at versions that the topology names; none comes or changes by itself (H2, E1).

    Creates: Addon each of the agent of Pod Identity, VPC CNI (network policies enforced, a prefix of addresses at a
    time), kube-proxy, CoreDNS, the snapshot controller and the EBS driver; PodRole for CNI and driver.
    Outputs: none.
    """

    def __init__(self, name: str, args: ClusterAddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:ClusterAddons", name, {}, opts)
        site, cluster = args.site, args.cluster
        policies: dict[str, tuple[Callable[..., Mapping[str, Any]], tuple[pulumi.Input[str], ...]]] = {
            CNI_ACCOUNT: (lambda: cni_policy(site, cluster), ()),
            EBS_ACCOUNT: (lambda key: ebs_policy(site, cluster, key), (args.volumes_key,)),
        }
        roles = {
            account: PodRole(
                f"{name}-{account}",
                PodRoleArgs(
                    site=site,
                    cluster=cluster,
                    role=site.name(cluster, account),
                    namespace=SYSTEM,
                    service_account=account,
                    policy=policy,
                    given=given,
                    tags=site.tags(PART, cluster),
                    associated=False,
                ),
                pulumi.ResourceOptions(parent=self),
            )
            for account, (policy, given) in policies.items()
        }
        for each in addons(args.versions, cluster, calico=args.calico):
            self._addon(f"{name}-{each.name}", each, args, roles)
        self.register_outputs({})

    def _addon(self, name: str, addon: AddonSettings, args: ClusterAddonsArgs, roles: Mapping[str, PodRole]) -> None:
        role = roles.get(addon.account or "")
        after = [args.made.ready, *(args.nodes if addon.name in NEED_NODES else ()), *((role,) if role else ())]
        eks.Addon(
            name,
            cluster_name=args.made.name,
            addon_name=addon.name,
            addon_version=addon.version,
            configuration_values=json.dumps(addon.configuration) if addon.configuration else None,
            pod_identity_associations=(
                [{"role_arn": role.arn, "service_account": addon.account}] if role is not None else None
            ),
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=args.made.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )
