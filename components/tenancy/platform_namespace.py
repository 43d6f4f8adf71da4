"""Namespace in which the platform keeps and runs what belongs to no tenant (C1, E1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking

from components.network.policy import CLOSED
from components.objects import in_namespace, platform_metadata
from components.tenancy.namespace import pod_security_labels


@dataclass(frozen=True, kw_only=True)
class PlatformNamespaceArgs:
    """Inputs of PlatformNamespace.

    name: of the namespace, from the topology. labels: further ones of it, which others choose it by.
    """

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


class PlatformNamespace(pulumi.ComponentResource):
    """A namespace of the platform's own, which no tenant has any right in (C1, E1).

    Creates: Namespace (Pod Security `restricted`), NetworkPolicy `default-deny` for all its pods, both ways. What is to
    run there brings the policy that lets it.
    Outputs: name (str), the namespace's name; namespace (Namespace), for depends_on of what lives in it.
    """

    name: str
    namespace: core.Namespace

    def __init__(self, name: str, args: PlatformNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:tenancy:PlatformNamespace", name, {}, opts)
        metadata = platform_metadata(args.name, "platform")
        self.namespace = core.Namespace(
            name,
            metadata={**metadata, "labels": {**metadata["labels"], **pod_security_labels(), **args.labels}},
            opts=pulumi.ResourceOptions(parent=self),
        )
        default_deny(self, name, self.namespace, args.name, "platform")
        self.name = args.name
        self.register_outputs({"name": self.name})


def default_deny(
    parent: pulumi.Resource, name: str, home: core.Namespace, namespace: str, component: str
) -> networking.NetworkPolicy:
    """NetworkPolicy `default-deny` of a namespace of the platform's: every pod, both ways, no rule (E1).

    name: logical name that its own begins with. home, namespace: the namespace, and its name. component: label of it.
    """
    return networking.NetworkPolicy(
        f"{name}-default-deny",
        metadata={**platform_metadata("default-deny", component), "namespace": namespace},
        spec=dict(CLOSED),
        opts=in_namespace(parent, home),
    )
