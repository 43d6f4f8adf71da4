"""What tenants' processes are watched for while they run (G5)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.objects import platform_metadata
from settings import Cluster, Runtime, TenantPlan
from settings.detection import API_VERSION, detection_policies


@dataclass(frozen=True, kw_only=True)
class RuntimeDetectionArgs:
    """Inputs of RuntimeDetection.

    cluster: whose own namespaces are left alone. runtimes: those of the catalogue, by id; they say which kinds of
    workload share the node's kernel. plans: of all tenants of the cluster, whichever stack holds them.
    """

    cluster: Cluster
    runtimes: Mapping[str, Runtime]
    plans: tuple[TenantPlan, ...]


class RuntimeDetection(pulumi.ComponentResource):
    """Signs of escapes, foreign mounts, metadata access, shells and reaching for other tenants, once per cluster that
    has the addon tetragon (G5).

    Creates: TracingPolicy for each sign: `tenantplane-escape`, `-foreign-mount`, `-cross-tenant` and `-shell` for pods
    in the node's kernel, `-sandbox-escape` for tenants' pods in a kernel of their own, `-metadata` for all pods outside
    the platform's namespaces. They tell and stop nothing; a call is told once a minute and thread. A tenant costs them
    its namespace's name and no object.
    Outputs: policies (list of str), their names.
    """

    policies: list[str]

    def __init__(self, name: str, args: RuntimeDetectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:RuntimeDetection", name, {}, opts)
        made = detection_policies(args.cluster, args.runtimes, args.plans)
        self.policies = list(made)
        for policy, spec in made.items():
            CustomResource(
                f"{name}-{policy}",
                api_version=API_VERSION,
                kind="TracingPolicy",
                metadata=platform_metadata(policy, "runtime-detection"),
                spec=spec,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"policies": self.policies})
