"""What the real Karmada makes of our policies: to which members it would hand a tenant's objects (H3, F6).

Its detector, scheduler and binding controller run on a control plane of their own; members are written down as ready,
and what is meant for each is a Work in its namespace, `karmada-es-<member>`. The last step, that Karmada applies a Work
to a member's API server, is left out. Building takes some minutes, so that the test is skipped until somebody asks for
it: `python -m localcloud which karmada-scheduler`.
"""

import copy
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcloud import controlplane
from localcloud.toolchain import kept_files, tool
from localcloud.toolchain.recipes import recipes
from settings import Catalogue, load_catalogue, plan_tenants
from settings.federation import NOT_BY_ITSELF, clusters_of, namespace_policy, workload_policy
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import ROOT
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("karmada")]

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
CLUSTERS = "/apis/cluster.karmada.io/v1alpha1/clusters"
POLICY, WORK = "/apis/policy.karmada.io/v1alpha1", "/apis/work.karmada.io/v1alpha1"
CONTROLLERS = "cluster,binding,namespace"
MEMBER_KIND: dict[str, Any] = {
    "metadata": {"name": "clusters.cluster.karmada.io"},
    "spec": {
        "group": "cluster.karmada.io",
        "scope": "Cluster",
        "names": {"plural": "clusters", "singular": "cluster", "kind": "Cluster", "listKind": "ClusterList"},
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                },
            }
        ],
    },
}
"""Karmada serves members from an API server of its own; as a kind they are stored likewise."""


@pytest.fixture(scope="module")
def staging() -> Catalogue:
    return load_catalogue(ROOT / "catalog", "staging")


@pytest.fixture(scope="module")
def karmada(tmp_path_factory: pytest.TempPathFactory, staging: Catalogue) -> Iterator[Caller]:
    """The administrator of a federation whose members are the clusters of staging, with Karmada's programs running."""
    recipe = next(each for each in recipes() if each.name == "karmada")
    if not recipe.built:
        pytest.skip("Karmada is not built; python -m localcloud which karmada-scheduler does it, in some minutes")
    state = tmp_path_factory.mktemp("karmada")
    started = controlplane.start("karmada", [], addons=[], state_dir=state)
    running: list[subprocess.Popen[bytes]] = []
    try:
        api = Caller.of(started.kubeconfig)
        _kinds(api)
        for name in ("karmada-system", "karmada-cluster"):
            api.create("/api/v1/namespaces", {"metadata": {"name": name}})
        for each in staging.topology.clusters:
            _member(api, each.name)
        running = [_run(name, flags, started.kubeconfig, state) for name, flags in PROGRAMS.items()]
        for each in staging.topology.clusters:
            space = f"/api/v1/namespaces/karmada-es-{each.name}"
            until(lambda at=space: api.ask("GET", at).status == 200, f"{each.name} has its namespace")  # type: ignore[misc]
        yield api
    finally:
        for process in running:
            process.kill()
            process.wait(10)
        controlplane.stop("karmada", state_dir=state)


PROGRAMS = {
    "karmada-controller-manager": (
        f"--controllers={CONTROLLERS}",
        "--enable-taint-manager=false",
        "--metrics-bind-address=0",
        "--health-probe-bind-address=0",
        "--leader-elect=false",
    ),
    "karmada-scheduler": ("--metrics-bind-address=0", "--health-probe-bind-address=0", "--leader-elect=false"),
}


def _run(name: str, flags: tuple[str, ...], kubeconfig: Path, folder: Path) -> "subprocess.Popen[bytes]":
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen([str(tool(name)), f"--kubeconfig={kubeconfig}", *flags], stdout=log, stderr=log)


def _kinds(api: Caller) -> None:
    """Karmada's own kinds, without the conversions that its webhook would make."""
    definitions = [copy.deepcopy(MEMBER_KIND)]
    for group in ("config", "policy", "work", "multicluster", "networking", "remedy", "apps", "autoscaling"):
        for file in sorted((kept_files("karmada") / group).glob("*.yaml")):
            definitions.append(yaml.safe_load(file.read_text()))
    for each in definitions:
        each["spec"].pop("conversion", None)
        api.create(CRDS, {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", **each})
    for each in definitions:
        path = f"{CRDS}/{each['metadata']['name']}"
        until(lambda at=path: _established(api, at), f"{path} is served")  # type: ignore[misc]


def _established(api: Caller, path: str) -> bool:
    held = api.get(path).get("status", {}).get("conditions") or []
    return any(each["type"] == "Established" and each["status"] == "True" for each in held)


def _member(api: Caller, name: str) -> None:
    spec = {"syncMode": "Push", "id": str(uuid.uuid4())}
    body = {"apiVersion": "cluster.karmada.io/v1alpha1", "kind": "Cluster", "metadata": {"name": name}, "spec": spec}
    api.create(CLUSTERS, body)
    serves = {"v1": ["Namespace", "ConfigMap"], "apps/v1": ["Deployment"]}
    served = [
        {"groupVersion": version, "resources": [{"kind": kind, "name": f"{kind.lower()}s"} for kind in kinds]}
        for version, kinds in serves.items()
    ]
    api.patch(f"{CLUSTERS}/{name}/status", {"status": {"apiEnablements": served, "conditions": _conditions("True")}})


def _conditions(ready: str) -> list[dict[str, str]]:
    held = {"Ready": ready, "CompleteAPIEnablements": "True"}
    since = "2026-01-01T00:00:00Z"
    return [
        {"type": kind, "status": status, "reason": "Test", "message": "", "lastTransitionTime": since}
        for kind, status in held.items()
    ]


def handed(api: Caller, kind: str, name: str) -> set[str]:
    """Members that are meant to get an object."""
    return {
        each["metadata"]["namespace"].removeprefix("karmada-es-")
        for each in api.get(f"{WORK}/works")["items"]
        for one in each["spec"]["workload"]["manifests"]
        if one["kind"] == kind and name in (one["metadata"]["name"], one["metadata"].get("namespace"))
    }


def policy(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """With the label that Karmada's webhook gives it."""
    metadata = {"name": name, "labels": {f"{kind.lower()}.karmada.io/permanent-id": str(uuid.uuid4())}}
    return {"apiVersion": "policy.karmada.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


def test_a_tenants_namespace_and_workloads_are_handed_to_its_own_cluster_and_to_no_other(
    karmada: Caller, staging: Catalogue
) -> None:
    """All tenants of all tiers at once, and one namespace that goes wherever Karmada lets it."""
    plans = plan_tenants(staging)
    karmada.create("/api/v1/namespaces", {"metadata": {"name": "unlabelled"}})
    for plan in plans:
        labels = {**plan.labels, NOT_BY_ITSELF: "true"}
        karmada.create("/api/v1/namespaces", {"metadata": {"name": plan.namespace, "labels": labels}})
        spec = namespace_policy(plan.tenant, plan.namespace, staging.topology)
        made = policy("ClusterPropagationPolicy", plan.namespace, spec)
        karmada.create(f"{POLICY}/clusterpropagationpolicies", made)
        made = policy("PropagationPolicy", "workloads", workload_policy(plan.tenant, staging.topology))
        karmada.create(f"{POLICY}/namespaces/{plan.namespace}/propagationpolicies", made)
        config = {"metadata": {"name": "settings"}, "data": {"tenant": plan.tenant.id}}
        karmada.create(f"/api/v1/namespaces/{plan.namespace}/configmaps", config)
    everywhere = {each.name for each in staging.topology.clusters}
    until(lambda: handed(karmada, "Namespace", "unlabelled") == everywhere, "what nobody labels goes everywhere")
    for plan in plans:
        home = set(clusters_of(plan.tenant, staging.topology)[:1])
        for kind in ("Namespace", "ConfigMap"):
            until(lambda k=kind, n=plan.namespace, h=home: handed(karmada, k, n) == h, f"{plan.namespace}: {kind}")  # type: ignore[misc]
    got = {plan.namespace: handed(karmada, "Namespace", plan.namespace) for plan in plans}
    for plan in plans:
        for name in got[plan.namespace]:
            (member,) = (each for each in staging.topology.clusters if each.name == name)
            assert plan.tier.id in member.tiers


def test_what_comes_while_the_home_is_lost_is_handed_to_the_cluster_that_stands_by(
    karmada: Caller, staging: Catalogue
) -> None:
    """H3: by itself, and as far as the tenant's data may be there; other tiers' clusters are ready as well."""
    plan = next(each for each in plan_tenants(staging) if len(clusters_of(each.tenant, staging.topology)) > 1)
    home, standby = clusters_of(plan.tenant, staging.topology)
    karmada.patch(f"{CLUSTERS}/{home}/status", {"status": {"conditions": _conditions("False")}})
    later = {"metadata": {"name": "later"}, "data": {"tenant": plan.tenant.id}}
    karmada.create(f"/api/v1/namespaces/{plan.namespace}/configmaps", later)
    until(lambda: handed(karmada, "ConfigMap", "later") == {standby}, f"{standby} has what came later")
