"""Our Kubernetes provider under the real engine and API server (issue 3, item 5).

That it agrees with the official one is shown in tests/differential; here is what must hold by itself.
"""

import json
import os
import signal
from pathlib import Path

import pytest

from localcloud.controlplane import ControlPlane
from tests.engine.kubernetes_project import PROVIDER, KubernetesProject, plugins_with_kubernetes
from tests.engine.runs import Project
from tests.fixtures_cluster import Kubectl
from tests.polling import until

pytestmark = [pytest.mark.engine, pytest.mark.cluster]

WORKLOAD = """
labels = {"app": "web"}
k8s.apps.v1.Deployment("web", metadata={"name": "web", "namespace": NS}, spec={
    "replicas": 2, "selector": {"matchLabels": labels},
    "template": {"metadata": {"labels": labels}, "spec": {"nodeSelector": SELECTOR, "containers": [
        {"name": "web", "image": "registry.invalid/web", "resources": {"limits": {"memory": "1024Mi"}}}]}}},
    opts=opts(custom_timeouts=pulumi.CustomTimeouts(create=TIMEOUT, update="60s")))
"""
NOWHERE = 'SELECTOR, TIMEOUT = {"no": "such-node"}, "4s"' + WORKLOAD
ANYWHERE = 'SELECTOR, TIMEOUT = {}, "60s"' + WORKLOAD


@pytest.fixture(scope="session")
def kubernetes_plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plugins_with_kubernetes(tmp_path_factory.mktemp("with-kubernetes"))


@pytest.fixture
def project(tmp_path: Path, kubernetes_plugins: Path, cluster: ControlPlane, namespace: str) -> KubernetesProject:
    return KubernetesProject(Project(tmp_path, kubernetes_plugins), cluster, namespace)


def config_map(value: str, more: str = "") -> str:
    return (
        'k8s.core.v1.ConfigMap("settings", metadata={"name": "settings", "namespace": NS, "labels": {"step": '
        f"{value!r}}}{more}}}, data={{'a': '1'}}, opts=opts())\n"
    )


def test_a_preview_without_changes_asks_the_api_server_nothing(project: KubernetesProject) -> None:
    project.write(config_map("one") + ANYWHERE)
    created = project.run("up")
    assert created.code == 0, created.text
    assert {"create configmaps", "create deployments"} <= set(project.requests()), "the audit log is not read rightly"
    before = project.audited()
    same = project.run("preview")
    assert (same.code, set(same.steps.values())) == (0, {"same"}), same.text
    assert project.requests(before) == []


def test_each_operation_takes_as_few_requests_as_it_can(project: KubernetesProject) -> None:
    project.write(config_map("one"))
    assert project.run("up").code == 0
    assert project.requests() == ["create configmaps"]
    before = project.audited()
    project.write(config_map("two"))
    assert project.run("up").code == 0
    # The first update also takes the fields over from the creating manager.
    assert project.requests(before) == ["get configmaps", "patch configmaps", "patch configmaps"]
    before = project.audited()
    project.write(config_map("three"))
    assert project.run("up").code == 0
    assert project.requests(before) == ["get configmaps", "patch configmaps"]
    before = project.audited()
    assert project.run("destroy").code == 0
    assert project.requests(before) == ["delete configmaps"]


def test_drift_of_what_the_program_set_shows_and_is_repaired(project: KubernetesProject, kubectl: Kubectl) -> None:
    project.write(config_map("one"))
    assert project.run("up").code == 0
    patch = ("patch", "configmap", "settings", "-n", project.namespace, "--type=merge", "-p")
    # What a person's kubectl changed is taken over, as the official provider does; what another manager owns stays.
    kubectl(*patch, '{"metadata":{"labels":{"step":"drifted"}}}')
    kubectl(*patch, '{"metadata":{"labels":{"theirs":"stays"}}}', "--field-manager=someone-else")
    seen = project.run("preview", "--refresh")
    assert seen.steps["settings"] == "update", seen.text
    assert project.run("up", "--refresh").code == 0
    live = json.loads(kubectl("get", "configmap", "settings", "-n", project.namespace, "-o", "json"))
    assert live["metadata"]["labels"] == {"step": "one", "theirs": "stays"}


def test_a_preview_shows_what_the_api_server_refuses(project: KubernetesProject) -> None:
    project.write(ANYWHERE.replace('"selector": {"matchLabels": labels}', '"selector": {"matchLabels": {"app": "x"}}'))
    refused = project.run("preview")
    assert refused.code != 0
    assert any("`selector` does not match template `labels`" in error for error in refused.errors), refused.text


def test_a_preview_warns_of_what_admission_would_forbid_now(project: KubernetesProject, kubectl: Kubectl) -> None:
    kubectl("label", "namespace", project.namespace, "pod-security.kubernetes.io/enforce=restricted")
    project.write(
        'k8s.core.v1.Pod("pod", metadata={"name": "pod", "namespace": NS}, spec={"hostNetwork": True, '
        '"containers": [{"name": "a", "image": "registry.invalid/a"}]}, opts=opts())\n'
    )
    preview = project.run("preview")
    assert preview.code == 0, preview.text  # as the official provider: the level may change in the same update
    assert 'violates PodSecurity "restricted' in preview.text
    up = project.run("up")
    assert up.code != 0
    assert any('violates PodSecurity "restricted' in error for error in up.errors), up.text


def test_a_namespace_a_kind_and_its_objects_come_in_one_update(project: KubernetesProject) -> None:
    group = f"{project.namespace}.example.test"
    project.write(
        f"""
space = k8s.core.v1.Namespace("space", opts=opts())
schema = {{"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
k8s.apiextensions.v1.CustomResourceDefinition("crd", metadata={{"name": "widgets.{group}"}}, spec={{
    "group": "{group}", "scope": "Namespaced", "names": {{"kind": "Widget", "plural": "widgets"}},
    "versions": [{{"name": "v1", "served": True, "storage": True, "schema": {{"openAPIV3Schema": schema}}}}]}},
    opts=opts())
k8s.apiextensions.CustomResource("widget", api_version="{group}/v1", kind="Widget",
    metadata={{"name": "widget", "namespace": space.metadata["name"]}}, spec={{"size": 3}}, opts=opts())
"""
    )
    preview = project.run("preview")
    assert preview.code == 0, preview.text
    up = project.run("up")
    assert up.code == 0, up.text
    again = project.run("preview", "--refresh")
    assert set(again.steps.values()) <= {"same", "refresh"}, again.text
    gone = project.run("destroy")
    assert gone.code == 0, gone.text


def test_what_does_not_get_ready_is_kept_and_waited_for_again(project: KubernetesProject) -> None:
    project.write(NOWHERE)
    failed = project.run("up")
    assert failed.code != 0
    assert "timed out waiting to be Ready" in failed.text
    assert "Minimum number of live Pods was not attained" in failed.text
    assert "didn't match Pod's node affinity/selector" in failed.text, "the pods' own reason is missing"
    kept = [one for one in project.project.state() if one["type"] == "kubernetes:apps/v1:Deployment"]
    assert kept[0]["initErrors"], "the engine does not know that it is not ready"
    project.write(ANYWHERE)
    repaired = project.run("up")
    assert (repaired.code, repaired.steps["web"]) == (0, "update"), repaired.text


def test_a_delete_waits_for_finalizers_and_says_which(project: KubernetesProject, kubectl: Kubectl) -> None:
    held = config_map("one", ', "finalizers": ["example.test/held"], "annotations": {"pulumi.com/timeoutSeconds": "3"}')
    project.write(held)
    assert project.run("up").code == 0
    stuck = project.run("destroy")
    assert stuck.code != 0
    assert "finalizers might be preventing deletion (example.test/held" in stuck.text, stuck.text
    patch = '{"metadata":{"finalizers":null}}'
    kubectl("patch", "configmap", "settings", "-n", project.namespace, "--type=merge", "-p", patch)
    gone = project.run("destroy")
    assert (gone.code, project.project.state()) == (0, []), gone.text


def test_a_conflict_names_the_other_manager_and_what_to_do(project: KubernetesProject, kubectl: Kubectl) -> None:
    project.write(config_map("one"))
    assert project.run("up").code == 0
    patch = '{"metadata":{"labels":{"step":"theirs"}}}'
    kubectl(
        *("patch", "configmap", "settings", "-n", project.namespace, "--type=merge", "-p", patch),
        "--field-manager=someone-else",
    )
    project.write(config_map("two"))
    refused = project.run("up")
    assert refused.code != 0
    assert 'conflict with "someone-else"' in refused.text
    assert "pulumi.com/patchForce" in refused.text
    project.write(config_map("two", ', "annotations": {"pulumi.com/patchForce": "true"}'))
    forced = project.run("up")
    assert forced.code == 0, forced.text


def test_secrets_stay_secret_in_events_and_errors(project: KubernetesProject) -> None:
    project.write(
        'k8s.core.v1.Secret("s", metadata={"name": "s", "namespace": NS}, string_data={"p": "rumpelstiltskin"},'
        " opts=opts())\n"
        'hidden = pulumi.Output.secret("rumpelstiltskin!")\n'
        'k8s.core.v1.Service("bad", metadata={"name": "bad", "namespace": NS}, spec={"type": hidden, '
        '"ports": [{"port": 80}]}, opts=opts())\n'
    )
    refused = project.run("up")
    assert refused.code != 0
    assert "Unsupported value" in refused.text, refused.text
    stored = (project.project.directory / "backend/.pulumi/stacks/project/dev.json").read_text()
    for told in (refused.text, json.dumps(refused.events), stored):
        assert "rumpelstiltskin" not in told
        assert "cnVtcGVsc3RpbHRza2lu" not in told  # the same in base64


def test_a_cluster_elsewhere_is_refused_before_anything_is_sent(project: KubernetesProject) -> None:
    config = json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "away",
            "contexts": [{"name": "away", "context": {"cluster": "away", "user": "u"}}],
            "clusters": [{"name": "away", "cluster": {"server": "https://192.0.2.1:6443"}}],
            "users": [{"name": "u", "user": {"token": "t"}}],
        }
    )
    project.write(config_map("one"), kubeconfig=config)
    refused = project.run("preview")
    assert refused.code != 0
    assert "is not on this machine" in refused.text
    assert "install the official plugin" in refused.text


def _providers(project: KubernetesProject) -> list[int]:
    """Processes of the provider that this project's engine started."""
    home = f"PULUMI_HOME={project.project.directory / 'home'}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            ours = home in (entry / "environ").read_bytes().split(b"\0")
            if ours and PROVIDER in (entry / "cmdline").read_text():
                found.append(int(entry.name))
        except OSError:  # ended meanwhile
            continue
    return found


def test_cancelling_a_wait_keeps_the_object(project: KubernetesProject, kubectl: Kubectl) -> None:
    project.write(NOWHERE.replace('"4s"', '"300s"'))
    assert project.run("preview").code == 0  # makes the stack
    running = project.project.start("up", "--stack", "dev", "--yes", "--skip-preview")
    until(lambda: "web" in kubectl("get", "deployment", "-n", project.namespace, "-o", "name"), "the object is there")
    os.killpg(running.pid, signal.SIGINT)
    text, _ = running.communicate(timeout=120)
    assert running.returncode != 0
    assert "cancelled" in text
    kept = [one["type"] for one in project.project.state()]
    assert "kubernetes:apps/v1:Deployment" in kept
    until(lambda: not _providers(project), "the provider has ended")


def test_the_provider_ends_when_its_engine_is_killed(project: KubernetesProject, kubectl: Kubectl) -> None:
    project.write(NOWHERE.replace('"4s"', '"300s"'))
    assert project.run("preview").code == 0
    running = project.project.start("up", "--stack", "dev", "--yes", "--skip-preview")
    until(lambda: "web" in kubectl("get", "deployment", "-n", project.namespace, "-o", "name"), "the object is there")
    assert _providers(project)
    running.kill()
    running.communicate(timeout=60)
    until(lambda: not _providers(project), "the provider has ended")
