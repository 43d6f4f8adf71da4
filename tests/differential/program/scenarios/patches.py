"""Patch resources: parts of objects that someone else made (see `prepare` in flows)."""

import pulumi
import pulumi_kubernetes as k8s

from .table import at, meta

NAMESPACE = "diff-foreign"  # made by the test, not by the program


def declare(phase: int) -> None:
    """Labels, data and containers of foreign objects; phase 3 gives two of them back."""
    k8s.core.v1.NamespacePatch(
        "namespace-patch",
        metadata=meta(NAMESPACE, labels={"patched": at(phase, "one", "two")}),
    )
    if phase < 3:
        k8s.core.v1.ServiceAccountPatch(
            "account-patch",
            metadata=meta("default", NAMESPACE, annotations={"patched": at(phase, "one", "two")}),
            automount_service_account_token=False,
        )
        k8s.core.v1.ConfigMapPatch(
            "config-patch",
            metadata=meta("foreign", NAMESPACE),
            data={"mine": at(phase, "one", "two")},
        )
    k8s.core.v1.ConfigMapPatch(
        "forced-patch",
        metadata=meta("contested", NAMESPACE, annotations={"pulumi.com/patchForce": "true"}),
        data={"theirs": at(phase, "mine", "still mine")},
    )
    k8s.core.v1.ConfigMapPatch(
        "named-manager",
        metadata=meta("shared", NAMESPACE, annotations={"pulumi.com/patchFieldManager": "differential"}),
        data={"managed": at(phase, "one", "two")},
    )
    k8s.apps.v1.DeploymentPatch(
        "deployment-patch",
        metadata=meta("foreign", NAMESPACE),
        spec={
            "template": {
                "spec": {"containers": [{"name": "app", "env": [{"name": "PATCHED", "value": at(phase, "1", "2")}]}]}
            }
        },
        opts=pulumi.ResourceOptions(retain_on_delete=True),
    )
