"""What claims of the table of controls name: places of an object, and what it is compared with (I1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from policies.expected import Expected, known
from policies.objects import KubernetesObject
from settings import names
from settings.storage import storage_class_name


class NotConcernedError(Exception):
    """The claim says nothing about such an object."""


@dataclass(frozen=True)
class Asked:
    """An object, what is expected of it, and the item of it that is looked at."""

    object: KubernetesObject
    expected: Expected
    item: Any = None


def _metadata(found: KubernetesObject, key: str) -> Any:
    return found.metadata.get(key) or ()


def _of_pod(found: KubernetesObject, key: str) -> Any:
    return (found.pod or {}).get(key) or ()


PLACES: Final[Mapping[str, Callable[[KubernetesObject], Any]]] = {
    "object": lambda found: found.props,
    "pod": lambda found: found.pod,
    "containers": lambda found: tuple(found.containers()),
    "finalizers": lambda found: _metadata(found, "finalizers"),
    "nodeSelector": lambda found: _of_pod(found, "nodeSelector") or {},
    "ownerReferences": lambda found: _metadata(found, "ownerReferences"),
    "rules": lambda found: found.every("spec", "rules"),
    "tolerations": lambda found: _of_pod(found, "tolerations"),
    "volumes": lambda found: _of_pod(found, "volumes"),
    "workload": lambda found: found.pod_labels.get(names.WORKLOAD_LABEL, ""),
}
"""Where fields and lists are, by the names that claims have for them."""


def _tier(asked: Asked) -> str:
    return known(asked.expected.tiers, "which tier a tenant is of").get(asked.object.tenant or "", "")


def _registries(asked: Asked) -> tuple[str, ...]:
    """With the slash, or a host would do whose name begins likewise."""
    registries = known(asked.expected.registries, "where images may come from")
    if not registries:
        raise NotConcernedError
    return tuple(f"{each}/" for each in registries)


def _pools(asked: Asked) -> frozenset[str]:
    pools = known(asked.expected.own_nodes, "who has nodes of its own").get(asked.object.tenant or "")
    if pools is None:
        raise NotConcernedError
    return pools


TOLD: Final[Mapping[str, Callable[[Asked], Any]]] = {
    "classes": lambda asked: known(asked.expected.classes, "which classes a tier may have").get(_tier(asked), ()),
    "hosts": lambda asked: [
        names.host(asked.object.tenant or "", known(asked.expected.domain, "the domain of tenants' hosts"))
    ],
    "kinds": lambda asked: known(asked.expected.kinds, "what tenants' files list").get(asked.object.tenant or "", ()),
    "nothing": lambda _: "",
    "pools": _pools,
    "registries": _registries,
    "storage_class": lambda asked: storage_class_name(_tier(asked)),
    "tenant": lambda asked: asked.object.tenant,
}
"""What objects are compared with, by the names that claims have for it."""
