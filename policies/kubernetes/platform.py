"""Rules about storage, queues, classes and scrapes (C6, C8, C9, D1, D5, F2, F4, G1)."""

from collections.abc import Iterator
from typing import Final

from policies.expected import Expected
from policies.objects import KubernetesObject
from policies.rule import rule
from settings import names

_SCRAPES: Final = ("PodMonitor", "ServiceMonitor", "ScrapeConfig")
_ENDPOINTS: Final = ("podMetricsEndpoints", "endpoints")
PLACEHOLDER: Final = "placeholder"


def volumes_are_encrypted(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Every class of volumes encrypts them; a driver's own default is not relied on (F4, F5)."""
    encrypted = found.at("parameters", "encrypted")
    if encrypted != "true":
        yield f"parameter `encrypted` is {encrypted!r}"


def no_volumes_by_hand(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Nobody makes a PersistentVolume (F4)."""
    yield f"PersistentVolume {found.metadata.get('name')!r} is made by hand"


def volumes_fit_their_pod(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Bound late, and able to grow (F4)."""
    if found.at("volumeBindingMode") != "WaitForFirstConsumer":
        yield f"volumeBindingMode is {found.at('volumeBindingMode')!r}"
    if found.at("allowVolumeExpansion") is not True:
        yield "volumes of it cannot grow"


def volumes_go_with_their_claim(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """reclaimPolicy Delete (F4)."""
    if found.at("reclaimPolicy") not in (None, "Delete"):
        yield f"reclaimPolicy is {found.at('reclaimPolicy')!r}"


def postgresql_is_replicated(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Two instances or more of a cluster of CloudNativePG (F2). kind Cluster of other operators has no `instances`."""
    instances = found.at("spec", "instances")
    if found.at("apiVersion") == "postgresql.cnpg.io/v1" and (instances is None or instances < 2):
        yield f"the server has {instances if instances is None else format(instances, 'g')} instances"


def queues_are_for_one(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """A tenant's ClusterQueue chooses the tenant's namespaces; an empty selector chooses all (D1)."""
    selector = found.at("spec", "namespaceSelector")
    tenant = found.labels.get(names.TENANT_LABEL)
    if tenant is not None and (selector or {}).get("matchLabels") != {names.TENANT_LABEL: tenant}:
        yield f"its namespaceSelector does not choose tenant {tenant!r} alone"
    elif selector is not None and not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield "its empty namespaceSelector chooses every namespace"


def no_default_priority(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """globalDefault (C8)."""
    if found.at("globalDefault"):
        yield "it is the default of every pod"


def placeholders_give_way(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """The class of placeholders is below all others and evicts nobody (D5)."""
    if found.metadata.get("name") != PLACEHOLDER:
        return
    if (found.at("value") or 0) >= 0:
        yield f"its value is {found.at('value')}, not below 0"
    if found.at("preemptionPolicy") != "Never":
        yield f"its preemptionPolicy is {found.at('preemptionPolicy')!r}"


def one_may_be_missing(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """A budget for disruptions allows one (C9)."""
    least, most = found.at("spec", "minAvailable"), found.at("spec", "maxUnavailable")
    if most in (0, "0", "0%") or least == "100%":
        yield "it allows no disruption"
    elif least is None and most is None:
        yield "it says neither minAvailable nor maxUnavailable"


def scrapes_believe_nobody(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """honorLabels off; a tenant's pods are labelled by their namespace (G1)."""
    parts = [each for key in _ENDPOINTS for each in found.every("spec", key)] or [found.at("spec") or {}]
    for each in parts:
        if each.get("honorLabels") is True:
            yield "honorLabels is on"
        labelled = any(one.get("targetLabel") == names.TENANT_LABEL for one in each.get("relabelings") or [])
        if found.tenant_namespace is not None and not labelled:
            yield "no relabelling writes the label `tenant`"


def nodes_are_bounded(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """A NodePool of Karpenter has limits (C6)."""
    if not found.at("spec", "limits", "cpu"):
        yield "it has no limit of cpu"


PLATFORM = (
    rule("TP-C6-04", ("NodePool",), nodes_are_bounded),
    rule("TP-C8-03", ("PriorityClass",), no_default_priority),
    rule("TP-C9-03", ("PodDisruptionBudget",), one_may_be_missing),
    rule("TP-D1-01", ("ClusterQueue",), queues_are_for_one),
    rule("TP-D5-01", ("PriorityClass",), placeholders_give_way),
    rule("TP-F2-08", ("Cluster",), postgresql_is_replicated),
    rule("TP-F4-01", ("StorageClass",), volumes_are_encrypted),
    rule("TP-F4-04", ("PersistentVolume",), no_volumes_by_hand),
    rule("TP-F4-05", ("StorageClass",), volumes_fit_their_pod),
    rule("TP-F4-06", ("StorageClass",), volumes_go_with_their_claim),
    rule("TP-G1-02", _SCRAPES, scrapes_believe_nobody),
)
