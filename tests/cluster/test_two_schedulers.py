"""No split brain: two schedulers, one leader; the leader is killed at work and nothing is lost or done twice (D6)."""

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from localcloud import controlplane
from localcloud.controlplane import ControlPlane
from localcloud.toolchain import tool
from settings.scheduler_profile import scheduler_configuration
from tests.cluster.acting import Caller
from tests.cluster.scheduling import ANYWHERE, PODS, end_parts, in_parallel, node, placed, small_pod
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("scheduling")]

COUNT = 300
LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler"
ELECTION = {"leaderElect": True, "leaseDuration": "4s", "renewDeadline": "3s", "retryPeriod": "500ms"}
Run = Callable[[str, dict[str, object] | None], "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane with ten nodes whose own scheduler has been ended."""
    state = tmp_path_factory.mktemp("brains")
    made = controlplane.start("brains", state_dir=state)
    end_parts(made, "scheduler")
    caller = Caller.of(made.kubeconfig)
    for index in range(10):
        caller.create("/api/v1/nodes", node(f"brains-{index}", cpu_m=64000, memory_mi=65536))
    yield made
    controlplane.stop("brains", state_dir=state)


@pytest.fixture
def run(alone: ControlPlane, tmp_path: Path) -> Iterator[Run]:
    """Starts a scheduler with the platform's configuration; slowly, so that there is a middle to be killed in."""
    running: list[subprocess.Popen[bytes]] = []

    def start(name: str, election: dict[str, object] | None) -> "subprocess.Popen[bytes]":
        kubeconfig = alone.directory / "config" / "scheduler.kubeconfig"
        document = scheduler_configuration(str(kubeconfig), leader_election=election, qps=40)
        config = tmp_path / f"{name}.yaml"
        config.write_text(yaml.safe_dump(document))
        with (tmp_path / f"{name}.log").open("wb") as log:
            arguments = [str(tool("kube-scheduler")), f"--config={config}", "--secure-port=0"]
            running.append(subprocess.Popen(arguments, stdout=log, stderr=log))
        return running[-1]

    yield start
    for each in running:
        each.kill()
        each.wait(10)


def leader(caller: Caller) -> str:
    answer = caller.ask("GET", LEASE)
    return str(answer.body["spec"].get("holderIdentity") or "") if answer.status == 200 else ""


def created(made: ControlPlane, prefix: str) -> dict[str, str]:
    """Creates the pods `<prefix>-<number>`; their uids by name."""
    pods = [
        small_pod(f"{prefix}-{index}", cpu_m=10, memory_mi=16, tolerations=ANYWHERE, schedulerName="tenantplane")
        for index in range(COUNT)
    ]
    answers = in_parallel(made.kubeconfig, lambda caller, pod: caller.create(PODS.format("default"), pod), pods)
    return {each["metadata"]["name"]: each["metadata"]["uid"] for each in answers}


def cut_off(made: ControlPlane, prefix: str) -> set[str]:
    """Pods of which a binding was asked for and got no answer: who asked was killed meanwhile."""
    found: set[str] = set()
    for line in (made.directory / "logs" / "audit.log").read_text().splitlines():
        event = json.loads(line)
        ref = event.get("objectRef", {})
        asked = (ref.get("resource"), ref.get("subresource"), event["verb"]) == ("pods", "binding", "create")
        if asked and event.get("responseStatus", {}).get("code") not in {201, 409} and ref["name"].startswith(prefix):
            found.add(ref["name"])
    return found


def bindings(made: ControlPlane, prefix: str) -> tuple[Counter[str], Counter[int]]:
    """From the audit log: how often each pod was bound, and how the API server answered requests to bind."""
    bound: Counter[str] = Counter()
    answered: Counter[int] = Counter()
    for line in (made.directory / "logs" / "audit.log").read_text().splitlines():
        event = json.loads(line)
        ref = event.get("objectRef", {})
        if (ref.get("resource"), ref.get("subresource"), event["verb"]) != ("pods", "binding", "create"):
            continue
        if not ref["name"].startswith(prefix):
            continue
        code = event["responseStatus"]["code"]
        answered[code] += 1
        bound[ref["name"]] += code == 201
    return bound, answered


def uids(caller: Caller, prefix: str) -> dict[str, str]:
    found = [each["metadata"] for each in caller.get(PODS.format("default"))["items"]]
    return {each["name"]: each["uid"] for each in found if each["name"].startswith(prefix)}


def bound_now(caller: Caller, prefix: str) -> int:
    return sum(name.startswith(prefix) for name in placed(caller, "default"))


def test_when_the_leader_is_killed_the_other_goes_on_and_every_pod_is_bound_once(alone: ControlPlane, run: Run) -> None:
    caller = Caller.of(alone.kubeconfig)
    first = run("first", ELECTION)
    before = until(lambda: leader(caller), "the first leads")
    second = run("second", ELECTION)
    made = created(alone, "killed")
    until(lambda: bound_now(caller, "killed") >= COUNT // 6, "some pods are bound", longest_pause_s=0.05)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    at_death = bound_now(caller, "killed")
    assert at_death < COUNT, "the leader was killed too late to show anything"
    assert leader(caller) == before
    until(lambda: bound_now(caller, "killed") == COUNT, "all pods are bound")
    assert leader(caller) != before
    assert second.poll() is None
    assert uids(caller, "killed") == made, "a pod was lost or made anew"
    bound, _ = bindings(alone, "killed")
    assert [name for name, count in bound.items() if count > 1] == [], "a pod was bound twice"
    assert {name for name in made if not bound[name]} <= cut_off(alone, "killed"), "a pod is bound that nobody bound"


def test_even_two_leaders_bind_no_pod_twice(alone: ControlPlane, run: Run) -> None:
    """Optimistic concurrency: without any election both bind the same pods, and the API server refuses the second."""
    caller = Caller.of(alone.kubeconfig)
    made = created(alone, "both")
    run("first", None)
    run("second", None)
    until(lambda: bound_now(caller, "both") == COUNT, "all pods are bound")
    bound, answered = bindings(alone, "both")
    assert answered[409] > 0, "the two never met, so that this shows nothing"
    assert bound == Counter(dict.fromkeys(made, 1))
    assert uids(caller, "both") == made
