"""Volumes of a tenant on the live API server: its tier's class and no other, and copies on a schedule (F4, F5)."""

import os
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from components.data.snapshot_schedules import RULES
from localcloud.controlplane import ControlPlane
from localcloud.toolchain import tool
from settings import TenantPlan
from settings.storage import snapshot_class_name, snapshot_script, storage_class_name
from settings.storage.snapshots import EXPIRES_LABEL
from settings.volume import SnapshotSchedule
from tests.cluster.acting import Caller
from tests.cluster.attacks.quota import claim
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

TENANT, OTHER, FULL = "acme-robotics", "hedgehog-cli", "may-have-no-copies"
COPIES = "count/volumesnapshots.snapshot.storage.k8s.io"
CORE, SNAPSHOTS = "/api/v1/namespaces", "/apis/snapshot.storage.k8s.io/v1/namespaces"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
USER = "system:serviceaccount:tenantplane-system:snapshots-of-the-test"
Run = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def bound(admin: Caller, plans: dict[str, TenantPlan]) -> Any:
    """Claims of two tiers and one in a namespace that may have no copies, each with a volume that waits for it, so
    that the real controller binds them; one claim waits in vain."""
    admin.create(CORE, {"metadata": {"name": FULL}})
    admin.create(f"{CORE}/{FULL}/resourcequotas", {"metadata": {"name": "no-copies"}, "spec": {"hard": {COPIES: "0"}}})
    tiers = {f"tenant-{each}": plans[each].tier.id for each in (TENANT, OTHER)}
    tiers[FULL] = tiers[f"tenant-{OTHER}"]
    for namespace, tier in tiers.items():
        claims = f"{CORE}/{namespace}/persistentvolumeclaims"
        admin.create("/api/v1/persistentvolumes", volume(namespace, tier))
        admin.create(claims, {**claim(tier), "metadata": {"name": "data"}})
        until(lambda at=f"{claims}/data": admin.get(at)["status"]["phase"] == "Bound", f"{namespace} has its volume")  # type: ignore[misc]
    waiting = f"{CORE}/tenant-{TENANT}/persistentvolumeclaims"
    admin.create(waiting, {**claim(tiers[f"tenant-{TENANT}"]), "metadata": {"name": "waiting"}})
    yield
    admin.delete(f"{waiting}/waiting")
    for namespace in tiers:
        for copy in copies(admin, namespace):
            admin.delete(f"{SNAPSHOTS}/{namespace}/volumesnapshots/{copy}")
        admin.delete(f"{CORE}/{namespace}/persistentvolumeclaims/data")
        admin.delete(f"/api/v1/persistentvolumes/{namespace}-data")
    admin.delete(f"{CORE}/{FULL}")


def volume(namespace: str, tier: str) -> dict[str, Any]:
    """What a driver would have made for the claim `data` of a namespace."""
    return {
        "metadata": {"name": f"{namespace}-data"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class_name(tier),
            "persistentVolumeReclaimPolicy": "Retain",
            "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": f"vol-{namespace}"},
            "claimRef": {"namespace": namespace, "name": "data"},
        },
    }


@pytest.fixture(scope="module")
def run(cluster: ControlPlane, admin: Caller, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs a script with the real kubectl as a service account with the component's rights and no others."""
    folder = tmp_path_factory.mktemp("snapshots")
    (folder / "kubectl").symlink_to(tool("kubectl"))
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    config["users"][0]["user"]["as"] = USER
    (folder / "config").write_text(yaml.safe_dump(config))
    role = {"metadata": {"name": "snapshots-of-the-test"}, "rules": RULES}
    binding = {
        "metadata": {"name": "snapshots-of-the-test"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "snapshots-of-the-test"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": USER}],
    }
    admin.create(f"{RBAC}/clusterroles", role)
    admin.create(f"{RBAC}/clusterrolebindings", binding)
    environment = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "KUBECONFIG": str(folder / "config"),
        "TMPDIR": str(folder),
        "HOME": str(folder),
    }

    def once(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-c", script], env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    yield once
    admin.delete(f"{RBAC}/clusterrolebindings/snapshots-of-the-test")
    admin.delete(f"{RBAC}/clusterroles/snapshots-of-the-test")


def copies(caller: Caller, namespace: str) -> dict[str, dict[str, Any]]:
    found = caller.get(f"{SNAPSHOTS}/{namespace}/volumesnapshots")["items"]
    return {each["metadata"]["name"]: each for each in found}


def test_every_tier_has_its_class_and_none_is_the_default(admin: Caller, plans: dict[str, TenantPlan]) -> None:
    found = {each["metadata"]["name"]: each for each in admin.get("/apis/storage.k8s.io/v1/storageclasses")["items"]}
    assert {storage_class_name(plan.tier.id) for plan in plans.values()} <= found.keys()
    for each in found.values():
        assert each["parameters"]["encrypted"] == "true"
        assert each["reclaimPolicy"] == "Delete"
        assert each["volumeBindingMode"] == "WaitForFirstConsumer"
        assert "storageclass.kubernetes.io/is-default-class" not in each["metadata"].get("annotations", {})
    (copied,) = admin.get("/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses")["items"]
    assert (copied["metadata"]["name"], copied["driver"]) == (snapshot_class_name(), "ebs.csi.aws.com")


@pytest.mark.usefixtures("bound")
def test_the_schedule_copies_the_bound_volumes_of_its_tier_once_a_minute_and_ends_old_copies(
    admin: Caller, run: Run, plans: dict[str, TenantPlan]
) -> None:
    tier = plans[TENANT].tier
    old, kept = (f"{SNAPSHOTS}/tenant-{TENANT}/volumesnapshots/{name}" for name in ("old", "by-hand"))
    for path, labels in ((old, {EXPIRES_LABEL: "1"}), (kept, {})):
        manifest = {
            "apiVersion": "snapshot.storage.k8s.io/v1",
            "kind": "VolumeSnapshot",
            "metadata": {"name": path.rpartition("/")[2], "labels": labels},
            "spec": {"source": {"persistentVolumeClaimName": "data"}},
        }
        admin.create(path.rpartition("/")[0], manifest)

    script = snapshot_script(SnapshotSchedule(keep_days=3), storage_class_name(tier.id))
    before = time.time()
    minutes = {datetime.fromtimestamp(before, UTC).strftime("%Y%m%d%H%M")}
    for _ in range(2):
        done = run(script)
        assert done.returncode == 0, done.stderr
    minutes.add(datetime.now(UTC).strftime("%Y%m%d%H%M"))

    found = copies(admin, f"tenant-{TENANT}")
    assert "old" not in found
    assert "by-hand" in found
    made = {name: each for name, each in found.items() if name != "by-hand"}
    # The claim that waits for its volume is not copied, a second run in the same minute makes nothing twice, and two
    # runs may lie on either side of a minute.
    assert made.keys() <= {f"data-{minute}" for minute in minutes}
    assert made
    for each in made.values():
        assert each["spec"]["volumeSnapshotClassName"] == snapshot_class_name()
        assert each["spec"]["source"] == {"persistentVolumeClaimName": "data"}
        ends = int(each["metadata"]["labels"][EXPIRES_LABEL])
        assert before + 3 * 86_400 - 1 <= ends <= time.time() + 3 * 86_400
    assert copies(admin, f"tenant-{OTHER}") == {}


@pytest.mark.usefixtures("bound")
def test_a_copy_that_fails_is_told_and_the_others_are_made(
    admin: Caller, run: Run, plans: dict[str, TenantPlan]
) -> None:
    """The run fails at its end, so that its Job does and somebody is told."""
    done = run(snapshot_script(SnapshotSchedule(), storage_class_name(plans[OTHER].tier.id)))
    assert done.returncode == 1
    assert "exceeded quota: no-copies" in done.stderr
    assert len(copies(admin, f"tenant-{OTHER}")) == 1


@pytest.mark.usefixtures("run")
def test_the_schedule_may_do_nothing_else(admin: Caller) -> None:
    acting = admin.acting_as(USER, "system:serviceaccounts")
    acting.refused("cannot get", "GET", f"{CORE}/tenant-{TENANT}/secrets/any")
    acting.refused("cannot delete", "DELETE", f"{CORE}/tenant-{TENANT}/persistentvolumeclaims/data")
    acting.refused("cannot get", "GET", "/api/v1/persistentvolumes/any")
