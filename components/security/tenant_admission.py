"""What the API server refuses in every tenant's namespace, whoever asks (C4, C6, C8, G7)."""

import json
from dataclasses import dataclass

import pulumi

from components.security.admission_policy import Values, admission_policy, classes
from controls.admission.objects import SERVICES
from controls.admission.pods import TENANT_PODS
from settings import Tier

POD_POLICY = TENANT_PODS.name
SERVICE_POLICY = SERVICES.name


@dataclass(frozen=True, kw_only=True)
class TenantAdmissionArgs:
    """Inputs of TenantAdmission.

    tiers: every tier of the catalogue; each names the priority class of its tenants. registries: where images may come
    from; anywhere when empty.
    """

    tiers: tuple[Tier, ...]
    registries: tuple[str, ...] = ()


class TenantAdmission(pulumi.ComponentResource):
    """Rules for what tenants run, once per cluster instead of one more quota per tenant (C4, C6, C8, G7).

    Creates: ValidatingAdmissionPolicy `tenantplane-tenant-pods` and `tenantplane-tenant-services`, each with its
    ValidatingAdmissionPolicyBinding, for every namespace that carries the `tenant` label. The first refuses a priority
    class that is not the tier's or `batch`, a node chosen by name, a toleration of all taints, of the system nodes or
    of another tenant's nodes, a pod that does not choose its tenant's own nodes where it has such (A6), an image that
    is not named by digest, is not of the environment's registries or is not pulled every time, an inline csi volume,
    more than 600 s to end, affinity to pods of other tenants, and annotations that the node's network or runtime acts
    on.
    The second refuses external addresses, addresses of load balancers and names of other services.
    Outputs: policies (list of str), the names of the policies.
    """

    policies: list[str]

    def __init__(self, name: str, args: TenantAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:TenantAdmission", name, {}, opts)
        registries: Values = {
            "registries": ", ".join(args.registries),
            "registry_prefixes": json.dumps([f"{registry}/" for registry in args.registries]),
        }
        values: Values = {"classes": classes(args.tiers), **(registries if args.registries else {})}
        admission_policy(self, f"{name}-pods", TENANT_PODS, component="tenant-admission", values=values)
        admission_policy(self, f"{name}-services", SERVICES, component="tenant-admission")
        self.policies = [POD_POLICY, SERVICE_POLICY]
        self.register_outputs({"policies": self.policies})
