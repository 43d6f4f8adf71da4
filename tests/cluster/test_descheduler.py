"""The real descheduler, with our policy and our rights: a node above 90 % is relieved, another is not (D5)."""

import copy
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from components.scheduling.descheduler import RULES
from localcloud.controlplane import ControlPlane
from localcloud.toolchain import tool
from settings.descheduling import descheduler_policy
from tests.cluster.acting import IMAGE, Caller
from tests.cluster.scheduling import PODS, ensure_namespace, node, whole
from tests.polling import until
from tests.unit.components.local_stack import DEPLOYMENT
from tests.unit.components.test_scheduling import IMAGE as PINNED
from tests.unit.components.test_scheduling import platform

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("scheduling")]

HOME = "descheduled"
USER = "system:serviceaccount:platform:descheduler"
FULL, MIDDLE, EMPTY = "desch-full", "desch-middle", "desch-empty"
Look = Callable[[dict[str, Any]], str]


@pytest.fixture(scope="module")
def nodes(operator: Caller) -> Caller:
    """Three nodes, and one pod of each sort on the full one: 9,500m of 10,000m. The second node has 8,500m."""
    ensure_namespace(operator, HOME)
    for name in (FULL, MIDDLE, EMPTY):
        labels = {"test/set": "desch", "test/node": name}
        operator.create("/api/v1/nodes", node(name, cpu_m=10_000, labels=labels, alive=True))
    for name in (FULL, MIDDLE, EMPTY):
        until(lambda name=name: not operator.get(f"/api/v1/nodes/{name}")["spec"].get("taints"), "the node is ready")  # type: ignore[misc]
    replicas(operator, "batch", FULL, 2500, "batch")
    replicas(operator, "free", FULL, 1500, "free")
    replicas(operator, "enterprise", FULL, 1500, "enterprise")
    replicas(operator, "critical", FULL, 1500, "critical")
    replicas(operator, "sandbox", FULL, 2500, "placeholder", **{"app.kubernetes.io/component": "sandbox"})
    replicas(operator, "resting", MIDDLE, 8500, "batch")
    until(lambda: len(where(operator)) == 6, "all run")
    return operator


@pytest.fixture(scope="module")
def look(scheduling: ControlPlane, operator: Caller, tmp_path_factory: pytest.TempPathFactory) -> Look:
    """The descheduler looks once, as its service account; what it said. Its rights are those of the component."""
    folder = tmp_path_factory.mktemp("descheduler")
    role = {"metadata": {"name": "descheduler"}, "rules": RULES}
    operator.create("/apis/rbac.authorization.k8s.io/v1/clusterroles", role)
    binding = {
        "metadata": {"name": "descheduler"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "descheduler"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": USER}],
    }
    operator.create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding)
    config = yaml.safe_load(scheduling.kubeconfig.read_text())
    config["users"][0]["user"]["as"] = USER
    (folder / "kubeconfig").write_text(yaml.safe_dump(config))

    def once(policy: dict[str, Any]) -> str:
        (folder / "policy.yaml").write_text(yaml.safe_dump(policy))
        flags = ["--descheduling-interval=0s", "--disable-metrics", "--secure-port=0", "--v=3"]
        files = [f"--kubeconfig={folder / 'kubeconfig'}", f"--policy-config-file={folder / 'policy.yaml'}"]
        done = subprocess.run(
            [str(tool("descheduler")), *files, *flags], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert "forbidden" not in done.stderr, done.stderr
        return done.stderr

    return once


def policy(**changed: Any) -> dict[str, Any]:
    """Ours, for this test's nodes, and for pods of any age: nobody waits five minutes here."""
    made = copy.deepcopy(descheduler_policy())
    made["nodeSelector"] = "test/set=desch"
    evictor, low = (each["args"] for each in made["profiles"][0]["pluginConfig"])
    assert evictor["minPodAge"] == "300s"
    del evictor["minPodAge"]
    for name, value in changed.items():
        (low if name in low else evictor)[name] = value
    return made


def replicas(caller: Caller, name: str, on: str, cpu_m: int, priority: str, **labels: str) -> None:
    """A ReplicaSet of one whose pod starts on a node, and may be remade on any of the three."""
    selector = {"app": name}
    wish = {"weight": 100, "preference": {"matchExpressions": [{"key": "test/node", "operator": "In", "values": [on]}]}}
    amount = {"cpu": f"{cpu_m}m", "memory": "64Mi"}
    spec = {
        "nodeSelector": {"test/set": "desch"},
        "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [wish]}},
        "priorityClassName": priority,
        "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "main", "image": IMAGE, "resources": {"requests": amount}}],
        "volumes": [{"name": "tmp", "emptyDir": {"medium": "Memory"}}],
    }
    body = {
        "metadata": {"name": name},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": selector},
            "template": {"metadata": {"labels": {**selector, **labels}}, "spec": spec},
        },
    }
    caller.create(f"/apis/apps/v1/namespaces/{HOME}/replicasets", body)
    until(lambda: where(caller).get(name) == on, f"{name} runs on {on}")


def where(caller: Caller) -> dict[str, str]:
    """The node of each ReplicaSet's running pod."""
    found = caller.get(f"/api/v1/namespaces/{HOME}/pods")["items"]
    return {
        each["metadata"]["labels"]["app"]: each["spec"]["nodeName"]
        for each in found
        if each["status"].get("phase") == "Running" and "deletionTimestamp" not in each["metadata"]
    }


def uids(caller: Caller) -> dict[str, str]:
    found = caller.get(f"/api/v1/namespaces/{HOME}/pods")["items"]
    return {each["metadata"]["labels"]["app"]: each["metadata"]["uid"] for each in found}


def test_what_the_component_makes_is_taken_by_the_api_server(operator: Caller) -> None:
    """Each object as rendered, dry; and its pods pass `restricted`, which the namespace enforces."""
    made = platform(descheduler=PINNED)
    namespace = whole(made.one("kubernetes:core/v1:Namespace", "system").inputs["metadata"])
    ensure_namespace(operator, namespace["name"], namespace["labels"])
    rbac, home = "/apis/rbac.authorization.k8s.io/v1", f"/api/v1/namespaces/{namespace['name']}"
    paths = {
        "NetworkPolicy": f"/apis/networking.k8s.io/v1/namespaces/{namespace['name']}/networkpolicies",
        "ConfigMap": f"{home}/configmaps",
        "ServiceAccount": f"{home}/serviceaccounts",
        "ClusterRole": f"{rbac}/clusterroles",
        "ClusterRoleBinding": f"{rbac}/clusterrolebindings",
        "Deployment": f"/apis/apps/v1/namespaces/{namespace['name']}/deployments",
    }
    rendered = [each for each in made.resources if each.custom and "Descheduler$" in each.chain]
    assert sorted(each.type.split(":")[-1] for each in rendered) == sorted(paths)
    for each in rendered:
        operator.create(paths[each.type.split(":")[-1]], whole(each.inputs), dry_run=True)
    operator.ask("POST", paths["ServiceAccount"], {"metadata": {"name": "descheduler"}})
    for deployment in ("descheduler", "placeholder-cpu", "placeholder-sandbox"):
        pod = whole(made.one(DEPLOYMENT, deployment).inputs["spec"]["template"])
        pod["metadata"]["name"] = deployment
        operator.create(PODS.format(namespace["name"]), pod, dry_run=True)


MUTANTS: dict[str, dict[str, Any]] = {
    "at 96 % nothing is overloaded": {"targetThresholds": {"cpu": 96, "memory": 96}},
    "each of our pods has an emptyDir": {"podProtections": {}},
    "everybody is spared": {"priorityThreshold": {"name": "placeholder"}},
}


@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_another_policy_relieves_nobody(nodes: Caller, look: Look, mutant: str) -> None:
    """What the tests below see comes from each of these lines of the policy."""
    before = uids(nodes)
    look(policy(**MUTANTS[mutant]))
    assert uids(nodes) == before


def test_a_pod_that_is_not_five_minutes_old_is_left_alone(nodes: Caller, look: Look) -> None:
    before = uids(nodes)
    look(policy(minPodAge="300s"))
    assert uids(nodes) == before


def test_a_disruption_budget_holds(nodes: Caller, look: Look) -> None:
    """With a budget of none for batch, the next in order goes; the one with the budget stays."""
    budget = {
        "metadata": {"name": "batch"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "batch"}}},
    }
    budgets = f"/apis/policy/v1/namespaces/{HOME}/poddisruptionbudgets"
    nodes.create(budgets, budget)
    until(lambda: nodes.get(f"{budgets}/batch").get("status", {}).get("currentHealthy") == 1, "the budget is counted")
    before = uids(nodes)
    said = look(policy())
    assert "disruption budget" in said
    until(lambda: uids(nodes).get("free") not in (None, before["free"]), "free was evicted in its place")
    nodes.delete(f"{budgets}/batch")
    assert uids(nodes)["batch"] == before["batch"]
    until(lambda: where(nodes).get("free") is not None, "free runs again")


def test_a_node_above_90_percent_loses_its_lowest_pod_and_one_below_loses_none(nodes: Caller, look: Look) -> None:
    refill(nodes)
    before = uids(nodes)
    look(policy())
    until(lambda: uids(nodes).get("batch") not in (None, before["batch"]), "batch was evicted")
    until(lambda: len(where(nodes)) == 6, "and runs again")
    after = uids(nodes)
    assert {name for name in before if before[name] != after[name]} == {"batch"}


def test_system_services_and_sandboxes_stay_however_full_the_node_is(nodes: Caller, look: Look) -> None:
    """With a threshold that empties nodes, and room elsewhere: all that may go goes, and these do not."""
    nodes.create("/api/v1/nodes", node("desch-spare", cpu_m=60_000, labels={"test/set": "desch"}, alive=True))
    until(lambda: not nodes.get("/api/v1/nodes/desch-spare")["spec"].get("taints"), "the node is ready")
    before = uids(nodes)
    look(policy(thresholds={"cpu": 10, "memory": 10}, targetThresholds={"cpu": 20, "memory": 20}))
    until(lambda: uids(nodes).get("enterprise") not in (None, before["enterprise"]), "enterprise was evicted")
    after = uids(nodes)
    assert after["critical"] == before["critical"]
    assert after["sandbox"] == before["sandbox"]


def refill(caller: Caller) -> None:
    """Bring what was evicted back to the full node: their wish does it where there is room."""
    for name in ("free", "batch"):
        for each in caller.get(f"/api/v1/namespaces/{HOME}/pods?labelSelector=app%3D{name}")["items"]:
            if each["spec"].get("nodeName") != FULL:
                caller.delete(f"/api/v1/namespaces/{HOME}/pods/{each['metadata']['name']}")
        until(lambda name=name: where(caller).get(name) == FULL, f"{name} is back on {FULL}")  # type: ignore[misc]
