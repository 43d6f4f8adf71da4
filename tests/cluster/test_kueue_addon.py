"""The add-on `kueue` (D1): its webhooks are asked, its kinds have one version, and gone it refuses no Job."""

import json
from typing import Any

import pytest

from localcloud import controlplane
from localcloud.nodes import Pool
from tests.fixtures_cluster import Kubectl, Starter
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("queues")]

WORLD = """
apiVersion: v1
kind: Namespace
metadata: {name: tenant-someone, labels: {tenant: someone}}
---
apiVersion: v1
kind: Namespace
metadata: {name: platform}
"""
JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: main, image: "registry.invalid/job"}]}
"""


def job(kubectl: Kubectl, namespace: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(kubectl("-n", namespace, "get", "job", "once", "-o", "json"))
    return read


def suspended(kubectl: Kubectl, namespace: str) -> bool:
    return bool(job(kubectl, namespace)["spec"].get("suspend", False))


def test_jobs_of_tenants_are_born_suspended_and_those_of_the_platform_are_not(own_cluster: Starter) -> None:
    pools = [Pool("cpu", 1)]
    made = own_cluster("queues", pools, ["kueue"])
    assert made.started[-1] == "kueue"
    kubectl = Kubectl(made.kubeconfig)
    kubectl("apply", "-f", "-", manifest=WORLD)
    for namespace in ("tenant-someone", "platform"):
        kubectl("-n", namespace, "create", "-f", "-", manifest=JOB)
    assert suspended(kubectl, "tenant-someone")
    assert not suspended(kubectl, "platform")
    assert own_cluster("queues", pools, None).started == ()

    found = controlplane.status(made.name, state_dir=made.directory.parent.parent)
    assert found is not None
    part = next(each for each in found.parts if each.name == "kueue")
    assert part.state == "running"
    assert part.port is not None

    assert own_cluster("queues", pools, []).started == ()  # it is gone, and nobody asks it any more
    kubectl("-n", "tenant-someone", "delete", "job", "once")
    kubectl("-n", "tenant-someone", "create", "-f", "-", manifest=JOB)
    assert not suspended(kubectl, "tenant-someone")
    until(lambda: job(kubectl, "tenant-someone")["status"].get("succeeded"), "the Job runs without a queue")

    assert own_cluster("queues", pools, ["kueue"]).started == ("kueue",)
    kubectl("-n", "platform", "delete", "job", "once")
    kubectl("-n", "tenant-someone", "delete", "job", "once")
    kubectl("-n", "tenant-someone", "create", "-f", "-", manifest=JOB)
    assert suspended(kubectl, "tenant-someone")
    for name in ("workloads", "clusterqueues", "localqueues", "resourceflavors", "cohorts", "topologies"):
        spec = json.loads(kubectl("get", "crd", f"{name}.kueue.x-k8s.io", "-o", "json"))["spec"]
        versions = [(each["name"], each["served"], each["storage"]) for each in spec["versions"]]
        assert versions == [("v1beta2", True, True)]
