"""What pods of tenants may say that neither RBAC nor Pod Security forbids (A6, A7, C4, C6, C8, F4, G7)."""

from typing import Final

from controls.admission.claim import (
    CONTAINERS,
    POD,
    Absent,
    AtAdmission,
    AtMost,
    Begins,
    Every,
    Field,
    Is,
    IsNot,
    Matches,
    Not,
    OneOf,
    Place,
    Told,
    any_of,
)
from controls.admission.form import AdmissionPolicy, Asked, Preview, Refusal, Variable
from controls.admission.parts import CLASSES, DIGEST, GRACE_MAX_S, NODE_ANNOTATIONS, TENANT, TIER, annotated, names_of

_NEW: Final = AtAdmission("request.operation != 'CREATE'")
_KEPT: Final = AtAdmission("variables.kept")
_TOLERATIONS: Final = Place("variables.tolerations", "tolerations")
_NODES: Final = Place("variables.nodes", "nodeSelector")
_VOLUMES: Final = Place("object.spec.?volumes.orValue([])", "volumes")
_KEY, _VALUE, _IMAGE = Field("?key", ""), Field("?value", ""), Field("image")
_ITS_TENANT: Final = Told("variables.tenant", "tenant")


def _affinity(side: str) -> str:
    """CEL: the terms of a pod's affinity to pods, wished for or not."""
    terms = f"object.spec.?affinity.?{side}"
    return (
        f"{terms}.?requiredDuringSchedulingIgnoredDuringExecution.orValue([])"
        f" + {terms}.?preferredDuringSchedulingIgnoredDuringExecution.orValue([]).map(each, each.podAffinityTerm)"
    )


TENANT_PODS: Final = AdmissionPolicy(
    name="tenantplane-tenant-pods",
    asked=(Asked("", ("pods",)),),
    variables=(
        TENANT,
        TIER,
        CLASSES,
        Variable("nodes", "object.spec.?nodeSelector.orValue({})"),
        Variable("pools", annotated("'{{pools_annotation}}'")),
        Variable("tolerations", "object.spec.?tolerations.orValue([])"),
        Variable("containers", "object.spec.containers + object.spec.?initContainers.orValue([])"),
        # What was admitted before a rule was there can still be labelled, adopted and released by controllers.
        Variable("kept", "request.operation == 'UPDATE' && object.spec == oldObject.spec"),
        Variable("affinity", _affinity("podAffinity") + " + " + _affinity("podAntiAffinity")),
        Variable("annotated", "request.operation == 'UPDATE' ? oldObject.metadata.?annotations.orValue({}) : {}"),
    ),
    refusals=(
        # A higher class would evict other tenants' pods; the system classes are open to every namespace by default.
        Refusal(
            control="TP-C8-01",
            holds=OneOf(Field("?priorityClassName", "", POD), ("",), Told("variables.classes", "classes")),
            message="a tenant's pod may have the priority class of its tier or '{{batch_class}}'",
            preview=Preview(wrong="the pod has priority class {value!r}, which its tier may not have"),
        ),
        # A pod that is born with a node passes by the scheduler and with it every taint that only keeps pods from
        # scheduling.
        Refusal(
            control="TP-C6-02",
            holds=any_of(_NEW, Is(Field("?nodeName", "", POD), "")),
            message="a tenant's pod is placed by the scheduler and may not name its node",
            preview=Preview(wrong="the pod names node {value!r}"),
        ),
        # Without a key a toleration means every taint.
        Refusal(
            control="TP-C6-01",
            holds=Every(_TOLERATIONS, IsNot(_KEY, "")),
            message="a tenant's pod may not tolerate every taint",
            preview=Preview(wrong="the pod tolerates every taint"),
        ),
        Refusal(
            control="TP-C6-01",
            holds=Every(_TOLERATIONS, any_of(IsNot(_KEY, "{{tenant_taint}}"), Is(_VALUE, _ITS_TENANT))),
            message="a tenant's pod may not tolerate the taint of another tenant's nodes",
            preview=Preview(wrong="the pod tolerates the nodes of another tenant"),
        ),
        Refusal(
            control="TP-C6-01",
            holds=Every(_TOLERATIONS, any_of(IsNot(_KEY, "{{kind_label}}"), Not(OneOf(_VALUE, ("", "system"))))),
            message="a tenant's pod may not tolerate the taint of the system nodes",
            preview=Preview(wrong="the pod tolerates the system nodes"),
        ),
        # Else it would run on shared nodes, among everybody's. A pod that waits for its gates can be bound no wider.
        Refusal(
            control="TP-A6-01",
            holds=any_of(
                AtAdmission("namespaceObject.metadata.labels[?'{{nodes_label}}'].orValue('') != 'dedicated'"),
                _NEW,
                Is(Field("[?'{{tenant_node_label}}']", "", _NODES), _ITS_TENANT),
                OneOf(Field("[?'{{pool_label}}']", "", _NODES), more=Told("variables.pools", "pools")),
            ),
            message="a tenant with nodes of its own runs on those: set nodeSelector {{tenant_node_label}} to the"
            " tenant, or {{pool_label}} to a pool that its file names",
            preview=Preview(wrong="the pod does not choose the nodes of tenant {tenant!r}"),
        ),
        # An image that another tenant has pulled lies on the node; only a pull asks whether this one may have it.
        Refusal(
            control="TP-G7-03",
            holds=Every(CONTAINERS, Is(Field("?imagePullPolicy", ""), "Always")),
            message="a tenant's containers pull their image every time: set imagePullPolicy to Always",
            preview=Preview(wrong="container {name!r} has imagePullPolicy {value!r}"),
        ),
        # A tag can be moved to another image after the review (G7).
        Refusal(
            control="TP-G7-01",
            holds=any_of(_KEPT, Every(CONTAINERS, Matches(_IMAGE, DIGEST))),
            message="a tenant's images are named by digest: repository@sha256:<64 hex digits>",
            preview=Preview(wrong="image {value!r} of container {name!r} has no digest", everywhere=True),
        ),
        # With the slash, or a host would do whose name begins likewise; a name without a host, which the node would
        # complete to one of its own choice, lies below none.
        Refusal(
            control="TP-G7-02",
            holds=any_of(_KEPT, Every(CONTAINERS, Begins(_IMAGE, Told("{{registry_prefixes}}", "registries")))),
            message="a tenant's images come from the environment's registries: {{registries}}",
            given="registries",
            preview=Preview(wrong="image {value!r} of container {name!r} is from none of {allowed}", everywhere=True),
        ),
        # Such a volume is whatever its driver makes of attributes which nobody reviews; `restricted` allows it.
        Refusal(
            control="TP-F4-03",
            holds=any_of(_KEPT, Every(_VOLUMES, Absent("csi"))),
            message="a tenant's pod gets storage by a claim: leave out inline csi volumes",
            preview=Preview(wrong="volume {name!r} is an inline csi volume"),
        ),
        # Until a pod has ended, its node is not drained, its namespace not gone and its quota not free.
        Refusal(
            control="TP-A7-03",
            holds=any_of(_KEPT, AtMost(Field("?terminationGracePeriodSeconds", 0, POD), GRACE_MAX_S)),
            message=f"a tenant's pod ends soon: set terminationGracePeriodSeconds to {GRACE_MAX_S} at most",
            preview=Preview(wrong=f"the pod may take {{value:g}} s to end, and {GRACE_MAX_S} are allowed"),
        ),
        # The scheduler keeps every tenant's pods away from one that wants to be alone, in a whole region if it says so.
        Refusal(
            control="TP-C8-02",
            holds="variables.kept || variables.affinity.all(each, each.?namespaces.orValue([]).all(name, name =="
            " request.namespace) && (!has(each.namespaceSelector)"
            " || each.namespaceSelector.?matchLabels[?'{{tenant_label}}'].orValue('') == variables.tenant))",
            message="a tenant's pod is near to or far from pods of its own tenant alone: leave out other namespaces",
        ),
        Refusal(
            control="TP-C4-10",
            holds="object.metadata.?annotations.orValue({}).all(key, !"
            + names_of(NODE_ANNOTATIONS)
            + ".exists(prefix, key.startsWith(prefix))"
            " || variables.annotated[?key].orValue('') == object.metadata.annotations[key])",
            message="a tenant's pod asks nothing of the node by annotation: leave out those of networks and runtimes",
        ),
    ),
)
