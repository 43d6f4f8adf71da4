"""Each control passes a compliant object and finds what one flip of it breaks (I1)."""

import copy
from typing import Any

import pytest

from policies.controls import AWS_CONTROLS, CONTROLS, Control
from policies.objects import AwsResource, KubernetesObject
from settings import names
from settings.storage import KeySettings, service_key, tenant_key
from settings.volume import KeyRotation
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
STORAGE: dict[str, Any] = {"metadata": {"name": "fast"}, "parameters": {"type": "gp3", "encrypted": "true"}}
CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
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
    ("token", "props"), [(NS, NAMESPACE), (DEPLOY, DEPLOYMENT), (CRON, CRONJOB), (SANDBOX, TEMPLATE), (CLASS, STORAGE)]
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
        (CLASS, STORAGE, ("parameters", "encrypted"), "false", "TP-F4-01", "`encrypted` is 'false'"),
        (CLASS, STORAGE, ("parameters",), None, "TP-F4-01", "`encrypted` is None"),
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
    table: tuple[Control[Any], ...] = (*CONTROLS, *AWS_CONTROLS)
    assert len({control.id for control in table}) == len(table)
    for control in table:
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


KEY = "aws:kms/key:Key"
ACCOUNT = "111122223333"


def key(settings: KeySettings, **changed: object) -> dict[str, Any]:
    """The key as the engine would be told to make it."""
    return {"enableKeyRotation": True, "rotationPeriodInDays": settings.rotation_days, "tags": settings.tags, **changed}


def key_findings(props: dict[str, Any], token: str = KEY) -> list[str]:
    found = AwsResource.of(token, props)
    assert found is not None
    return [line for control in AWS_CONTROLS for line in control.findings(found)]


def test_keys_made_from_the_settings_are_turned_in_time() -> None:
    """F5: 90 days for services, 365 for tenants."""
    for made in (
        service_key("volumes", "prod", ACCOUNT, KeyRotation()),
        tenant_key("acme", "team", "prod", ACCOUNT, KeyRotation()),
    ):
        assert key_findings(key(made)) == []
    assert key_findings({}, "aws:s3/bucket:Bucket") == []


@pytest.mark.parametrize(
    ("tenant", "changed", "words"),
    [
        (False, {"rotationPeriodInDays": 91}, "after 91 days, and 90 are allowed"),
        (True, {"rotationPeriodInDays": 366}, "after 366 days, and 365 are allowed"),
        (True, {"enableKeyRotation": False}, "KMS does not turn the key"),
        (True, {"enableKeyRotation": None}, "KMS does not turn the key"),
        (False, {"tags": {}, "rotationPeriodInDays": 365}, "after 365 days, and 90 are allowed"),
    ],
)
def test_a_key_that_is_turned_late_is_found(tenant: bool, changed: dict[str, Any], words: str) -> None:
    made = (tenant_key("acme", "team", "prod", ACCOUNT, KeyRotation()) if tenant
            else service_key("volumes", "prod", ACCOUNT, KeyRotation()))  # fmt: skip
    (finding,) = key_findings(key(made, **changed))
    assert finding.startswith("[TP-F5-01] ")
    assert words in finding


def test_a_service_key_without_a_period_has_that_of_kms_which_is_too_long() -> None:
    made = key(service_key("volumes", "prod", ACCOUNT, KeyRotation()))
    del made["rotationPeriodInDays"]
    assert "after 365 days" in key_findings(made)[0]


def test_tags_of_the_provider_say_whose_key_it_is_as_well() -> None:
    assert key_findings(key(service_key("v", "prod", ACCOUNT, KeyRotation()), rotationPeriodInDays=365,
                            tagsAll={names.TENANT_LABEL: "acme"})) == []  # fmt: skip


def test_a_rotation_that_the_topology_may_state_and_f5_does_not_allow_is_found() -> None:
    late = KeyRotation(service_days=180, tenant_days=700)
    assert len(key_findings(key(service_key("volumes", "prod", ACCOUNT, late)))) == 1
    assert len(key_findings(key(tenant_key("acme", "team", "prod", ACCOUNT, late)))) == 1
