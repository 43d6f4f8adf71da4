"""Each control passes a compliant object and finds what one flip of it breaks (I1)."""

import copy
from typing import Any

import pytest

from policies.controls import CONTROLS
from policies.objects import KubernetesObject
from tests.unit.components.local_stack import local_stack

DIGEST = "registry.example/app@sha256:" + "a" * 64
LABELS = {"tenant": "acme"}
NAMESPACE: dict[str, Any] = {
    "metadata": {
        "name": "tenant-acme",
        "labels": LABELS
        | {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")},
    }
}
CONTAINER: dict[str, Any] = {"name": "app", "image": DIGEST, "securityContext": {"allowPrivilegeEscalation": False}}
DEPLOYMENT: dict[str, Any] = {
    "metadata": {"name": "app", "namespace": "tenant-acme", "labels": LABELS},
    "spec": {
        "template": {
            "metadata": {"labels": {"tenantplane.dev/workload": "homework-correction"}},
            "spec": {"runtimeClassName": "runc", "containers": [CONTAINER]},
        }
    },
}
CRONJOB: dict[str, Any] = {
    "metadata": {"name": "app", "namespace": "tenant-acme", "labels": LABELS},
    "spec": {
        "jobTemplate": {
            "spec": {
                "template": {
                    "spec": {
                        "runtimeClassName": "gvisor",
                        "containers": [CONTAINER],
                        "initContainers": [copy.deepcopy(CONTAINER)],
                    }
                }
            }
        }
    },
}
TEMPLATE: dict[str, Any] = {
    "metadata": {"name": "sandboxes", "namespace": "tenant-acme", "labels": LABELS},
    "spec": {"podTemplate": {"spec": {"runtimeClassName": "kata", "containers": [CONTAINER]}}},
}
NS, DEPLOY, CRON = "kubernetes:core/v1:Namespace", "kubernetes:apps/v1:Deployment", "kubernetes:batch/v1:CronJob"
SANDBOX = "kubernetes:extensions.agents.x-k8s.io/v1beta1:SandboxTemplate"
POD = ("spec", "template", "spec", "containers", 0)
INIT = ("spec", "jobTemplate", "spec", "template", "spec", "initContainers", 0)
BOX = ("spec", "podTemplate", "spec", "containers", 0)


def findings(token: str, props: dict[str, Any]) -> list[str]:
    found = KubernetesObject.of(token, props)
    assert found is not None
    return [line for control in CONTROLS for line in control.findings(found)]


def flipped(props: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    made = copy.deepcopy(props)
    place: Any = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return made


@pytest.mark.parametrize(
    ("token", "props"), [(NS, NAMESPACE), (DEPLOY, DEPLOYMENT), (CRON, CRONJOB), (SANDBOX, TEMPLATE)]
)
def test_a_compliant_object_has_no_finding(token: str, props: dict[str, Any]) -> None:
    assert findings(token, props) == []


@pytest.mark.parametrize(
    ("token", "props", "path", "value", "control", "words"),
    [
        (DEPLOY, DEPLOYMENT, ("metadata", "labels"), {}, "TP-B1-01", "label `tenant` is None, not 'acme'"),
        (DEPLOY, DEPLOYMENT, ("metadata", "labels", "tenant"), "other", "TP-B1-01", "is 'other', not 'acme'"),
        (NS, NAMESPACE, ("metadata", "labels", "tenant"), "other", "TP-B1-01", "is 'other', not 'acme'"),
        (
            NS,
            NAMESPACE,
            ("metadata", "labels", "pod-security.kubernetes.io/enforce"),
            "baseline",
            "TP-C1-03",
            "Pod Security `enforce` is 'baseline'",
        ),
        (DEPLOY, DEPLOYMENT, (*POD[:-2], "runtimeClassName"), "", "TP-C3-01", "names no runtimeClassName"),
        (DEPLOY, DEPLOYMENT, ("spec", "template", "metadata"), {}, "TP-C3-01", "of kind agent-sessions"),
        (SANDBOX, TEMPLATE, (*BOX[:-2], "runtimeClassName"), "runc", "TP-C3-01", "has runtimeClassName 'runc'"),
        (DEPLOY, DEPLOYMENT, (*POD, "securityContext", "privileged"), True, "TP-C4-01", "'app' is privileged"),
        (DEPLOY, DEPLOYMENT, (*POD, "securityContext"), {}, "TP-C4-01", "'app' may escalate its privileges"),
        (CRON, CRONJOB, (*INIT, "securityContext"), None, "TP-C4-01", "'app' may escalate its privileges"),
        (DEPLOY, DEPLOYMENT, (*POD, "image"), "app:latest", "TP-G7-01", "image 'app:latest' of container 'app'"),
        (CRON, CRONJOB, (*INIT, "image"), f"{DIGEST}0", "TP-G7-01", "has no digest"),
        (SANDBOX, TEMPLATE, (*BOX, "image"), "app:latest", "TP-G7-01", "image 'app:latest' of container 'app'"),
        (SANDBOX, TEMPLATE, (*BOX, "securityContext"), {}, "TP-C4-01", "'app' may escalate its privileges"),
    ],
)
def test_one_flip_gives_one_finding(  # noqa: PLR0917
    token: str, props: dict[str, Any], path: tuple[str | int, ...], value: object, control: str, words: str
) -> None:
    (finding,) = findings(token, flipped(props, path, value))
    assert finding.startswith(f"[{control}] ")
    assert words in finding
    assert " Fix: " in finding


def test_objects_of_nobody_are_not_asked_for_a_tenant() -> None:
    assert findings("kubernetes:core/v1:ConfigMap", {"metadata": {"name": "a", "namespace": "kube-system"}}) == []
    assert KubernetesObject.of("aws:s3/bucket:Bucket", {}) is None


def test_ids_are_unique_and_every_row_is_filled_in() -> None:
    assert len({control.id for control in CONTROLS}) == len(CONTROLS)
    for control in CONTROLS:
        assert all((control.id, control.title, control.why, control.fix, control.sources))


def test_the_local_stack_has_no_finding() -> None:
    found = [KubernetesObject.of(each.type, each.inputs) for each in local_stack().resources if each.custom]
    objects = [each for each in found if each is not None]
    assert len(objects) > 100
    assert [line for each in objects for control in CONTROLS for line in control.findings(each)] == []


def test_a_namespace_with_stated_capabilities_is_at_baseline_and_no_other_is() -> None:
    """C4: the exception is written by the component, from the tenant's reviewed file."""
    lower = flipped(NAMESPACE, ("metadata", "labels", "pod-security.kubernetes.io/enforce"), "baseline")
    excepted = flipped(
        lower, ("metadata", "annotations"), {"capabilities.tenantplane.dev/agent-sessions": "CHOWN,SETUID"}
    )
    assert findings(NS, excepted) == []
    assert findings(NS, flipped(excepted, ("metadata", "annotations"), {"note": "please"})) != []
