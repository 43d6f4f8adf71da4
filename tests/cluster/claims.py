"""The claims of the table of controls on a live API server, and objects that break them in any way (I1).

Each claim is a policy's rule that warns with its number, so that one dry run tells of all of them. The namespace has
labels of its own in the place of a tenant's: no other policy of the cluster is about it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st

from components.security.admission_policy import Values, rendered
from components.tenancy.namespace import POOLS, WORKLOADS
from controls.admission import POLICIES, AdmissionPolicy, Asked, Preview, Refusal
from policies.expected import Expected
from settings.nodepool import KIND_LABEL, POOL_LABEL, TENANT_NODE_LABEL, TENANT_TAINT
from settings.storage import storage_class_name
from tests.cluster.acting import IMAGE

TENANT: Final = "acme"
SELECTED: Final = "claims.example/asked"
LABELS: Final = {
    "tenant_label": "claims.example/tenant",
    "tier_label": "claims.example/tier",
    "nodes_label": "claims.example/nodes",
}
NAMESPACE: Final = {
    "labels": {
        SELECTED: "true",
        LABELS["tenant_label"]: TENANT,
        LABELS["tier_label"]: "gold",
        LABELS["nodes_label"]: "dedicated",
    },
    "annotations": {POOLS: "gpu", WORKLOADS: "homework-correction"},
}
"""What the API server knows of the namespace, and EXPECTED says of the tenant."""
EXPECTED: Final = Expected(
    registries=("registry.tenantplane.example",),
    domain="tenants.example",
    classes={"gold": frozenset({"system-cluster-critical"})},
    tiers={TENANT: "gold"},
    kinds={TENANT: frozenset({"homework-correction"})},
    own_nodes={TENANT: frozenset({"gpu"})},
)
VALUES: Final[Values] = {
    **LABELS,
    "classes": '{"gold": ["system-cluster-critical"]}',
    "registries": "registry.tenantplane.example",
    "registry_prefixes": '["registry.tenantplane.example/"]',
    "storage_classes": "there",
    "storage_class": storage_class_name(""),
    "domain": "tenants.example",
    "written": (Asked("", ("secrets", "configmaps")),),
}
CLAIMS: Final[tuple[tuple[AdmissionPolicy, Refusal, Preview], ...]] = tuple(
    (policy, refusal, refusal.preview)
    for policy in POLICIES.values()
    for refusal in policy.refusals
    if refusal.preview is not None
)
"""Every claim that both sides read; its place is its number."""


def _camel(value: Any) -> Any:
    """The API's spelling of what the SDK spells in its own way."""
    if isinstance(value, dict):
        return {re.sub("_(.)", lambda found: found[1].upper(), key): _camel(each) for key, each in value.items()}
    return [_camel(each) for each in value] if isinstance(value, list) else value


def warning_policies() -> dict[str, Any]:
    """Specs of the policies that have claims, by name, with their claims alone and numbers for words."""
    found: dict[str, Any] = {}
    for policy in dict.fromkeys(each for each, _, _ in CLAIMS):
        claims = tuple(
            replace(refusal, message=f"claim {number}.")
            for number, (its, refusal, _) in enumerate(CLAIMS)
            if its is policy
        )
        alone = replace(
            policy,
            refusals=claims,
            where=((SELECTED, "Exists", ()),),
            parameters="",
            variables=tuple(each for each in policy.variables if "params." not in each.expression),
        )
        found[policy.name] = _camel(rendered(alone, VALUES))
    return found


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with these fields; one that comes out None is left out."""
    return st.fixed_dictionaries(fields).map(lambda made: {key: each for key, each in made.items() if each is not None})


def _maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from((None, *values))


_SECCOMP: Final = _maybe(
    {"type": "RuntimeDefault"}, {"type": "Unconfined"}, {"type": "Localhost", "localhostProfile": "a.json"}
)
_CONTAINER_SECURITY: Final = st.none() | _some(
    allowPrivilegeEscalation=_maybe(True, False),
    capabilities=st.none() | _some(drop=_maybe([], ["ALL"], ["NET_RAW"]), add=_maybe([], ["CHOWN"])),
    runAsNonRoot=_maybe(True, False),
    runAsUser=_maybe(0, 1000),
    seccompProfile=_SECCOMP,
)
_CONTAINER: Final = _some(
    image=st.sampled_from((IMAGE, IMAGE, "registry.tenantplane.example/app:1", "elsewhere.example/app@" + IMAGE[-71:])),
    imagePullPolicy=st.sampled_from(("Always", "IfNotPresent")),  # the API server writes one where none is
    securityContext=_CONTAINER_SECURITY,
)
_VOLUME: Final = _maybe(
    {"emptyDir": {}}, {"hostPath": {"path": "/"}}, {"csi": {"driver": "d.example"}}, {"configMap": {"name": "c"}},
    {"nfs": {"server": "s.example", "path": "/"}},
)  # fmt: skip
_TOLERATION: Final = st.sampled_from(
    (
        {"operator": "Exists"},
        {"key": "other", "operator": "Exists"},
        {"key": TENANT_TAINT, "value": TENANT},
        {"key": TENANT_TAINT, "value": "bolt"},
        {"key": TENANT_TAINT, "operator": "Exists"},
        {"key": KIND_LABEL, "value": "system"},
        {"key": KIND_LABEL, "value": "gpu"},
        {"key": KIND_LABEL, "operator": "Exists"},
    )
)


def _named(items: Sequence[dict[str, Any] | None], prefix: str) -> list[dict[str, Any]]:
    return [{"name": f"{prefix}-{number}", **each} for number, each in enumerate(items) if each is not None]


POD: Final = _some(
    containers=st.lists(_CONTAINER, min_size=1, max_size=2).map(lambda made: _named(made, "c")),
    initContainers=st.lists(_CONTAINER, max_size=1).map(lambda made: _named(made, "i")),
    volumes=st.lists(_VOLUME, max_size=2).map(lambda made: _named(made, "v")),
    tolerations=st.lists(_TOLERATION, max_size=2),
    nodeName=_maybe("node-1"),
    nodeSelector=_maybe(
        {TENANT_NODE_LABEL: TENANT}, {TENANT_NODE_LABEL: "bolt"}, {POOL_LABEL: "gpu"}, {POOL_LABEL: "general"}
    ),
    priorityClassName=_maybe("system-cluster-critical", "system-node-critical"),
    terminationGracePeriodSeconds=_maybe(0, 600, 601),
    securityContext=st.none()
    | _some(runAsNonRoot=_maybe(True, False), runAsUser=_maybe(0, 1000), seccompProfile=_SECCOMP),
)
"""Specs of pods that the API's own validation lets pass."""
PODS: Final = st.tuples(POD, _maybe("homework-correction", "agent-sessions")).map(
    lambda made: {
        "metadata": {"labels": {"tenantplane.dev/workload": made[1]} if made[1] else {}},
        "spec": made[0],
    }
)
SERVICES: Final = st.one_of(
    _some(externalIPs=_maybe([], ["198.51.100.7"]), loadBalancerIP=_maybe("198.51.100.8"), type=_maybe("LoadBalancer")),
    st.just({"type": "ExternalName", "externalName": "s.example"}),
).map(lambda made: {"spec": made if "externalName" in made else {**made, "ports": [{"port": 80}]}})
VOLUME_CLAIMS: Final = _some(
    volumeName=_maybe("pv-1"),
    selector=_maybe({"matchLabels": {"a": "b"}}),
    storageClassName=_maybe("", "standard", storage_class_name("gold")),
).map(
    lambda made: {
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, **made},
    }
)
SECRETS: Final = st.tuples(
    _maybe("Opaque", "kubernetes.io/service-account-token"),
    st.lists(
        st.sampled_from(("orphan", "mine.example/for-ever", "kubernetes.io/pvc-protection")), max_size=2, unique=True
    ),
    st.lists(st.sampled_from((None, True, False)), max_size=2),
).map(
    lambda made: {
        **({"type": made[0]} if made[0] else {}),
        "metadata": {
            "annotations": {"kubernetes.io/service-account.name": "default"},
            "finalizers": made[1],
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "ConfigMap", "name": f"o{number}", "uid": f"u{number}",
                 **({} if blocks is None else {"blockOwnerDeletion": blocks})}
                for number, blocks in enumerate(made[2])
            ],
        },
    }
)  # fmt: skip
ROUTES: Final = _some(
    hostnames=_maybe([], ["acme.tenants.example"], ["bolt.tenants.example"], ["acme.tenants.example", "b.example"]),
    rules=_maybe(
        [{"backendRefs": [{"name": "app", "port": 80}]}],
        [{"filters": [{"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "spy", "port": 80}}}]}],
    ),
).map(lambda made: {"spec": made})
