"""What a preview says that an API server never changes, it never changes (fleet/preview/sealed.py, I2)."""

from typing import Any, Final

import pytest

from fleet.preview.sealed import SEALED
from tests.cluster.acting import Caller

pytestmark = pytest.mark.cluster

_CLAIM: Final = {"accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem", "storageClassName": "sealed",
                 "resources": {"requests": {"storage": "1Gi"}}}  # fmt: skip
_VOLUME: Final = {"accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem", "capacity": {"storage": "1Gi"},
                  "csi": {"driver": "sealed.example", "volumeHandle": "sealed"}}  # fmt: skip
OBJECTS: Final[dict[str, tuple[str, dict[str, Any], dict[str, Any]]]] = {
    "kubernetes:node.k8s.io:RuntimeClass": (
        "/apis/node.k8s.io/v1/runtimeclasses", {"handler": "one"}, {"handler": "two"},
    ),
    "kubernetes:scheduling.k8s.io:PriorityClass": (
        "/apis/scheduling.k8s.io/v1/priorityclasses",
        {"value": 1, "preemptionPolicy": "Never"},
        {"value": 2, "preemptionPolicy": "PreemptLowerPriority"},
    ),
    "kubernetes:storage.k8s.io:StorageClass": (
        "/apis/storage.k8s.io/v1/storageclasses",
        {"provisioner": "sealed.example", "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
        {"reclaimPolicy": "Retain", "volumeBindingMode": "WaitForFirstConsumer"},
    ),
    "kubernetes:core:PersistentVolumeClaim": (
        "/api/v1/namespaces/default/persistentvolumeclaims", {"spec": _CLAIM}, {"spec": {"volumeMode": "Block"}},
    ),
    "kubernetes:core:PersistentVolume": (
        "/api/v1/persistentvolumes", {"spec": _VOLUME}, {"spec": {"volumeMode": "Block"}},
    ),
    "kubernetes:networking.k8s.io:IngressClass": (
        "/apis/networking.k8s.io/v1/ingressclasses",
        {"spec": {"controller": "one.example/a"}},
        {"spec": {"controller": "two.example/a"}},
    ),
}  # fmt: skip
"""By kind: where it is, one that can be made, and another value for each of its sealed properties."""


def test_every_sealed_kind_is_tried() -> None:
    assert set(OBJECTS) == set(SEALED)


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, paths in SEALED.items() for path in paths])
def test_the_api_server_takes_no_other_value(kind: str, path: str, admin: Caller) -> None:
    place, made, other = OBJECTS[kind]
    name = f"sealed-{path.replace('.', '-').lower()}"
    admin.create(place, {"metadata": {"name": name}, **made})
    try:
        steps, change = path.split("."), other
        for step in steps:
            change = change[step]
        for step in reversed(steps):
            change = {step: change}
        admin.patch(f"{place}/{name}", {"metadata": {"labels": {"twin": "allowed"}}})
        admin.refused(steps[-1], "PATCH", f"{place}/{name}", change)
    finally:
        admin.ask("PATCH", f"{place}/{name}", {"metadata": {"finalizers": None}}, "application/merge-patch+json")
        admin.ask("DELETE", f"{place}/{name}")
