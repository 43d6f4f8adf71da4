"""Objects that are there already: imported by option, read by id."""

import os

import pulumi
import pulumi_kubernetes as k8s

from .table import Json, at, meta

NAMESPACE = "diff-imported"  # made by the test


def declare(phase: int) -> None:
    """Phase 1 imports, phase 2 forgets the option, phase 3 changes what was imported.

    None of the kinds is one that a change of its data replaces: the comparison's official provider is built without its
    schema and reads no data on import, which the engine then takes for a replacement and refuses.
    """

    def of(name: str) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(import_=name if phase == 1 else None)

    k8s.core.v1.Namespace(
        "namespace",
        metadata=meta(NAMESPACE, labels={"imported": at(phase, "yes", "yes", "changed")}),
        opts=of(NAMESPACE),
    )
    k8s.core.v1.ServiceAccount(
        "account",
        metadata=meta("account", NAMESPACE, labels={"a": at(phase, "b", "b", "c")}),
        automount_service_account_token=False,
        opts=of(f"{NAMESPACE}/account"),
    )
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", at(phase, "list", "list", "watch")]}
    k8s.rbac.v1.Role("role", metadata=meta("role", NAMESPACE), rules=[rule], opts=of(f"{NAMESPACE}/role"))
    case = os.environ.get("DIFFERENTIAL_CASE", "")
    if case == "missing":
        k8s.core.v1.ConfigMap(
            "missing",
            metadata=meta("missing", NAMESPACE),
            data={"a": "b"},
            opts=pulumi.ResourceOptions(import_=f"{NAMESPACE}/missing"),
        )
    if case == "get-missing":
        k8s.core.v1.ConfigMap.get("get-missing", f"{NAMESPACE}/missing")
    got: Json = k8s.core.v1.ConfigMap.get("got", f"{NAMESPACE}/read")
    service: Json = k8s.core.v1.Service.get("got-service", f"{NAMESPACE}/read")
    k8s.core.v1.ConfigMap(
        "made-of-read",
        metadata=meta("made-of-read", NAMESPACE),
        data={"a": got.data["a"], "type": service.spec["type"]},
    )
