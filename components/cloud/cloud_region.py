"""All that an environment has once in a region (H1, H2)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.cloud.audit_trail import AuditTrail, AuditTrailArgs, trail_name
from components.cloud.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.cloud.image_registry import ImageRegistry, ImageRegistryArgs
from components.cloud.network import Network, NetworkArgs
from components.cloud.network_endpoints import NetworkEndpoints, NetworkEndpointsArgs
from components.cloud.private_bucket import PrivateBucket, PrivateBucketArgs
from settings.aws.policies import for_logs, for_node_volumes, for_trail
from settings.aws.site import Site
from settings.storage import bucket_policy, lifecycle_rules, service_key, shared_bucket
from settings.volume import KeyRotation

KEYS = ("databases", "images", "logs", "objects", "secrets", "volumes")
"""Services of the platform that have a key each (F5)."""


@dataclass(frozen=True, kw_only=True)
class CloudRegionArgs:
    """Inputs of CloudRegion.

    site: environment and region. rotation: of its keys. first: whether it is the account's first region, which has the
    trail of all. repositories: of images.
    """

    site: Site
    rotation: KeyRotation
    first: bool
    repositories: tuple[str, ...] = ("platform", "tenants")


class CloudRegion(pulumi.ComponentResource):
    """What the clusters of a region share: network, keys, audit, images, the bucket of small tenants (H2, F4, F5, G5).

    Creates: an EncryptionKey for each of KEYS; Network with NetworkEndpoints; AuditTrail; ImageRegistry; the shared
    PrivateBucket.
    Outputs: network; keys (dict of ARNs, by service); vpc_id (str); private (ids of subnets); audit_ready.
    """

    keys: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: CloudRegionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:CloudRegion", name, {}, opts)
        site = args.site
        child = pulumi.ResourceOptions(parent=self)
        used_by = {
            "logs": (for_logs(site), for_trail(site, trail_name(site))),
            "volumes": for_node_volumes(site),
        }
        self.keys = {
            service: EncryptionKey(
                f"{name}-{service}",
                EncryptionKeyArgs(
                    settings=service_key(
                        service, site.environment, site.account, args.rotation, *used_by.get(service, ())
                    ),
                    alias=site.name(service),
                ),
                child,
            ).arn
            for service in KEYS
        }
        self.network = Network(f"{name}-network", NetworkArgs(site=site), child)
        NetworkEndpoints(
            f"{name}-endpoints",
            NetworkEndpointsArgs(site=site, network=self.network, logs_key=self.keys["logs"]),
            child,
        )
        self.audit_ready = AuditTrail(
            f"{name}-audit", AuditTrailArgs(site=site, key=self.keys["logs"], first=args.first), child
        ).ready
        ImageRegistry(
            f"{name}-images",
            ImageRegistryArgs(site=site, repositories=args.repositories, key=self.keys["images"]),
            child,
        )
        shared = shared_bucket(site.environment, site.region.name, site.account)
        PrivateBucket(
            f"{name}-objects",
            PrivateBucketArgs(
                bucket=shared,
                key=self.keys["objects"],
                policy=lambda key: bucket_policy(shared, site.account, key),
                lifecycle=lifecycle_rules(),
                tags=site.tags("objects"),
            ),
            child,
        )
        self.register_outputs({"keys": self.keys, "vpc_id": self.network.vpc_id, "private": self.network.private})
