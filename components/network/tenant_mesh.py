"""Whom a tenant's services let in, by who they are and not by where they come from (E3)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core

from components.objects import in_namespace, tenant_metadata
from settings import TenantPlan
from settings.mesh.rules import SECURITY, tenant_authorization

NAME = "tenant"


@dataclass(frozen=True, kw_only=True)
class TenantMeshArgs:
    """Inputs of TenantMesh.

    plan: the tenant, on a cluster that is in a mesh. namespace: whose services are meant.
    """

    plan: TenantPlan
    namespace: core.Namespace


class TenantMesh(pulumi.ComponentResource):
    """The opening of one namespace in the mesh's default deny (A7, B4, E3).

    Creates: AuthorizationPolicy `tenant`: lets in, to TCP 8080, the identities of the namespace itself (and of the
    tenant's others where its file connects them) in every cluster of the mesh and, at home, the gateway's. They are
    named with the mesh's trust domain: a namespace of the same name elsewhere is somebody else. To a suspended or
    leaving tenant nobody is let in. No role of a tenant may write it, nor another kind of the mesh.
    Outputs: policy (str), its name.
    Errors: ValueError for a tenant on a cluster without a mesh.
    """

    policy: str

    def __init__(self, name: str, args: TenantMeshArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:network:TenantMesh", name, {}, opts)
        CustomResource(
            name,
            api_version=SECURITY,
            kind="AuthorizationPolicy",
            metadata=tenant_metadata(args.plan, NAME),
            spec=tenant_authorization(args.plan),
            opts=in_namespace(self, args.namespace),
        )
        self.policy = NAME
        self.register_outputs({"policy": self.policy})
