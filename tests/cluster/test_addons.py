"""Controllers beside a control plane: their kinds, their rights, and a process that is started, noticed and ended."""

import json

import psutil
import pytest

from localcloud import controlplane
from localcloud.controlplane import ControlPlane
from localcloud.errors import LocalcloudError
from localcloud.nodes import Pool
from tests.fixtures_cluster import Kubectl, Starter
from tests.polling import until

pytestmark = pytest.mark.cluster

KINDS = ("sandboxclaims", "sandboxtemplates", "sandboxwarmpools")
POOL = """
apiVersion: extensions.agents.x-k8s.io/v1beta1
kind: SandboxTemplate
metadata: {name: agent, namespace: default}
spec:
  networkPolicyManagement: Unmanaged
  podTemplate:
    spec: {containers: [{name: agent, image: "registry.invalid/agent"}]}
---
apiVersion: extensions.agents.x-k8s.io/v1beta1
kind: SandboxWarmPool
metadata: {name: agent, namespace: default}
spec: {replicas: 2, sandboxTemplateRef: {name: agent}}
"""
TIER = """
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: rails}
spec: {order: 100, defaultAction: Deny}
"""


def controller(made: ControlPlane) -> psutil.Process | None:
    """Its process; None when it does not run."""
    found = controlplane.status(made.name, state_dir=made.directory.parent.parent)
    assert found is not None
    part = next((each for each in found.parts if each.name == "agent-sandbox"), None)
    return psutil.Process(part.pid) if part is not None and part.pid is not None else None


def ready(kubectl: Kubectl) -> int:
    pool = json.loads(kubectl("get", "sandboxwarmpool", "agent", "-o", "json"))
    return int(pool.get("status", {}).get("readyReplicas", 0))


def test_the_sandbox_controller_fills_a_pool_survives_a_crash_and_leaves_with_its_name(own_cluster: Starter) -> None:
    pools = [Pool("cpu", 1)]
    made = own_cluster("addons", pools, ["agent-sandbox"])
    assert made.started[-1] == "agent-sandbox"
    kubectl = Kubectl(made.kubeconfig)
    kubectl("apply", "-f", "-", manifest=POOL)
    until(lambda: ready(kubectl) == 2, "two sandboxes are warm")

    assert own_cluster("addons", pools, ["agent-sandbox"]).started == ()
    first = controller(made)
    assert first is not None
    first.kill()
    first.wait(10)
    assert controller(made) is None
    assert own_cluster("addons", pools, None).started == ("agent-sandbox",)
    kubectl("patch", "sandboxwarmpool", "agent", "--type=merge", "-p", '{"spec":{"replicas":3}}')
    until(lambda: ready(kubectl) == 3, "the new process fills the pool")

    second = controller(made)
    assert second is not None
    assert own_cluster("addons", pools, []).started == ()
    assert not second.is_running()
    assert controller(made) is None
    assert ready(kubectl) == 3  # what was made of its kinds stays


def test_one_version_of_each_kind_is_served_and_needs_no_conversion(kubectl: Kubectl) -> None:
    names = [f"{kind}.extensions.agents.x-k8s.io" for kind in KINDS]
    for name in (*names, "sandboxes.agents.x-k8s.io"):
        spec = json.loads(kubectl("get", "crd", name, "-o", "json"))["spec"]
        assert [(each["name"], each["served"], each["storage"]) for each in spec["versions"]] == [
            ("v1beta1", True, True)
        ]
        assert spec["conversion"]["strategy"] == "None"


def test_the_controller_may_do_what_its_module_says_and_no_more(kubectl: Kubectl) -> None:
    acting = kubectl.acting_as("tenantplane:agent-sandbox")
    for allowed in ("create pods", "update sandboxclaims.extensions.agents.x-k8s.io --subresource=status"):
        assert acting("auth", "can-i", *allowed.split(), "-A") == "yes\n"
    for refused in ("get secrets", "create rolebindings", "update nodes", "delete namespaces"):
        assert acting("auth", "can-i", *refused.split(), "-A", check=False).startswith("no")


def test_an_add_on_nobody_knows_is_refused_before_anything_starts(own_cluster: Starter) -> None:
    with pytest.raises(
        LocalcloudError, match=r"there is no add-on 'agent-sandbx'; allowed: agent-sandbox, calico-policy"
    ):
        own_cluster("typo", [], ["agent-sandbx"])


def test_an_add_on_without_a_program_is_its_kinds_alone(own_cluster: Starter) -> None:
    """E2: `calico-policy` has nothing to start; its kinds are served, and refuse what Calico would not take."""
    made = own_cluster("kinds", [], ["calico-policy"])
    assert "calico-policy" not in made.started
    found = controlplane.status(made.name, state_dir=made.directory.parent.parent)
    assert found is not None
    assert found.healthy
    assert "calico-policy" not in {part.name for part in found.parts}
    kubectl = Kubectl(made.kubeconfig)
    kubectl("apply", "-f", "-", manifest=TIER)
    assert own_cluster("kinds", [], ["calico-policy"]).started == ()
    assert 'unknown field "spec.oder"' in kubectl.refusal("apply", "-f", "-", manifest=TIER.replace("order", "oder"))
    assert "spec.order: Required value" in kubectl.refusal(
        "apply", "-f", "-", manifest=TIER.replace("order: 100, ", "")
    )
    assert own_cluster("kinds", [], []).started == ()
    assert json.loads(kubectl("get", "tier", "rails", "-o", "json"))["spec"]["order"] == 100
