"""What the API server refuses of objects that tenants may write and that are no pods (B1, B5, C4, C5, E1, F4)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import pulumi

from components.objects import Manifest
from components.security.admission_policy import (
    CLUSTER_WIDE,
    admission_policy,
    annotated,
    asked_in_tenants,
    rule,
    something_new,
    tier_variable,
    validation,
)
from components.security.tenant_roles import RULES, SELF_SERVICE, role_name
from components.tenancy.namespace import GROUPS
from settings import names
from settings.storage import storage_class_name

OBJECT_POLICY = "tenantplane-tenant-objects"
PLATFORM_POLICY = "tenantplane-platform-objects"
BINDING_POLICY = "tenantplane-tenant-bindings"
CLAIM_POLICY = "tenantplane-volume-claims"
SCALER_POLICY = "tenantplane-autoscalers"

MANAGED_LABEL = "app.kubernetes.io/managed-by"
ROOT_CA = "kube-root-ca.crt"
"""ConfigMap that the controller manager keeps in every namespace: whom its pods believe to be the API server."""
HARMLESS_FINALIZERS = ("kubernetes.io/pvc-protection", "foregroundDeletion", "orphan")
"""Those that the API server itself sets, or sets for whoever deletes, and takes away again."""

PLATFORM: Manifest = {"name": "platform", "expression": CLUSTER_WIDE}
PROTECTED = (
    ("", ("configmaps", "limitranges", "resourcequotas", "secrets", "serviceaccounts")),
    ("autoscaling", ("horizontalpodautoscalers",)),
    ("networking.k8s.io", ("ingresses", "networkpolicies")),
    ("policy", ("poddisruptionbudgets",)),
    ("rbac.authorization.k8s.io", ("rolebindings", "roles")),
)
"""Kinds whose objects stay the platform's where it has made them. Its Deployments, Services and pods are not among
them: tenants restart and scale what runs for them."""


def written() -> list[Manifest]:
    """What some role of a tenant may create or change, by API group; subresources left out."""
    found: dict[str, set[str]] = {}
    for each in (*(each for rules in RULES.values() for each in rules), *SELF_SERVICE):
        if {"create", "update", "patch"} & set(each["verbs"]):
            for group in each["api_groups"]:
                found.setdefault(group, set()).update(name for name in each["resources"] if "/" not in name)
    return [rule(group, *sorted(found[group]), versions=["*"]) for group in sorted(found) if found[group]]


def object_policy() -> Manifest:
    """Metadata by which an object would pass for somebody else's or outlive its namespace, and long-lived tokens."""
    old = "request.operation == 'UPDATE' ? oldObject.metadata.?{}.orValue([]) : []"
    return {
        **_about(written()),
        "variables": [
            {"name": "tenant", "expression": f"namespaceObject.metadata.labels['{names.TENANT_LABEL}']"},
            {"name": "oldFinalizers", "expression": old.format("finalizers")},
            {"name": "oldOwners", "expression": old.format("ownerReferences")},
            PLATFORM,
        ],
        "validations": [
            # Metrics, logs and the way to the database go by this label (G1).
            validation(
                "TP-B1-01",
                f"object.metadata.?labels['{names.TENANT_LABEL}'].orValue(variables.tenant) == variables.tenant",
                "an object may not carry the label of another tenant",
            ),
            # Its network and the guard-rails above it go by them (E1, E2).
            validation(
                "TP-C5-02",
                "request.operation != 'UPDATE' || request.resource.resource != 'pods' || variables.platform"
                f" || !('{names.SANDBOX_LABEL}' in oldObject.metadata.?labels.orValue({{}}))"
                f" || ['{names.SANDBOX_LABEL}', '{names.COMPONENT_LABEL}'].all(each, object.metadata.?labels[?each]"
                " == oldObject.metadata.?labels[?each])",
                "a sandbox stays one: leave its labels alone",
            ),
            # Nobody would ever take it away, and the namespace could not be off-boarded (A7).
            validation(
                "TP-A7-03",
                "object.metadata.?finalizers.orValue([]).all(each, each in "
                + json.dumps(HARMLESS_FINALIZERS)
                + " || each in variables.oldFinalizers || variables.platform)",
                "finalizers are for controllers of the platform: leave out metadata.finalizers",
            ),
            validation(
                "TP-A7-03",
                "object.metadata.?ownerReferences.orValue([]).all(each, !each.?blockOwnerDeletion.orValue(false)"
                " || variables.oldOwners.exists(old, old.uid == each.uid && old.?blockOwnerDeletion.orValue(false))"
                " || variables.platform)",
                "an object may not hold up the deletion of its owner: leave out blockOwnerDeletion",
            ),
            # The token that the controller manager writes into it never expires; no role may ask for a short one.
            validation(
                "TP-B5-06",
                "request.resource.resource != 'secrets'"
                " || object.?type.orValue('') != 'kubernetes.io/service-account-token'",
                "a tenant's accounts have no tokens: type kubernetes.io/service-account-token is not for tenants",
            ),
        ],
    }


def platform_policy() -> Manifest:
    """What the platform has put into a tenant's namespace is changed by the platform alone (B5, E1)."""
    asked = [
        {**rule(group, *resources, versions=["*"]), "operations": ["CREATE", "UPDATE", "DELETE"]}
        for group, resources in PROTECTED
    ]
    managed = f".metadata.?labels[?'{MANAGED_LABEL}'].orValue('') == '{names.MANAGED_BY}'"
    return {
        **_about(asked),
        "variables": [
            {
                "name": "ours",
                "expression": f"request.operation != 'DELETE' && object{managed}"
                f" || request.operation != 'CREATE' && oldObject{managed}"
                f" || request.resource.resource == 'configmaps' && request.name == '{ROOT_CA}'",
            },
            PLATFORM,
        ],
        "validations": [
            validation(
                "TP-A7-04",
                "!variables.ours || variables.platform",
                f"what the platform has made in a tenant's namespace (label {MANAGED_LABEL}: {names.MANAGED_BY})"
                " changes by the reviewed tenant file",
            )
        ],
    }


def binding_policy() -> Manifest:
    """Whom a tenant may give rights in its namespace; which rights, the API server bounds by its own (B5)."""
    group = rule("rbac.authorization.k8s.io", "rolebindings")
    roles = json.dumps([role_name(role) for role in RULES])
    return {
        **_about([group]),
        "variables": [
            {"name": "groups", "expression": annotated(f"'{GROUPS}'")},
            PLATFORM,
        ],
        "validations": [
            validation(
                "TP-B5-02",
                "variables.platform || object.?subjects.orValue([]).all(each,"
                " each.kind == 'Group' && each.name in variables.groups"
                " || each.kind == 'ServiceAccount' && each.?namespace.orValue('') == request.namespace)",
                "a role binding is for the tenant's own groups, as its file lists them, and accounts of its namespace",
            ),
            # A ClusterRole that holds little today may hold more tomorrow.
            validation(
                "TP-B5-02",
                f"variables.platform || object.roleRef.kind == 'Role' || object.roleRef.name in {roles}",
                "a role binding is to a Role of the namespace or to one of the roles for tenants",
            ),
        ],
    }


def claim_policy(*, by_tier: bool) -> Manifest:
    """A tenant's volumes are made for it, and none that is there already; by the class of its tier where the cluster
    has such classes, which encrypt and copy them (C1, F4, F5)."""
    of_its_tier = validation(
        "TP-F4-02",
        f"object.spec.?storageClassName.orValue('') == '{storage_class_name('')}' + variables.tier || variables.binds",
        f"a tenant's claim names the class of its tier as storageClassName: {storage_class_name('<tier>')}",
    )
    return {
        **_about([rule("", "persistentvolumeclaims")]),
        "match_conditions": something_new(),
        "variables": [
            # The volume controller binds a claim by writing the volume's name into it.
            {
                "name": "binds",
                "expression": "authorizer.group('').resource('persistentvolumes').check('update').allowed()",
            },
            *([tier_variable()] if by_tier else []),
        ],
        "validations": [
            validation(
                "TP-F4-02",
                "object.spec.?volumeName.orValue('') == (request.operation == 'UPDATE' ?"
                " oldObject.spec.?volumeName.orValue('') : '') || variables.binds",
                "a tenant's claim gets a volume made for it: leave out volumeName",
            ),
            validation(
                "TP-F4-02",
                "!has(object.spec.selector) || variables.binds",
                "a tenant's claim gets a volume made for it: leave out selector",
            ),
            validation(
                "TP-F4-02",
                "object.spec.?storageClassName.orValue('-') != '' || variables.binds",
                "a tenant's claim gets a volume made for it: an empty storageClassName asks for one that is there",
            ),
            *([of_its_tier] if by_tier else []),
        ],
    }


def scaler_policy() -> Manifest:
    """The autoscaler's controller may scale everything: it does so for a tenant only what the tenant may scale (C5)."""
    return {
        **_about([rule("autoscaling", "horizontalpodautoscalers", versions=["*"])]),
        "match_conditions": something_new(),
        "variables": [PLATFORM],
        "validations": [
            validation(
                "TP-C5-03",
                "object.spec.scaleTargetRef.kind in ['Deployment', 'StatefulSet'] || variables.platform",
                "a tenant's autoscaler is for a Deployment or a StatefulSet",
            )
        ],
    }


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
        specs = {
            "metadata": (OBJECT_POLICY, object_policy()),
            "platform": (PLATFORM_POLICY, platform_policy()),
            "bindings": (BINDING_POLICY, binding_policy()),
            "claims": (CLAIM_POLICY, claim_policy(by_tier=args.storage_classes)),
            "autoscalers": (SCALER_POLICY, scaler_policy()),
        }
        for part, (policy, spec) in specs.items():
            admission_policy(self, f"{name}-{part}", spec, policy=policy, component="object-admission")
        self.policies = [policy for policy, _ in specs.values()]
        self.register_outputs({"policies": self.policies})


def _about(rules: Iterable[Manifest]) -> Manifest:
    return asked_in_tenants(*({**each, "scope": "Namespaced"} for each in rules))
