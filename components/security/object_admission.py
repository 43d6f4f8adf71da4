"""What the API server refuses of objects that tenants may write and that are no pods (B1, B5, C4, C5, E1, F4)."""

import json
from dataclasses import dataclass

import pulumi

from components.security.admission_policy import Values, admission_policy
from components.security.tenant_roles import RULES, SELF_SERVICE, role_name
from controls.admission import AdmissionPolicy, Asked
from controls.admission.held import AUTOSCALERS, BINDINGS, VOLUME_CLAIMS
from controls.admission.objects import PLATFORM_OBJECTS, TENANT_OBJECTS
from settings.storage import storage_class_name

OBJECT_POLICY = TENANT_OBJECTS.name
PLATFORM_POLICY = PLATFORM_OBJECTS.name
BINDING_POLICY = BINDINGS.name
CLAIM_POLICY = VOLUME_CLAIMS.name
SCALER_POLICY = AUTOSCALERS.name


def written() -> tuple[Asked, ...]:
    """What some role of a tenant may create or change, by API group; subresources left out."""
    found: dict[str, set[str]] = {}
    for each in (*(each for rules in RULES.values() for each in rules), *SELF_SERVICE):
        if {"create", "update", "patch"} & set(each["verbs"]):
            for group in each["api_groups"]:
                found.setdefault(group, set()).update(name for name in each["resources"] if "/" not in name)
    return tuple(
        Asked(group, tuple(sorted(found[group])), versions=("*",), namespaced=True)
        for group in sorted(found)
        if found[group]
    )


@dataclass(frozen=True, kw_only=True)
class ObjectAdmissionArgs:
    """Inputs of ObjectAdmission; the rules follow from the roles of TenantRoles.

    storage_classes: whether the cluster has a class of volumes for each tier.
    """

    storage_classes: bool = False


class ObjectAdmission(pulumi.ComponentResource):
    """Rules for what tenants write besides pods, once per cluster (A7, B1, B5, C5, E1, F4).

    Creates: five ValidatingAdmissionPolicies with their ValidatingAdmissionPolicyBindings, for every namespace that
    carries the `tenant` label. `tenantplane-tenant-objects`, for every kind that a role of a tenant may write, refuses
    another tenant's label, sandboxes that shed theirs, finalizers, owners whose deletion it would hold up, and secrets
    that are tokens of accounts.
    `tenantplane-platform-objects` keeps what the platform has made as it is: quota, limits, network policies, routes,
    role bindings, accounts, autoscalers, budgets, config maps and secrets with its label, and `kube-root-ca.crt`.
    `tenantplane-tenant-bindings` bounds role bindings to the tenant's own groups, the accounts of its namespace and the
    roles that are for tenants. `tenantplane-volume-claims` refuses a claim of a volume that is there already,
    `tenantplane-autoscalers` one that would scale a warm pool.
    Who may do the same in every namespace passes where the platform has to: the engine, and the cluster's controllers.
    Outputs: policies (list of str), the names of the policies.
    """

    policies: list[str]

    def __init__(self, name: str, args: ObjectAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:ObjectAdmission", name, {}, opts)
        classes: Values = {"storage_classes": "there", "storage_class": storage_class_name("")}
        parts: dict[str, tuple[AdmissionPolicy, Values]] = {
            "metadata": (TENANT_OBJECTS, {"written": written()}),
            "platform": (PLATFORM_OBJECTS, {}),
            "bindings": (BINDINGS, {"tenant_roles": json.dumps([role_name(role) for role in RULES])}),
            "claims": (VOLUME_CLAIMS, classes if args.storage_classes else {}),
            "autoscalers": (AUTOSCALERS, {}),
        }
        for part, (policy, values) in parts.items():
            admission_policy(self, f"{name}-{part}", policy, component="object-admission", values=values)
        self.policies = [policy.name for policy, _ in parts.values()]
        self.register_outputs({"policies": self.policies})
