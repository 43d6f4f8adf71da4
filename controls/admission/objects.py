"""What objects of tenants may say that are no pods: metadata, tokens, Services, and what the platform made (A7, B1)."""

from typing import Final

from controls.admission.claim import (
    EACH,
    OBJECT,
    AtAdmission,
    Empty,
    Every,
    Field,
    Holds,
    Is,
    IsNot,
    Not,
    OneOf,
    Place,
    any_of,
)
from controls.admission.form import AdmissionPolicy, Asked, Preview, Refusal, Variable
from controls.admission.parts import ACCOUNT_TOKEN, HARMLESS_FINALIZERS, PLATFORM, TENANT

MANAGED_LABEL: Final = "app.kubernetes.io/managed-by"
ROOT_CA: Final = "kube-root-ca.crt"
"""ConfigMap that the controller manager keeps in every namespace: whom its pods believe to be the API server."""
PROTECTED: Final = (
    ("", ("configmaps", "limitranges", "resourcequotas", "secrets", "serviceaccounts")),
    ("autoscaling", ("horizontalpodautoscalers",)),
    ("networking.k8s.io", ("ingresses", "networkpolicies")),
    ("policy", ("poddisruptionbudgets",)),
    ("rbac.authorization.k8s.io", ("rolebindings", "roles")),
)
"""Kinds whose objects stay the platform's where it has made them. Its Deployments, Services and pods are not among
them: tenants restart and scale what runs for them."""

_OLD: Final = "request.operation == 'UPDATE' ? oldObject.metadata.?{}.orValue([]) : []"
_MANAGED: Final = f".metadata.?labels[?'{MANAGED_LABEL}'].orValue('') == '{{{{managed_by}}}}'"
_BY_PLATFORM: Final = AtAdmission("variables.platform")
_FINALIZERS: Final = Place("object.metadata.?finalizers.orValue([])", "finalizers")
_OWNERS: Final = Place("object.metadata.?ownerReferences.orValue([])", "ownerReferences")

TENANT_OBJECTS: Final = AdmissionPolicy(
    name="tenantplane-tenant-objects",
    asked="written",  # by some role of a tenant
    variables=(
        TENANT,
        Variable("oldFinalizers", _OLD.format("finalizers")),
        Variable("oldOwners", _OLD.format("ownerReferences")),
        PLATFORM,
    ),
    refusals=(
        # Metrics, logs and the way to the database go by this label (G1).
        Refusal(
            control="TP-B1-01",
            holds="object.metadata.?labels['{{tenant_label}}'].orValue(variables.tenant) == variables.tenant",
            message="an object may not carry the label of another tenant",
        ),
        # Its network and the guard-rails above it go by them (E1, E2).
        Refusal(
            control="TP-C5-02",
            holds="request.operation != 'UPDATE' || request.resource.resource != 'pods' || variables.platform"
            " || !('{{sandbox_label}}' in oldObject.metadata.?labels.orValue({}))"
            " || ['{{sandbox_label}}', '{{component_label}}'].all(each, object.metadata.?labels[?each]"
            " == oldObject.metadata.?labels[?each])",
            message="a sandbox stays one: leave its labels alone",
        ),
        # Nobody would ever take it away, and the namespace could not be off-boarded (A7).
        Refusal(
            control="TP-A7-03",
            holds=Every(
                _FINALIZERS,
                any_of(
                    OneOf(Field("", of=EACH), HARMLESS_FINALIZERS),
                    AtAdmission("each in variables.oldFinalizers"),
                    _BY_PLATFORM,
                ),
            ),
            message="finalizers are for controllers of the platform: leave out metadata.finalizers",
            preview=Preview(kinds=(), wrong="finalizer {value!r} holds up its deletion"),
        ),
        Refusal(
            control="TP-A7-03",
            holds=Every(
                _OWNERS,
                any_of(
                    Not(Holds(Field("?blockOwnerDeletion", absent=False))),
                    AtAdmission(
                        "variables.oldOwners.exists(old, old.uid == each.uid && old.?blockOwnerDeletion.orValue(false))"
                    ),
                    _BY_PLATFORM,
                ),
            ),
            message="an object may not hold up the deletion of its owner: leave out blockOwnerDeletion",
            preview=Preview(kinds=(), wrong="it holds up the deletion of {kind} {name!r}"),
        ),
        # The token that the controller manager writes into it never expires; no role may ask for a short one.
        Refusal(
            control="TP-B5-06",
            holds=any_of(
                AtAdmission("request.resource.resource != 'secrets'"),
                IsNot(Field("?type", "", OBJECT), ACCOUNT_TOKEN),
            ),
            message=f"a tenant's accounts have no tokens: type {ACCOUNT_TOKEN} is not for tenants",
            preview=Preview(kinds=("Secret",), wrong="the secret is of type {value}", everywhere=True),
        ),
    ),
)

PLATFORM_OBJECTS: Final = AdmissionPolicy(
    name="tenantplane-platform-objects",
    asked=tuple(
        Asked(group, resources, versions=("*",), operations=("CREATE", "UPDATE", "DELETE"), namespaced=True)
        for group, resources in PROTECTED
    ),
    variables=(
        Variable(
            "ours",
            f"request.operation != 'DELETE' && object{_MANAGED}"
            f" || request.operation != 'CREATE' && oldObject{_MANAGED}"
            f" || request.resource.resource == 'configmaps' && request.name == '{ROOT_CA}'",
        ),
        PLATFORM,
    ),
    refusals=(
        Refusal(
            control="TP-A7-04",
            holds="!variables.ours || variables.platform",
            message=f"what the platform has made in a tenant's namespace (label {MANAGED_LABEL}: {{{{managed_by}}}})"
            " changes by the reviewed tenant file",
        ),
    ),
)

SERVICES: Final = AdmissionPolicy(
    name="tenantplane-tenant-services",
    asked=(Asked("", ("services",)),),
    refusals=(
        # Such an address is taken from whoever it belongs to, on every node (CVE-2020-8554).
        Refusal(
            control="TP-E2-04",
            holds=Empty(Field("spec.?externalIPs", (), OBJECT)),
            message="a tenant's Service may not claim external addresses",
            preview=Preview(kinds=("Service",), wrong="it claims {values}"),
        ),
        Refusal(
            control="TP-E2-04",
            holds=Is(Field("spec.?loadBalancerIP", "", OBJECT), ""),
            message="a tenant's Service may not claim an address of the load balancers",
            preview=Preview(kinds=("Service",), wrong="it claims {value}"),
        ),
        # The gateway goes wherever such a name leads, with rights of its own: to another tenant, or the API server.
        Refusal(
            control="TP-E2-04",
            holds=IsNot(Field("spec.?type", "", OBJECT), "ExternalName"),
            message="a tenant's Service leads to pods of its own: type ExternalName is not for tenants",
            preview=Preview(kinds=("Service",), wrong="it leads elsewhere: its type is {value}"),
        ),
    ),
)
