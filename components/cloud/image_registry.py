"""Where the platform's and the tenants' images are kept and looked at (G7)."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws import ecr

from components.objects import keeps_everybodys_data
from settings.aws.registry import lifecycle
from settings.aws.site import Site

PART = "images"


@dataclass(frozen=True, kw_only=True)
class ImageRegistryArgs:
    """Inputs of ImageRegistry.

    site: environment and region. repositories: names, below `<environment>/`. key: ARN of the key of images.
    """

    site: Site
    repositories: tuple[str, ...]
    key: pulumi.Input[str]


class ImageRegistry(pulumi.ComponentResource):
    """Repositories whose tags cannot move and whose images are looked at when they come and whenever a flaw is known.

    Basic scanning has no schedule; the continuous one of Amazon Inspector looks again when its list of flaws changes,
    which is more often than G7's week (G7, F5). What runs is looked at weekly in the clusters besides (ImageScan).
    Creates: RegistryScanningConfiguration of the account in the region, and for each repository Repository (protected,
    immutable tags, the platform's key) and LifecyclePolicy (untagged images go after 14 days).
    Outputs: urls (dict of str), by repository.
    """

    def __init__(self, name: str, args: ImageRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:ImageRegistry", name, {}, opts)
        site = args.site
        child = pulumi.ResourceOptions(parent=self)
        everything = [{"filter": "*", "filter_type": "WILDCARD"}]
        ecr.RegistryScanningConfiguration(
            name,
            scan_type="ENHANCED",
            rules=[{"scan_frequency": "CONTINUOUS_SCAN", "repository_filters": everything}],
            opts=child,
        )
        self.urls: dict[str, pulumi.Output[str]] = {}
        for each in args.repositories:
            made = ecr.Repository(
                f"{name}-{each}",
                name=f"{site.environment}/{each}",
                image_tag_mutability="IMMUTABLE",
                image_scanning_configuration={"scan_on_push": True},
                encryption_configurations=[{"encryption_type": "KMS", "kms_key": args.key}],
                force_delete=False,
                tags=site.tags(PART),
                opts=keeps_everybodys_data(self),
            )
            ecr.LifecyclePolicy(f"{name}-{each}", repository=made.name, policy=json.dumps(lifecycle()), opts=child)
            self.urls[each] = made.repository_url
        self.register_outputs({"urls": self.urls})
