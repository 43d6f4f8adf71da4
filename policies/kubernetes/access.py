"""Rules about rights, accounts, secrets and admission itself (B5, I1, I5)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.expected import Expected, known
from policies.objects import POD_KINDS, KubernetesObject
from policies.rule import rule

TENANT_ROLES: Final = "tenantplane:tenant-"
"""Beginning of the names of the ClusterRoles that tenants' groups are bound to."""
_WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection", "*"})
_POWERS: Final = ("bind", "escalate", "impersonate")
_BOUNDS: Final = frozenset(
    {
        *("limitranges", "namespaces", "nodes", "persistentvolumes", "resourcequotas", "serviceaccounts"),
        *("serviceaccounts/token", "priorityclasses", "runtimeclasses", "storageclasses", "clusterqueues"),
        *("globalnetworkpolicies", "validatingadmissionpolicies", "validatingadmissionpolicybindings"),
        *("clusterroles", "clusterrolebindings"),
    }
)
"""What bounds a tenant, or reaches beyond it: nobody writes it who is a tenant."""
_EVERYBODY: Final = ("system:masters", "system:authenticated", "system:unauthenticated", "system:anonymous")
_ROLES: Final = ("ClusterRole", "Role")
_BINDINGS: Final = ("ClusterRoleBinding", "RoleBinding")
_SECRET_NAME: Final = re.compile(r"(?i)(pass(word|wd)?|secret|token|credential|private_?key|api_?key)$")
_SECRET_TEXT: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bA(KI|SI)A[0-9A-Z]{16}\b")


def _rules(found: KubernetesObject) -> Iterator[Mapping[str, Any]]:
    for each in found.every("rules"):
        yield {key: list(each.get(key) or []) for key in ("apiGroups", "resources", "verbs", "nonResourceURLs")}


def _is_tenants(found: KubernetesObject) -> bool:
    return str(found.metadata.get("name") or "").startswith(TENANT_ROLES) or found.tenant_namespace is not None


def no_wildcard(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """No role has `*` (B5)."""
    for index, each in enumerate(_rules(found)):
        for key, values in each.items():
            if any("*" in value for value in values):
                yield f"rule {index} has a wildcard in {key}"


def bound_at_home(found: KubernetesObject, expected: Expected) -> Iterator[str]:
    """Tenants' accounts are bound in their own namespace alone, and there nobody but its people, to roles for them."""
    for each in found.every("subjects"):
        where = str(each.get("namespace") or "")
        if each.get("kind") == "ServiceAccount" and where.startswith("tenant-") and where != found.namespace:
            yield f"account {each.get('name')!r} of namespace {where!r} is bound outside of it"
    if found.tenant is None:
        return
    role = found.at("roleRef") or {}
    if role.get("kind") == "ClusterRole" and not str(role.get("name")).startswith("tenantplane:"):
        yield f"it gives a tenant ClusterRole {role.get('name')!r}"
    for each in found.every("subjects"):
        if each.get("kind") == "User":
            yield f"it binds user {each.get('name')!r} instead of a group"
        elif each.get("kind") == "Group":
            groups = known(expected.groups, "which groups a tenant has").get(found.tenant, frozenset())
            if each.get("name") not in groups:
                yield f"group {each.get('name')!r} is not of tenant {found.tenant!r}"


def no_power_over_rights(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """No escalate, bind, impersonate for tenants (B5)."""
    for each in _rules(found) if _is_tenants(found) else ():
        for verb in _POWERS:
            if verb in each["verbs"] or "*" in each["verbs"]:
                yield f"it grants {verb} on {', '.join(each['resources'])}"


def bounds_are_not_written(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Tenants write nothing that bounds them (B5, C1)."""
    for each in _rules(found) if _is_tenants(found) else ():
        for resource in sorted(_BOUNDS & set(each["resources"])):
            if verbs := sorted(_WRITES & set(each["verbs"])):
                yield f"it grants {verbs[0]} on {resource}"


def nobody_is_admin(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """No binding to cluster-admin, none for everybody (B5)."""
    if found.at("roleRef", "name") == "cluster-admin":
        yield "it binds cluster-admin"
    for each in found.every("subjects"):
        if each.get("name") in _EVERYBODY:
            yield f"it binds {each['name']}"


def default_mounts_nothing(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Account `default` mounts no token (B5)."""
    if found.metadata.get("name") == "default" and found.at("automountServiceAccountToken") is not False:
        yield "account 'default' mounts its token"


def secrets_are_for_admins(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Developers and viewers read no secrets (B5)."""
    name = str(found.metadata.get("name") or "")
    if not name.startswith(TENANT_ROLES) or name == f"{TENANT_ROLES}admin":
        return
    for each in _rules(found):
        if "secrets" in each["resources"]:
            yield f"it grants {', '.join(each['verbs'])} on secrets"


def policies_fail_closed(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """failurePolicy Fail; a binding that denies (I1)."""
    if found.kind == "ValidatingAdmissionPolicy":
        if found.at("spec", "failurePolicy") != "Fail":
            yield f"failurePolicy is {found.at('spec', 'failurePolicy')!r}"
    elif "Deny" not in found.every("spec", "validationActions"):
        yield f"validationActions are {list(found.every('spec', 'validationActions'))}"
    elif found.at("spec", "paramRef") and found.at("spec", "paramRef", "parameterNotFoundAction") != "Deny":
        yield "without its parameters it denies nothing"


def no_secret_in_the_open(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """No password as a variable, none in a config map (I5)."""
    for container in found.containers():
        for each in container.get("env") or []:
            if each.get("value") and _SECRET_NAME.search(str(each.get("name"))):
                yield f"variable {each['name']!r} of container {container.get('name')!r} has its value written out"
    for key, text in (found.at("data") or {}).items() if found.kind == "ConfigMap" else ():
        if _SECRET_TEXT.search(str(text)) or (_SECRET_NAME.fullmatch(key) and text):
            yield f"key {key!r} holds a secret"


ACCESS = (
    rule("TP-B5-01", _ROLES, no_wildcard),
    rule("TP-B5-02", _BINDINGS, bound_at_home),
    rule("TP-B5-03", _ROLES, no_power_over_rights),
    rule("TP-B5-04", _ROLES, bounds_are_not_written),
    rule("TP-B5-05", _BINDINGS, nobody_is_admin),
    rule("TP-B5-07", ("ServiceAccount",), default_mounts_nothing),
    rule("TP-B5-08", _ROLES, secrets_are_for_admins),
    rule("TP-I1-01", ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"), policies_fail_closed),
    rule("TP-I5-01", (*POD_KINDS, "ConfigMap"), no_secret_in_the_open),
)
