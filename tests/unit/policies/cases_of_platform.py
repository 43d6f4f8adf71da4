"""Cases of the rules about rights, networks and the platform's own objects."""

from typing import Any

from tests.unit.policies.case import FINE, Case, Path
from tests.unit.policies.objects_of_tenants import (
    ACCOUNT,
    BINDING,
    CLAIM,
    CONFIG,
    POLICY,
    ROLE,
    SECRET,
    STORAGE,
    metadata,
)

Props = dict[str, Any]


def case(  # noqa: PLR0917
    control: str, token: str, good: Props, path: Path, bad: object, said: str, missing: str = FINE, **more: Any
) -> Case:
    return Case(
        control=control, token=f"kubernetes:{token}", good=good, path=path, bad=bad, said=said, missing=missing, **more
    )


_CLUSTER_ROLE = "rbac.authorization.k8s.io/v1:ClusterRole"
_BOUND = "rbac.authorization.k8s.io/v1:RoleBinding"
_VALIDATING = "admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
_ADMISSION = {"metadata": metadata("rule", None), "spec": {"failurePolicy": "Fail"}}
_DENIES = {"metadata": metadata("rule", None), "spec": {"policyName": "rule", "validationActions": ["Deny"]}}
_VERBS, _RESOURCES = ("rules", 0, "verbs"), ("rules", 0, "resources")
_KEY = "-----BEGIN PRIVATE " + "KEY-----"
_TOKEN_TYPE = "kubernetes.io/service-account-token"

ACCESS = (
    case("TP-B5-01", _CLUSTER_ROLE, ROLE, ("rules", 0, "apiGroups"), ["*"], "rule 0 has a wildcard in apiGroups"),
    case("TP-B5-02", _BOUND, BINDING, ("roleRef", "name"), "edit", "it gives a tenant ClusterRole 'edit'",
         "ClusterRole None",
         hidden=("roleRef", "name")),
    case("TP-B5-02", _BOUND, BINDING, ("subjects",), [{"kind": "ServiceAccount", "name": "x", "namespace": "tenant-b"}],
         "account 'x' of namespace 'tenant-b' is bound outside of it"),
    case("TP-B5-02", _BOUND, BINDING, ("subjects", 0, "name"), "bolt:admins", "'bolt:admins' is not of tenant 'acme'",
         "group None is not of tenant"),
    case("TP-B5-02", _BOUND, BINDING, ("subjects", 0, "kind"), "User", "it binds user 'acme:admins' instead", FINE),
    case("TP-B5-03", _CLUSTER_ROLE, ROLE, _VERBS, ["escalate"], "it grants escalate on pods"),
    case("TP-B5-04", _CLUSTER_ROLE, {**ROLE, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["patch"]}]},
         _RESOURCES, ["resourcequotas"], "it grants patch on resourcequotas"),
    case("TP-B5-05", _BOUND, BINDING, ("subjects",), [{"kind": "Group", "name": "system:masters"}],
         "it binds system:masters",
         also=frozenset({"TP-B5-02"})),
    case("TP-B5-05", _BOUND, BINDING, ("roleRef", "name"), "cluster-admin", "it binds cluster-admin",
         also=frozenset({"TP-B5-02"})),
    case("TP-B5-06", "core/v1:Secret", SECRET, ("type",), _TOKEN_TYPE, f"the secret is of type {_TOKEN_TYPE}"),
    case("TP-B5-07", "core/v1:ServiceAccountPatch", ACCOUNT, ("automountServiceAccountToken",), True,
         "mounts its token",
         "account 'default' mounts its token"),
    case("TP-B5-08", _CLUSTER_ROLE, {**ROLE, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
         _RESOURCES, ["secrets"], "it grants get on secrets"),
    case("TP-I1-01", _VALIDATING, _ADMISSION, ("spec", "failurePolicy"), "Ignore", "is 'Ignore'", "is None"),
    case("TP-I1-01", f"{_VALIDATING}Binding", _DENIES, ("spec", "validationActions"), ["Audit"], "are ['Audit']",
         "validationActions are []"),
    case("TP-I1-01", f"{_VALIDATING}Binding", _DENIES, ("spec", "paramRef"), {"name": "x"}, "denies nothing"),
    case("TP-I5-01", "core/v1:ConfigMap", CONFIG, ("data", "ca.pem"), _KEY, "key 'ca.pem' holds a secret"),
    case("TP-I5-01", "core/v1:ConfigMap", CONFIG, ("data", "password"), "geheim", "key 'password' holds a secret"),
)  # fmt: skip

_TIER = {"metadata": metadata("tenantplane-guardrails", None), "spec": {"order": 100, "defaultAction": "Deny"}}
_RAIL = {"metadata": metadata("tenantplane-guardrails.x", None), "spec": {"tier": "x", "types": ["Egress"]}}
_TLS = {"metadata": metadata("gateway", "tenantplane-gateway"), "spec": {"tls": {"minVersion": "1.3"}}}
_GATEWAY = {
    "metadata": metadata("gateway", "tenantplane-gateway"),
    "spec": {"listeners": [{"name": "tenants", "protocol": "HTTPS", "port": 443}]},
}
_INGRESS, _EGRESS = ("spec", "ingress"), ("spec", "egress")
_NETWORK = "networking.k8s.io/v1:NetworkPolicy"
_CALICO = "projectcalico.org/v3"
_WORLD = [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}]
_TRAFFIC = "gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy"

NETWORK = (
    case("TP-E1-02", _NETWORK, POLICY, _INGRESS, [{"ports": []}], "ingress rule 0 lets everybody in"),
    case("TP-E1-02", _NETWORK, POLICY, _INGRESS, [{"from": [{"namespaceSelector": {}}]}], "lets every namespace in"),
    case("TP-E1-02", _NETWORK, POLICY, _INGRESS, [{"from": [{"ipBlock": {"cidr": "::/0"}}]}], "lets every address in"),
    case("TP-E1-03", _NETWORK, POLICY, ("spec", "egress", 0, "ports"), [{"protocol": "UDP", "port": 53}],
         "names are resolved over UDP alone"),
    case("TP-E1-05", _NETWORK, POLICY, _EGRESS, [{}], "egress rule 0 lets pods out to every address"),
    case("TP-E1-05", _NETWORK, POLICY, _EGRESS, _WORLD, "to every address, 169.254.0.0/16 included"),
    case("TP-E2-02", f"{_CALICO}:Tier", _TIER, ("spec", "order"), 2_000_000, "order is 2000000", "order is None"),
    case("TP-E2-02", f"{_CALICO}:Tier", _TIER, ("spec", "defaultAction"), "Pass", "is 'Pass'", "is None"),
    case("TP-E2-05", "networking.k8s.io/v1:Ingress", {"metadata": metadata()}, ("spec", "tls"), [], "a second way in",
         "a second way in", hidden=None, always=True),
    case("TP-E2-06", f"{_CALICO}:GlobalNetworkPolicy", _RAIL, ("spec", "types"), [], "names no types",
         "names no types"),
    case("TP-F5-03", _TRAFFIC, _TLS, ("spec", "tls", "minVersion"), "1.2", "tls.minVersion is '1.2'", "is None"),
    case("TP-F5-03", "gateway.networking.k8s.io/v1:Gateway", _GATEWAY, ("spec", "listeners", 0, "protocol"), "HTTP",
         "listener 'tenants' speaks HTTP", "speaks None"),
)  # fmt: skip

_CLASS = "storage.k8s.io/v1:StorageClass"
_PRIORITY = {"metadata": metadata("placeholder", None), "value": -10, "preemptionPolicy": "Never"}
_BUDGET = {"metadata": metadata(), "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "app"}}}}
_QUEUE = {"metadata": metadata("tenant-acme", None), "spec": {"namespaceSelector": {"matchLabels": {"tenant": "acme"}}}}
_SHARED = {**_QUEUE, "metadata": {**metadata("spare", None)}}
_POOL = {"metadata": metadata("general", None), "spec": {"limits": {"cpu": "100"}}}
_SCRAPE = {
    "metadata": metadata("tenant"),
    "spec": {"podMetricsEndpoints": [{"honorLabels": False, "relabelings": [{"targetLabel": "tenant"}]}]},
}
_SERVER = {"apiVersion": "postgresql.cnpg.io/v1", "metadata": metadata("pg", "data"), "spec": {"instances": 3}}
_PRIORITIES = "scheduling.k8s.io/v1:PriorityClass"
_MONITOR = "monitoring.coreos.com/v1:PodMonitor"
_CLAIMS = "core/v1:PersistentVolumeClaim"
_ENDPOINT = ("spec", "podMetricsEndpoints", 0)

PLATFORM = (
    case("TP-C6-04", "karpenter.sh/v1:NodePool", _POOL, ("spec", "limits", "cpu"), "", "no limit of cpu", "no limit"),
    case("TP-C8-03", _PRIORITIES, _PRIORITY, ("globalDefault",), True, "the default of every pod"),
    case("TP-C9-03", "policy/v1:PodDisruptionBudget", _BUDGET, ("spec", "maxUnavailable"), 0, "allows no disruption",
         "neither minAvailable nor maxUnavailable"),
    case("TP-D1-01", "kueue.x-k8s.io/v1beta2:ClusterQueue", _QUEUE, ("spec", "namespaceSelector"), {},
         "does not choose tenant 'acme' alone", "does not choose tenant 'acme' alone"),
    case("TP-D5-01", _PRIORITIES, _PRIORITY, ("value",), 10, "its value is 10, not below 0", "its value is None"),
    case("TP-D5-01", _PRIORITIES, _PRIORITY, ("preemptionPolicy",), "PreemptLowerPriority", "is 'Preempt", "is None"),
    case("TP-F2-08", "postgresql.cnpg.io/v1:Cluster", _SERVER, ("spec", "instances"), 1, "has 1 instances", "has None"),
    case("TP-F4-01", _CLASS, STORAGE, ("parameters", "encrypted"), "false", "`encrypted` is 'false'", "is None"),
    case("TP-F4-02", _CLAIMS, CLAIM, ("spec", "volumeName"), "old", "it claims volume 'old'"),
    case("TP-F4-02", _CLAIMS, CLAIM, ("spec", "storageClassName"), "",
         "storageClassName is '', not 'tenantplane-team'", "is None"),
    case("TP-F4-02", _CLAIMS, CLAIM, ("spec", "selector"), {"matchLabels": {"a": "b"}}, "among volumes that are there"),
    case("TP-F4-04", "core/v1:PersistentVolume", {"metadata": metadata("old", None)}, ("metadata", "name"), "new",
         "PersistentVolume 'new' is made by hand", "is made by hand", always=True),
    case("TP-F4-05", _CLASS, STORAGE, ("volumeBindingMode",), "Immediate", "is 'Immediate'",
         "volumeBindingMode is None"),
    case("TP-F4-05", _CLASS, STORAGE, ("allowVolumeExpansion",), False, "cannot grow", "cannot grow"),
    case("TP-F4-06", _CLASS, STORAGE, ("reclaimPolicy",), "Retain", "reclaimPolicy is 'Retain'"),
    case("TP-G1-02", _MONITOR, _SCRAPE, (*_ENDPOINT, "honorLabels"), True, "honorLabels is on"),
    case("TP-G1-02", _MONITOR, _SCRAPE, (*_ENDPOINT, "relabelings"), [], "writes the label `tenant`",
         "writes the label"),
)  # fmt: skip
