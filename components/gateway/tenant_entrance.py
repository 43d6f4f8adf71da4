"""A tenant's host at the gateway: who gets in, how much, and as whom (B2, B3)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core

from components.gateway.envoy import (
    ENVOY_API,
    GATEWAY_API,
    ROUTE,
    limits_policy_spec,
    route_spec,
    token_policy_spec,
)
from components.objects import in_namespace, tenant_metadata
from settings import TenantPlan
from settings.gateway import Entrance


@dataclass(frozen=True, kw_only=True)
class TenantEntranceArgs:
    """Inputs of TenantEntrance.

    plan: the tenant. entrance: its host, tokens, limits and paths, as settings.gateway derives them. namespace: of the
    tenant, where its services are.
    """

    plan: TenantPlan
    entrance: Entrance
    namespace: core.Namespace


class TenantEntrance(pulumi.ComponentResource):
    """The host of a tenant, open to the tenant's own tokens alone (B2, B3).

    Creates: SecurityPolicy (token of the cluster's issuer, for its audience, with the claims `tenant` and `tier` of
    this very tenant, which become `x-tenant-id` and `x-tenant-tier`), BackendTrafficPolicy (requests per minute by
    tier, size of a request, time for an answer) and HTTPRoute (the host `<id>.<domain>`, `/<name>` of each workload to
    its Service), in the tenant's namespace and all called `tenant`. The route comes last, so that it never is there
    without its policies; without them the gateway's own let nobody in.
    A suspended or leaving tenant has no entrance (A7).
    Outputs: host (str).
    """

    host: str

    def __init__(self, name: str, args: TenantEntranceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:gateway:TenantEntrance", name, {}, opts)
        metadata = tenant_metadata(args.plan, ROUTE)
        policies = [
            CustomResource(
                f"{name}-{logical}",
                api_version=ENVOY_API,
                kind=kind,
                metadata=metadata,
                spec=spec,
                opts=in_namespace(self, args.namespace),
            )
            for logical, kind, spec in (
                ("tokens", "SecurityPolicy", token_policy_spec(args.entrance)),
                ("limits", "BackendTrafficPolicy", limits_policy_spec(args.entrance)),
            )
        ]
        CustomResource(
            f"{name}-route",
            api_version=GATEWAY_API,
            kind="HTTPRoute",
            metadata=metadata,
            spec=route_spec(args.entrance, args.plan.cluster.gateway_namespace),
            opts=in_namespace(self, args.namespace, *policies),
        )
        self.host = args.entrance.host
        self.register_outputs({"host": self.host})
