"""The API server refuses what a production cluster refuses, in its own words (C1, C6)."""

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.controlplane import ControlPlane
from localcloud.controlplane.configuration import kubeconfig_of
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import issue_client
from tests.fixtures_cluster import Kubectl

pytestmark = pytest.mark.cluster

IMAGE = "registry.example/app@sha256:" + "0" * 64


def pod(name: str = "p", **spec: Any) -> dict[str, Any]:
    """A pod that satisfies the Pod Security level `restricted`, with `spec` laid over it."""
    container = {
        "name": "main",
        "image": IMAGE,
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    base = {
        "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {**base, **spec}}


def test_a_compliant_pod_is_scheduled_and_runs_on_a_node_of_a_pool(kubectl: Kubectl, namespace: str) -> None:
    kubectl("apply", "-n", namespace, "-f", "-", manifest=json.dumps(pod()))
    kubectl("wait", "-n", namespace, "pod/p", "--for=condition=Ready", "--timeout=60s")
    node = kubectl("get", "-n", namespace, "pod/p", "-o", "jsonpath={.spec.nodeName}")
    assert kubectl("get", f"node/{node}", "-o", r"jsonpath={.metadata.labels.tenantplane\.dev/pool}") == "general"


def test_pod_security_restricted_refuses_a_privileged_pod_and_admits_its_twin(kubectl: Kubectl, namespace: str) -> None:
    kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    kubectl("create", "-n", namespace, "-f", "-", manifest=json.dumps(pod("twin")))
    bad = pod("bad")
    bad["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    said = kubectl.refusal("create", "-n", namespace, "-f", "-", manifest=json.dumps(bad))
    assert 'violates PodSecurity "restricted:latest": privileged' in said


def test_resource_quota_refuses_the_pod_that_exceeds_it(kubectl: Kubectl, namespace: str) -> None:
    kubectl("create", "quota", "q", "-n", namespace, "--hard=pods=1")
    kubectl(
        "wait", "-n", namespace, "quota/q", "--for=jsonpath={.status.hard.pods}=1", "--timeout=60s"
    )  # the quota controller has to see it before it counts
    kubectl("create", "-n", namespace, "-f", "-", manifest=json.dumps(pod("first")))
    said = kubectl.refusal("create", "-n", namespace, "-f", "-", manifest=json.dumps(pod("second")))
    assert "exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1" in said


def test_limit_range_gives_a_silent_container_its_defaults(kubectl: Kubectl, namespace: str) -> None:
    limits = {
        "type": "Container",
        "defaultRequest": {"cpu": "200m", "memory": "512Mi"},
        "default": {"cpu": "500m", "memory": "1Gi"},
    }
    ranged = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "l"}, "spec": {"limits": [limits]}}
    kubectl("create", "-n", namespace, "-f", "-", manifest=json.dumps(ranged))
    kubectl("create", "-n", namespace, "-f", "-", manifest=json.dumps(pod()))
    resources = json.loads(kubectl("get", "-n", namespace, "pod/p", "-o", "jsonpath={.spec.containers[0].resources}"))
    assert resources == {
        "requests": {"cpu": "200m", "memory": "512Mi"},
        "limits": {"cpu": "500m", "memory": "1Gi"},
    }


def test_default_toleration_seconds_lets_a_pod_outlive_a_node_hiccup(kubectl: Kubectl, namespace: str) -> None:
    kubectl("create", "-n", namespace, "-f", "-", manifest=json.dumps(pod()))
    tolerations = json.loads(kubectl("get", "-n", namespace, "pod/p", "-o", "jsonpath={.spec.tolerations}"))
    assert {(one["key"], one["tolerationSeconds"]) for one in tolerations} == {
        ("node.kubernetes.io/not-ready", 300),
        ("node.kubernetes.io/unreachable", 300),
    }


def test_priority_is_resolved_from_its_class_and_an_unknown_class_refused(kubectl: Kubectl, namespace: str) -> None:
    kubectl(
        "create",
        "-n",
        namespace,
        "-f",
        "-",
        manifest=json.dumps(pod("known", priorityClassName="system-node-critical")),
    )
    assert kubectl("get", "-n", namespace, "pod/known", "-o", "jsonpath={.spec.priority}") == "2000001000"
    unknown = json.dumps(pod("unknown", priorityClassName="nobody-made-this"))
    said = kubectl.refusal("create", "-n", namespace, "-f", "-", manifest=unknown)
    assert "no PriorityClass with name nobody-made-this was found" in said


def test_runtime_class_adds_its_overhead_and_an_unknown_class_is_refused(kubectl: Kubectl, namespace: str) -> None:
    runtime = {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": namespace},
        "handler": "runsc",
        "overhead": {"podFixed": {"memory": "64Mi"}},
    }
    kubectl("create", "-f", "-", manifest=json.dumps(runtime))
    try:
        sandboxed = json.dumps(pod("known", runtimeClassName=namespace))
        kubectl("create", "-n", namespace, "-f", "-", manifest=sandboxed)
        assert kubectl("get", "-n", namespace, "pod/known", "-o", "jsonpath={.spec.overhead.memory}") == "64Mi"
        unknown = json.dumps(pod("unknown", runtimeClassName="nobody-made-this"))
        said = kubectl.refusal("create", "-n", namespace, "-f", "-", manifest=unknown)
        assert 'RuntimeClass "nobody-made-this" not found' in said
    finally:
        kubectl("delete", "runtimeclass", namespace)


def test_validating_admission_policy_refuses_by_its_expression(kubectl: Kubectl, namespace: str) -> None:
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": namespace},
        "spec": {
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
                ]
            },
            "validations": [{"expression": "object.metadata.name != 'forbidden'", "message": "that name is taken"}],
        },
    }
    binding = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": namespace},
        "spec": {
            "policyName": namespace,
            "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}},
        },
    }
    for manifest in (policy, binding):
        kubectl("create", "-f", "-", manifest=json.dumps(manifest))
    try:
        kubectl("create", "configmap", "allowed", "-n", namespace)
        said = ""
        for _ in range(200):  # the policy takes effect when the API server's own watch has seen it
            said = kubectl("create", "configmap", "forbidden", "-n", namespace, "--dry-run=server", check=False)
            if "that name is taken" in said:
                break
        assert "ValidatingAdmissionPolicy" in said
        assert "denied request: that name is taken" in said
    finally:
        kubectl("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", namespace)


def test_a_node_may_not_move_itself_to_another_tenant(cluster: ControlPlane, kubectl: Kubectl, tmp_path: Path) -> None:
    layout = Layout(cluster.name, cluster.directory.parent.parent)
    node = "northwind-0"
    certificate, key = issue_client(layout, f"system:node:{node}", ("system:nodes",))
    own = tmp_path / "kubeconfig"
    own.write_text(kubeconfig_of(layout, cluster.server, "node", user="node", certificate=certificate, key=key))
    as_node = Kubectl(own)
    as_node("annotate", "node", node, "example.com/seen=yes", "--overwrite")  # the twin: its own node, an open key
    said = as_node.refusal("label", "node", node, "node-restriction.kubernetes.io/tenant=other", "--overwrite")
    assert "is not allowed to modify labels: node-restriction.kubernetes.io/tenant" in said
    assert "only its own Node object" in as_node.refusal("label", "node", "northwind-1", "example.com/x=y")
    tenant = r"jsonpath={.metadata.labels.node-restriction\.kubernetes\.io/tenant}"
    assert kubectl("get", "node", node, "-o", tenant) == "northwind-bank"
