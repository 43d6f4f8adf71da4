"""The gateway of a cluster, and what holds for everybody who comes through it (B2, B3, F5)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking

from components.gateway.envoy import (
    CONTROLLER,
    ENVOY_API,
    GATEWAY_API,
    NAME,
    client_policy_spec,
    closed_policy_spec,
    gateway_spec,
)
from components.gateway.proxy_network import NETWORK, network
from components.objects import Manifest, in_namespace, platform_metadata
from components.tenancy.namespace import pod_security_labels
from components.tenancy.platform_namespace import default_deny
from settings.front_door import FrontDoor
from settings.mesh.rules import DEFAULT, NETWORKING, gateway_scope

COMPONENT = "gateway"


@dataclass(frozen=True, kw_only=True)
class PlatformGatewayArgs:
    """Inputs of PlatformGateway.

    domain: of the tenants' hosts. front_door: whose tokens count, and the Secret with the certificate. namespace: of
    the gateway, from the topology. system_namespace: where the platform's Prometheus runs. balancers: ranges of AWS's
    load balancers before it; none where clients reach it themselves. meshed: whether the cluster is in a mesh.
    """

    domain: str
    front_door: FrontDoor
    namespace: str
    system_namespace: str
    balancers: tuple[str, ...] = ()
    meshed: bool = False


class PlatformGateway(pulumi.ComponentResource):
    """One gateway for all tenants of a cluster, closed until a tenant's entrance opens its own host (B2, B3, E1, F5).

    Creates: Namespace for it (Pod Security `restricted`), in it NetworkPolicies `default-deny` and `proxies` (Envoy's
    pods are reached from anywhere on TCP 10443 and by Prometheus on 19001; they reach tenants' pods on TCP 8080, DNS,
    Envoy Gateway on 18000, the issuer's keys, and in a mesh istiod and the other clusters' gateways), GatewayClass and
    Gateway `tenantplane` (HTTPS on port 443 for
    `*.<domain>`, which takes HTTPRoutes of tenants' namespaces only), and for all that comes through it
    ClientTrafficPolicy (TLS 1.3 alone; client-sent copies of the identity headers taken away before anything reads
    them; headers with underscores and paths with escaped slashes refused; time and buffers bounded; a refusal for too
    many requests says when to come again) and SecurityPolicy (nobody is let in by a route without a policy of its own).
    Behind load balancers of AWS the listener names no host, since these say none when they open a connection; they
    alone reach the proxies, and `X-Forwarded-For` is believed for the one address that they add (B2).
    In a mesh also Sidecar `default`: the proxies of its pods know every tenant's services (E3).
    Envoy Gateway itself is installed beside it, with its proxies in the Gateway's namespace
    (`provider.kubernetes.deploy.type: GatewayNamespace`), where tenants' network policies let them in from.
    Outputs: domain (str).
    """

    domain: str

    def __init__(self, name: str, args: PlatformGatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:gateway:PlatformGateway", name, {}, opts)
        metadata = platform_metadata(args.namespace, COMPONENT)
        namespace = core.Namespace(
            args.namespace,
            metadata={**metadata, "labels": {**metadata["labels"], **pod_security_labels()}},
            opts=pulumi.ResourceOptions(parent=self),
        )
        networks = [
            default_deny(self, name, namespace, args.namespace, COMPONENT),
            networking.NetworkPolicy(
                f"{name}-network",
                metadata={**platform_metadata(NETWORK, COMPONENT), "namespace": args.namespace},
                spec=network(args.front_door, args.system_namespace, balancers=args.balancers, meshed=args.meshed),
                opts=in_namespace(self, namespace),
            ),
        ]
        class_ = CustomResource(
            f"{name}-class",
            api_version=GATEWAY_API,
            kind="GatewayClass",
            metadata=platform_metadata(NAME, COMPONENT),
            spec={"controllerName": CONTROLLER},
            opts=pulumi.ResourceOptions(parent=self),
        )
        inside = {**platform_metadata(NAME, COMPONENT), "namespace": args.namespace}
        CustomResource(
            name,
            api_version=GATEWAY_API,
            kind="Gateway",
            metadata=inside,
            spec=gateway_spec(args.domain, args.front_door.certificate, balanced=bool(args.balancers)),
            # Its policies first: it is never there without them.
            opts=in_namespace(self, namespace, class_, *networks, *self._policies(name, args, inside, namespace)),
        )
        if args.meshed:
            CustomResource(
                f"{name}-scope",
                api_version=NETWORKING,
                kind="Sidecar",
                metadata={**platform_metadata(DEFAULT, COMPONENT), "namespace": args.namespace},
                spec=gateway_scope(),
                opts=in_namespace(self, namespace),
            )
        self.domain = args.domain
        self.register_outputs({"domain": self.domain})

    def _policies(
        self, name: str, args: PlatformGatewayArgs, metadata: Manifest, namespace: core.Namespace
    ) -> list[CustomResource]:
        kinds = (
            ("clients", "ClientTrafficPolicy", client_policy_spec(balanced=bool(args.balancers))),
            ("closed", "SecurityPolicy", closed_policy_spec()),
        )
        return [
            CustomResource(
                f"{name}-{logical}",
                api_version=ENVOY_API,
                kind=kind,
                metadata=metadata,
                spec=spec,
                opts=in_namespace(self, namespace),
            )
            for logical, kind, spec in kinds
        ]
