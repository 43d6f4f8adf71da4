"""Karmada's own schema takes what we give to a federation, and nothing of it is unknown there (H3).

The real kinds come from the folder `shared/crds` beside the checkout; where that is missing the test is skipped.
"""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.controlplane import ControlPlane
from settings import load_catalogue, plan_tenants
from settings.federation import namespace_policy, workload_policy
from tests.cluster.acting import Answer, Caller
from tests.cluster.tenancy_stack import ROOT
from tests.fixtures_cluster import Kubectl

pytestmark = pytest.mark.cluster

REAL = ROOT.parent / "shared" / "crds" / "policy.karmada.io_v1alpha1.yaml"
API = "policy.karmada.io/v1alpha1"


@pytest.fixture(scope="module")
def federation(cluster: ControlPlane) -> Iterator[Caller]:
    """The administrator of the session's cluster, which has Karmada's kinds for this file."""
    if not REAL.exists():
        pytest.skip("no folder shared/crds with the real schema beside the checkout")
    kubectl = Kubectl(cluster.kubeconfig)
    kubectl("create", "-f", str(REAL))
    try:
        kubectl("wait", "--for=condition=Established", "--timeout=60s", "-f", str(REAL))
        yield Caller.of(cluster.kubeconfig)
    finally:
        kubectl("delete", "-f", str(REAL), "--wait=false")


def asked(api: Caller, kind: str, spec: dict[str, Any]) -> Answer:
    """What the API server says to a policy, with nothing stored and nothing unknown passed over."""
    plural, where = (
        ("clusterpropagationpolicies", "")
        if kind.startswith("Cluster")
        else (
            "propagationpolicies",
            "namespaces/default/",
        )
    )
    made = {"apiVersion": API, "kind": kind, "metadata": {"name": "probe"}, "spec": spec}
    return api.ask("POST", f"/apis/{API}/{where}{plural}?dryRun=All&fieldValidation=Strict", made)


def test_karmada_takes_the_policies_of_every_tenant(federation: Caller) -> None:
    catalogue = load_catalogue(ROOT / "catalog", "staging")
    for plan in plan_tenants(catalogue):
        good = namespace_policy(plan.tenant, plan.namespace, catalogue.topology)
        assert asked(federation, "ClusterPropagationPolicy", good).status == 201
        assert asked(federation, "PropagationPolicy", workload_policy(plan.tenant, catalogue.topology)).status == 201


def test_karmada_refuses_the_same_with_one_word_wrong(federation: Caller) -> None:
    """The twin that keeps the test above from passing for nothing."""
    catalogue = load_catalogue(ROOT / "catalog", "staging")
    good = workload_policy(catalogue.tenants[0], catalogue.topology)
    for path, value in (
        (("conflictResolution",), "Maybe"),
        (("placement", "replicaScheduling", "replicaSchedulingType"), "Doubled"),
        (("placement", "clusterAffinitys"), []),
        (("failover", "cluster", "purgeMode"), "Never"),
    ):
        wrong = copy.deepcopy(good)
        inner: Any = wrong
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        assert asked(federation, "PropagationPolicy", wrong).status in (400, 422), path
