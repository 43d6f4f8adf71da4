"""Looks for known flaws in every image of the catalogue, weekly (G7)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.batch import v1 as batch
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking

from components.network.policy import outwards
from components.objects import Manifest, in_namespace, platform_metadata, running_in_namespace
from components.scheduling.placement import system_placement
from components.security.hardened_pod import hardened_pod
from components.security.platform_account import account
from components.tenancy.platform_namespace import PlatformNamespace
from settings.cluster import Cluster
from settings.image_scan import WEEKLY, image_list, scan_script

NAME = "image-scan"
PRIORITY = "batch"
LONGEST_S = 6 * 3_600
CACHE = "4Gi"
"""Of disk: the scanner's database, some 1 GB unpacked, and the layers of one image."""
FOLDER = "/scan"


@dataclass(frozen=True, kw_only=True)
class ImageScanArgs:
    """Inputs of ImageScan.

    cluster: its system pools. images: each with who runs it. image: trivy and a POSIX shell, by digest. namespace:
    where it runs.
    """

    cluster: Cluster
    images: Mapping[str, tuple[str, ...]]
    image: str
    namespace: PlatformNamespace


class ImageScan(pulumi.ComponentResource):
    """Looks weekly for flaws of severity HIGH and CRITICAL in every image that the catalogue names, tenants' and the
    platform's, by digest, once per cluster (G7).

    Creates: ServiceAccount (without rights), ConfigMap with the images and who runs each, NetworkPolicy (out to
    registries, TCP 443), CronJob `image-scan` (hardened to `restricted`, in the system pools). A run whose Job failed
    found something, or could not look; its log ends in a line for each tenant and image. For registries that ask who
    comes, put a Secret `image-scan-registries` of type `kubernetes.io/dockerconfigjson` beside it.
    Outputs: none.
    """

    def __init__(self, name: str, args: ImageScanArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:ImageScan", name, {}, opts)
        child = in_namespace(self, args.namespace.namespace)
        metadata = {**platform_metadata(NAME, NAME), "namespace": args.namespace.name}
        who = account(self, name, NAME, args.namespace)
        listed = core.ConfigMap(
            f"{name}-images", metadata=metadata, data={"images": image_list(args.images)}, opts=child
        )
        networking.NetworkPolicy(f"{name}-network", metadata=metadata, spec=outwards(NAME, 443), opts=child)
        batch.CronJob(
            name,
            metadata=metadata,
            spec=_schedule(args, metadata["labels"]),
            opts=running_in_namespace(self, args.namespace.namespace, who, listed),
        )
        self.register_outputs({})


def _schedule(args: ImageScanArgs, labels: Manifest) -> Manifest:
    container = {
        "name": NAME,
        "image": args.image,
        "command": ["/bin/sh", "-c", scan_script(f"{FOLDER}/images")],
        "env": [
            {"name": "TRIVY_CACHE_DIR", "value": "/cache"},
            {"name": "DOCKER_CONFIG", "value": "/registries"},
        ],
        "resources": {
            "requests": {"cpu": "200m", "memory": "512Mi", "ephemeral-storage": CACHE},
            "limits": {"cpu": "1", "memory": "2Gi", "ephemeral-storage": CACHE},
        },
        "volume_mounts": [
            {"name": "images", "mount_path": FOLDER, "read_only": True},
            {"name": "registries", "mount_path": "/registries", "read_only": True},
            {"name": "cache", "mount_path": "/cache"},
        ],
    }
    pod = hardened_pod(
        service_account=NAME, priority_class=PRIORITY, placement=system_placement(args.cluster), containers=[container]
    )
    registries = {
        "secret_name": "image-scan-registries",
        "optional": True,
        "items": [{"key": ".dockerconfigjson", "path": "config.json"}],
    }
    volumes = [
        *pod["volumes"],
        {"name": "images", "config_map": {"name": NAME}},
        {"name": "registries", "secret": registries},
        {"name": "cache", "empty_dir": {"size_limit": CACHE}},
    ]
    return {
        "schedule": WEEKLY,
        "time_zone": "Etc/UTC",
        "concurrency_policy": "Forbid",
        "starting_deadline_seconds": 24 * 3_600,
        "successful_jobs_history_limit": 1,
        "failed_jobs_history_limit": 4,
        "job_template": {
            "spec": {
                "backoff_limit": 0,
                "active_deadline_seconds": LONGEST_S,
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {**pod, "volumes": volumes, "restart_policy": "Never"},
                },
            }
        },
    }
