"""What the API server refuses in every tenant's namespace, whoever asks (C4, C6, C8, G7)."""

import json
from dataclasses import dataclass

import pulumi

from components.objects import Manifest
from components.scheduling.priority_classes import TENANT_SELF_SERVICE
from components.security.admission_policy import (
    admission_policy,
    annotated,
    asked_in_tenants,
    class_variables,
    rule,
    validation,
)
from components.tenancy.namespace import POOLS
from settings import Tier, names
from settings.nodepool import KIND_LABEL, POOL_LABEL, TENANT_NODE_LABEL, TENANT_TAINT

GRACE_MAX_S = 600
"""Seconds a pod may take to end, a number of ours: twice the grace that batch frameworks use for a last checkpoint."""
DIGEST = "^[^@]+@sha256:[0-9a-f]{64}$"
NODE_ANNOTATIONS = ("cni.projectcalico.org/", "k8s.v1.cni.cncf.io/", "dev.gvisor.", "io.katacontainers.")
"""Prefixes of annotations by which a pod asks the node's network plug-in for an address, an interface or somebody
else's traffic, and its runtime for other settings."""

POD_POLICY = "tenantplane-tenant-pods"
SERVICE_POLICY = "tenantplane-tenant-services"


def variables(tiers: tuple[Tier, ...]) -> Manifest:
    """Named expressions of the policy: the tenant and tier of the namespace, and the priority classes of the tier."""
    return [
        {"name": "tenant", "expression": f"namespaceObject.metadata.labels['{names.TENANT_LABEL}']"},
        *class_variables(tiers),
        {"name": "nodes", "expression": "object.spec.?nodeSelector.orValue({})"},
        {"name": "pools", "expression": annotated(f"'{POOLS}'")},
        {"name": "tolerations", "expression": "object.spec.?tolerations.orValue([])"},
        {"name": "containers", "expression": "object.spec.containers + object.spec.?initContainers.orValue([])"},
        # What was admitted before a rule was there can still be labelled, adopted and released by controllers.
        {"name": "kept", "expression": "request.operation == 'UPDATE' && object.spec == oldObject.spec"},
        {"name": "affinity", "expression": _affinity("podAffinity") + " + " + _affinity("podAntiAffinity")},
        {
            "name": "annotated",
            "expression": "request.operation == 'UPDATE' ? oldObject.metadata.?annotations.orValue({}) : {}",
        },
    ]


def _affinity(side: str) -> str:
    """CEL: the terms of a pod's affinity to pods, wished for or not."""
    terms = f"object.spec.?affinity.?{side}"
    return (
        f"{terms}.?requiredDuringSchedulingIgnoredDuringExecution.orValue([])"
        f" + {terms}.?preferredDuringSchedulingIgnoredDuringExecution.orValue([]).map(each, each.podAffinityTerm)"
    )


def validations(registries: tuple[str, ...] = ()) -> Manifest:
    """The rules. Each is about something that a pod spec may say and neither RBAC nor Pod Security forbids.

    registries: where images may come from; anywhere when empty.
    """
    return [
        # A higher class would evict other tenants' pods; the system classes are open to every namespace by default.
        validation(
            "TP-C8-01",
            "object.spec.?priorityClassName.orValue('') in ([''] + variables.classes)",
            f"a tenant's pod may have the priority class of its tier or {TENANT_SELF_SERVICE!r}",
        ),
        # A pod that is born with a node passes by the scheduler and with it every taint that only keeps pods from
        # scheduling.
        validation(
            "TP-C6-02",
            "request.operation != 'CREATE' || object.spec.?nodeName.orValue('') == ''",
            "a tenant's pod is placed by the scheduler and may not name its node",
        ),
        # Without a key a toleration means every taint.
        validation(
            "TP-C6-01",
            "variables.tolerations.all(each, each.?key.orValue('') != '')",
            "a tenant's pod may not tolerate every taint",
        ),
        validation(
            "TP-C6-01",
            f"variables.tolerations.all(each, each.?key.orValue('') != '{TENANT_TAINT}'"
            " || each.?value.orValue('') == variables.tenant)",
            "a tenant's pod may not tolerate the taint of another tenant's nodes",
        ),
        validation(
            "TP-C6-01",
            f"variables.tolerations.all(each, each.?key.orValue('') != '{KIND_LABEL}'"
            " || !(each.?value.orValue('') in ['', 'system']))",
            "a tenant's pod may not tolerate the taint of the system nodes",
        ),
        # Else it would run on shared nodes, among everybody's. A pod that waits for its gates can be bound no wider.
        validation(
            "TP-A6-01",
            f"namespaceObject.metadata.labels[?'{names.NODES_LABEL}'].orValue('') != 'dedicated'"
            " || request.operation != 'CREATE'"
            f" || variables.nodes[?'{TENANT_NODE_LABEL}'].orValue('') == variables.tenant"
            f" || variables.nodes[?'{POOL_LABEL}'].orValue('') in variables.pools",
            "a tenant with nodes of its own runs on those: set nodeSelector"
            f" {TENANT_NODE_LABEL} to the tenant, or {POOL_LABEL} to a pool that its file names",
        ),
        # An image that another tenant has pulled lies on the node; only a pull asks whether this one may have it.
        validation(
            "TP-G7-03",
            "variables.containers.all(each, each.?imagePullPolicy.orValue('') == 'Always')",
            "a tenant's containers pull their image every time: set imagePullPolicy to Always",
        ),
        # A tag can be moved to another image after the review (G7).
        validation(
            "TP-G7-01",
            f"variables.kept || variables.containers.all(each, each.image.matches('{DIGEST}'))",
            "a tenant's images are named by digest: repository@sha256:<64 hex digits>",
        ),
        *_from_registries(registries),
        # Such a volume is whatever its driver makes of attributes which nobody reviews; `restricted` allows it.
        validation(
            "TP-F4-03",
            "variables.kept || object.spec.?volumes.orValue([]).all(each, !has(each.csi))",
            "a tenant's pod gets storage by a claim: leave out inline csi volumes",
        ),
        # Until a pod has ended, its node is not drained, its namespace not gone and its quota not free.
        validation(
            "TP-A7-03",
            f"variables.kept || object.spec.?terminationGracePeriodSeconds.orValue(0) <= {GRACE_MAX_S}",
            f"a tenant's pod ends soon: set terminationGracePeriodSeconds to {GRACE_MAX_S} at most",
        ),
        # The scheduler keeps every tenant's pods away from one that wants to be alone, in a whole region if it says so.
        validation(
            "TP-C8-02",
            "variables.kept || variables.affinity.all(each, each.?namespaces.orValue([]).all(name, name =="
            " request.namespace) && (!has(each.namespaceSelector)"
            f" || each.namespaceSelector.?matchLabels[?'{names.TENANT_LABEL}'].orValue('') == variables.tenant))",
            "a tenant's pod is near to or far from pods of its own tenant alone: leave out other namespaces",
        ),
        validation(
            "TP-C4-10",
            "object.metadata.?annotations.orValue({}).all(key, !"
            + json.dumps(NODE_ANNOTATIONS)
            + ".exists(prefix, key.startsWith(prefix))"
            " || variables.annotated[?key].orValue('') == object.metadata.annotations[key])",
            "a tenant's pod asks nothing of the node by annotation: leave out those of networks and runtimes",
        ),
    ]


def _from_registries(registries: tuple[str, ...]) -> list[Manifest]:
    """The rule for where images come from (G7). With the slash, or a host would do whose name begins likewise; a name
    without a host, which the node would complete to one of its own choice, lies below none."""
    if not registries:
        return []
    prefixes = json.dumps([f"{registry}/" for registry in registries])
    return [
        validation(
            "TP-G7-02",
            "variables.kept || variables.containers.all(each, "
            f"{prefixes}.exists(prefix, each.image.startsWith(prefix)))",
            f"a tenant's images come from the environment's registries: {', '.join(registries)}",
        )
    ]


def service_validations() -> Manifest:
    """The rules for Services."""
    return [
        # Such an address is taken from whoever it belongs to, on every node (CVE-2020-8554).
        validation(
            "TP-E2-04",
            "object.spec.?externalIPs.orValue([]).size() == 0",
            "a tenant's Service may not claim external addresses",
        ),
        validation(
            "TP-E2-04",
            "object.spec.?loadBalancerIP.orValue('') == ''",
            "a tenant's Service may not claim an address of the load balancers",
        ),
        # The gateway goes wherever such a name leads, with rights of its own: to another tenant, or the API server.
        validation(
            "TP-E2-04",
            "object.spec.?type.orValue('') != 'ExternalName'",
            "a tenant's Service leads to pods of its own: type ExternalName is not for tenants",
        ),
    ]


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
        self.policies = [POD_POLICY, SERVICE_POLICY]
        pods = {
            **asked_in_tenants(rule("", "pods")),
            "variables": variables(args.tiers),
            "validations": validations(args.registries),
        }
        services = {**asked_in_tenants(rule("", "services")), "validations": service_validations()}
        admission_policy(self, f"{name}-pods", pods, policy=POD_POLICY, component="tenant-admission")
        admission_policy(self, f"{name}-services", services, policy=SERVICE_POLICY, component="tenant-admission")
        self.register_outputs({"policies": self.policies})
