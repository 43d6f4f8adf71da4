"""What the API server refuses in every tenant's namespace, whoever asks (B1, C6, C8)."""

import json
from dataclasses import dataclass

import pulumi

from components.objects import Manifest
from components.scheduling.priority_classes import TENANT_SELF_SERVICE
from components.security.admission_policy import IN_TENANTS, admission_policy, rule, validation
from settings import Tier, names
from settings.nodepool import KIND_LABEL, TENANT_TAINT

POD_POLICY = "tenantplane-tenant-pods"
SERVICE_POLICY = "tenantplane-tenant-services"


def variables(tiers: tuple[Tier, ...]) -> Manifest:
    """Named expressions of the policy: the tenant and tier of the namespace, and the priority classes of the tier."""
    classes = {tier.id: sorted({tier.priority_class, TENANT_SELF_SERVICE}) for tier in tiers}
    return [
        {"name": "tenant", "expression": f"namespaceObject.metadata.labels['{names.TENANT_LABEL}']"},
        {"name": "tier", "expression": f"namespaceObject.metadata.labels[?'{names.TIER_LABEL}'].orValue('')"},
        {"name": "classes", "expression": f"{json.dumps(classes, sort_keys=True)}[?variables.tier].orValue([])"},
        {"name": "tolerations", "expression": "object.spec.?tolerations.orValue([])"},
        {"name": "containers", "expression": "object.spec.containers + object.spec.?initContainers.orValue([])"},
    ]


def validations() -> Manifest:
    """The rules. Each is about something that a pod spec may say and neither RBAC nor Pod Security forbids."""
    return [
        # A higher class would evict other tenants' pods; the system classes are open to every namespace by default.
        validation(
            "object.spec.?priorityClassName.orValue('') in ([''] + variables.classes)",
            f"a tenant's pod may have the priority class of its tier or {TENANT_SELF_SERVICE!r}",
        ),
        # A pod that is born with a node passes by the scheduler and with it every taint that only keeps pods from
        # scheduling.
        validation(
            "request.operation != 'CREATE' || object.spec.?nodeName.orValue('') == ''",
            "a tenant's pod is placed by the scheduler and may not name its node",
        ),
        # Without a key a toleration means every taint.
        validation(
            "variables.tolerations.all(each, each.?key.orValue('') != '')",
            "a tenant's pod may not tolerate every taint",
        ),
        validation(
            f"variables.tolerations.all(each, each.?key.orValue('') != '{TENANT_TAINT}'"
            " || each.?value.orValue('') == variables.tenant)",
            "a tenant's pod may not tolerate the taint of another tenant's nodes",
        ),
        validation(
            f"variables.tolerations.all(each, each.?key.orValue('') != '{KIND_LABEL}'"
            " || !(each.?value.orValue('') in ['', 'system']))",
            "a tenant's pod may not tolerate the taint of the system nodes",
        ),
        # Metrics, logs and the way to the database go by this label (G1).
        validation(
            f"object.metadata.?labels['{names.TENANT_LABEL}'].orValue(variables.tenant) == variables.tenant",
            "a pod may not carry the label of another tenant",
        ),
        # An image that another tenant has pulled lies on the node; only a pull asks whether this one may have it.
        validation(
            "variables.containers.all(each, each.?imagePullPolicy.orValue('') == 'Always')",
            "a tenant's containers pull their image every time: set imagePullPolicy to Always",
        ),
    ]


def service_validations() -> Manifest:
    """The rules for Services."""
    return [
        # Such an address is taken from whoever it belongs to, on every node (CVE-2020-8554).
        validation(
            "object.spec.?externalIPs.orValue([]).size() == 0",
            "a tenant's Service may not claim external addresses",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class TenantAdmissionArgs:
    """Inputs of TenantAdmission.

    tiers: every tier of the catalogue; each names the priority class of its tenants.
    """

    tiers: tuple[Tier, ...]


class TenantAdmission(pulumi.ComponentResource):
    """Rules for what tenants run, once per cluster instead of one more quota per tenant (B1, C6, C8).

    Creates: ValidatingAdmissionPolicy `tenantplane-tenant-pods` and `tenantplane-tenant-services`, each with its
    ValidatingAdmissionPolicyBinding, for every namespace that carries the `tenant` label. The first refuses a priority
    class that is not the tier's or `batch`, a node chosen by name, a toleration of all taints, of the system nodes or
    of another tenant's nodes, another tenant's label, and an image that is not pulled every time. The second refuses
    external addresses.
    Outputs: policies (list of str), the names of the policies.
    """

    policies: list[str]

    def __init__(self, name: str, args: TenantAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:TenantAdmission", name, {}, opts)
        self.policies = [POD_POLICY, SERVICE_POLICY]
        pods = {**_about("pods"), "variables": variables(args.tiers), "validations": validations()}
        services = {**_about("services"), "validations": service_validations()}
        admission_policy(self, f"{name}-pods", pods, policy=POD_POLICY, component="tenant-admission")
        admission_policy(self, f"{name}-services", services, policy=SERVICE_POLICY, component="tenant-admission")
        self.register_outputs({"policies": self.policies})


def _about(resource: str) -> Manifest:
    """The part of a policy that says what it is asked about."""
    return {"match_constraints": {"namespace_selector": IN_TENANTS, "resource_rules": [rule("", resource)]}}
