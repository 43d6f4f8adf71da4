"""Classes of volumes and the schedules that copy them, as they are rendered (F4, C4)."""

from typing import Any

from components.data.snapshot_schedules import RULES
from settings.storage import cron, storage_class_name
from tests.unit.components.local_stack import catalogue, local_stack
from tests.unit.components.test_hardening import violations
from tests.unit.components.test_scheduling import platform

IMAGE = "registry.example/kubectl@sha256:" + "2" * 64
CRONJOB = "kubernetes:batch/v1:CronJob"


def test_without_an_image_nothing_is_copied_and_the_classes_are_there() -> None:
    assert not local_stack().of("tenantplane:data:SnapshotSchedules")
    made = {each.inputs["metadata"]["name"] for each in local_stack().of("kubernetes:storage.k8s.io/v1:StorageClass")}
    assert made == {storage_class_name(tier) for tier in catalogue().topology.clusters[0].tiers}


def test_each_tier_has_a_hardened_run_of_its_own_on_its_schedule() -> None:
    made = platform(kubectl=IMAGE)
    jobs = {each.name.removeprefix("snapshots-"): each.inputs["spec"] for each in made.of(CRONJOB)}
    tiers = catalogue().tiers
    assert jobs.keys() == tiers.keys()
    for tier, spec in jobs.items():
        assert spec["schedule"] == cron(tiers[tier].volumes.snapshots, tier)
        assert (spec["timeZone"], spec["concurrencyPolicy"]) == ("Etc/UTC", "Forbid")
        pod: dict[str, Any] = spec["jobTemplate"]["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is True
        assert violations({**pod, "automountServiceAccountToken": False}) == []
        assert pod["nodeSelector"] == {"tenantplane.dev/pool-kind": "system"}
        script = pod["containers"][0]["command"][2]
        assert f'[ "$class" = {storage_class_name(tier)} ]' in script
        assert f"now + {tiers[tier].volumes.snapshots.keep_days * 86_400}" in script


def test_the_role_is_what_the_test_on_the_live_cluster_uses() -> None:
    (role,) = (each for each in platform(kubectl=IMAGE).resources if each.name == "snapshots-role")
    assert role.inputs["rules"] == RULES
