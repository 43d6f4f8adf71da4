"""Pods that do nothing but hold room, until somebody needs it (D5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi_kubernetes.apps import v1 as apps

from components.objects import Manifest, compute, platform_metadata, running_in_namespace
from components.security.hardened_pod import hardened_pod
from components.tenancy.platform_namespace import PlatformNamespace
from settings.placeholders import Placeholder

PRIORITY = "placeholder"
SKIP_AWAIT = {"pulumi.com/skipAwait": "true"}
"""Placeholders that find no room wait, and nobody has to wait for them."""


@dataclass(frozen=True, kw_only=True)
class PlaceholdersArgs:
    """Inputs of Placeholders.

    placeholders: per kind of pool, from settings: replicas, size, node selector, tolerations. image: of a program that
    sleeps, by digest. namespace: where they run. priority_classes: those that the same stack makes, by name.
    """

    placeholders: tuple[Placeholder, ...]
    image: str
    namespace: PlatformNamespace
    priority_classes: Mapping[str, pulumi.Resource] = field(default_factory=dict)


class Placeholders(pulumi.ComponentResource):
    """Holds 5 % of the shared pools for cold starts, once per cluster (D5).

    Creates: a Deployment for each kind of pool, of one pod for each node, at the lowest priority. Any pod of a class
    that may evict takes the room of one at once; its Deployment then waits for room elsewhere, which is what makes an
    autoscaler add a node. Batch work evicts nobody, and so leaves them.
    Outputs: names (list of str), of the Deployments.
    """

    names: list[str]

    def __init__(self, name: str, args: PlaceholdersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:scheduling:Placeholders", name, {}, opts)
        priority = [args.priority_classes[PRIORITY]] if PRIORITY in args.priority_classes else []
        options = running_in_namespace(self, args.namespace.namespace, *priority)
        self.names = [f"{name}-{each.kind}" for each in args.placeholders]
        for each, title in zip(args.placeholders, self.names, strict=True):
            metadata = platform_metadata(title, title)
            apps.Deployment(
                title,
                metadata={**metadata, "namespace": args.namespace.name, "annotations": SKIP_AWAIT},
                spec={
                    "replicas": each.replicas,
                    "revision_history_limit": 1,
                    "selector": {"match_labels": {"app.kubernetes.io/name": title}},
                    "template": {"metadata": {"labels": metadata["labels"]}, "spec": _pod(title, each, args.image)},
                },
                opts=options,
            )
        self.register_outputs({"names": self.names})


def _pod(title: str, placeholder: Placeholder, image: str) -> Manifest:
    amount = compute(placeholder.each)
    spread = {
        "max_skew": 1,
        "topology_key": "kubernetes.io/hostname",
        "when_unsatisfiable": "ScheduleAnyway",
        "label_selector": {"match_labels": {"app.kubernetes.io/name": title}},
    }
    where: Manifest = {"node_selector": placeholder.node_selector, "topology_spread_constraints": [spread]}
    if placeholder.tolerations:
        where["tolerations"] = list(placeholder.tolerations)
    container = {"name": "pause", "image": image, "resources": {"requests": amount, "limits": amount}}
    return {
        **hardened_pod(service_account="default", priority_class=PRIORITY, placement=where, containers=[container]),
        # Nothing to finish: its room is free in the moment it is asked for.
        "termination_grace_period_seconds": 0,
    }
