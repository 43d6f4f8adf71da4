"""What an API server never changes, though the provider would try: told before anybody approves it (I2).

Beside the provider's own table of what it replaces (localcloud/providers/kubernetes/immutable.go), which a preview asks
and does not repeat. From ValidateRuntimeClassUpdate, ValidatePriorityClassUpdate, ValidateStorageClassUpdate,
validateIngressClassUpdate and the like of k8s.io/kubernetes 1.34; a test asks a real API server about each.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from fleet.events import PLATFORM, Change
from fleet.preview.danger import kind_of

SEALED: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes:node.k8s.io:RuntimeClass": ("handler",),
    "kubernetes:scheduling.k8s.io:PriorityClass": ("value", "preemptionPolicy"),
    "kubernetes:storage.k8s.io:StorageClass": ("reclaimPolicy", "volumeBindingMode"),
    "kubernetes:core:PersistentVolumeClaim": ("spec.volumeMode",),
    "kubernetes:core:PersistentVolume": ("spec.volumeMode",),
    "kubernetes:networking.k8s.io:IngressClass": ("spec.controller",),
}
"""Kind, and its properties that keep the value they were made with."""


def refusals(changes: Iterable[Change]) -> list[str]:
    """One line for each sealed property that a change would change in place."""
    return [
        f"{'' if change.tenant == PLATFORM else f'tenant {change.tenant}: '}{change.type.rpartition(':')[2]} "
        f"{change.name}: the API server changes no {path}; allowed: another name, so that a new one is made beside it"
        for change in changes
        if change.op == "update"
        for path in change.paths
        if path.startswith(SEALED.get(kind_of(change.type), ("\0",)))
    ]
