"""The policy pack, run by the real engine: the stack passes, a program with each mistake does not (I1)."""

import json
import re
import sys
import textwrap
from pathlib import Path

import pytest

from localcloud.controlplane import ControlPlane
from settings.policy import RECORD_VARIABLE, load_policy
from tests.cluster.tenancy_stack import ROOT, TenancyStack

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

PACK = ("--policy-pack", str(ROOT / "policies"))

BAD_PROGRAM = """
import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core

provider = kubernetes.Provider("local", kubeconfig={kubeconfig!r})
options = pulumi.ResourceOptions(provider=provider)
core.Namespace("bad", metadata={{"name": "tenant-bad", "labels": {{"tenant": "bad"}}}}, opts=options)
apps.Deployment(
    "bad",
    metadata={{"name": "bad", "namespace": "default"}},
    spec={{
        "selector": {{"match_labels": {{"app": "bad"}}}},
        "template": {{
            "metadata": {{"labels": {{"app": "bad"}}}},
            "spec": {{"containers": [
                {{"name": "bad", "image": "app:latest", "security_context": {{"privileged": True}}}},
            ]}},
        }},
    }},
    opts=options,
)
"""


LATE_PROGRAM = """
import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random
from pulumi_kubernetes.core import v1 as core

provider = kubernetes.Provider("local", kubeconfig={kubeconfig!r})
late = pulumi_random.RandomPassword("late", length=12)
labels = {{"app.kubernetes.io/part-of": "tenantplane", "app.kubernetes.io/managed-by": "pulumi"}}
core.ConfigMap(
    "late",
    metadata={{"name": "late", "namespace": "kube-public", "labels": labels}},
    data={{"late": late.result}},
    opts=pulumi.ResourceOptions(provider=provider),
)
"""


def project(folder: Path, program: str, cluster: ControlPlane) -> None:
    """A project with a stack `bad`."""
    (folder / "__main__.py").write_text(textwrap.dedent(program.format(kubeconfig=str(cluster.kubeconfig))))
    settings = f"name: bad\nruntime:\n  name: python\n  options:\n    toolchain: pip\n    virtualenv: {sys.prefix}\n"
    (folder / "Pulumi.yaml").write_text(settings)
    # Without any configuration the engine hands the pack a null, which the SDK cannot read.
    (folder / "Pulumi.bad.yaml").write_text("config:\n  bad:purpose: test\n")


@pytest.fixture
def bad_stack(local_stack: TenancyStack, cluster: ControlPlane, tmp_path: Path) -> TenancyStack:
    """An empty stack `bad` in `tmp_path`."""
    project(tmp_path, "", cluster)
    local_stack.run(["stack", "init", "bad", "--no-select"], tmp_path)
    return local_stack


def test_the_local_stack_passes_the_pack(local_stack: TenancyStack) -> None:
    done = local_stack.preview(*PACK)
    assert "tenantplane" in done.said
    assert "Policies" in done.said, "the pack was not run"
    assert "[mandatory]" not in done.said
    told = re.findall(r"\[(TP-[^]]+)\] (.*)", done.said)
    excepted = load_policy(ROOT / "catalog", "local").exceptions
    assert sorted(control for control, _ in told) == sorted(each.control for each in excepted)
    assert all(" Excepted by " in said for _, said in told)


def test_a_value_that_is_not_known_yet_is_told_and_recorded_as_not_evaluated(
    bad_stack: TenancyStack, cluster: ControlPlane, tmp_path: Path
) -> None:
    project(tmp_path, LATE_PROGRAM, cluster)
    environment = {RECORD_VARIABLE: str(tmp_path)}
    done = bad_stack.run(["preview", "--stack", "bad", "--color=never", *PACK], tmp_path, environment)
    assert done.code == 0, done.said
    assert "[advisory]" in done.said
    assert "[TP-I5-01] not evaluated: data.late is not known before it is made" in done.said
    lines = [json.loads(line) for line in (tmp_path / "bad.jsonl").read_text().splitlines()]
    (late,) = [line for line in lines if line.get("control") == "TP-I5-01"]
    assert (late["outcome"], late["mandatory"], late["resource"]) == ("unevaluated", True, "ConfigMap/late")
    assert lines[-1]["resources"] >= lines[-1]["evaluated"] > 2


def test_a_preview_with_mistakes_is_refused_with_each_of_them(
    bad_stack: TenancyStack, cluster: ControlPlane, tmp_path: Path
) -> None:
    project(tmp_path, BAD_PROGRAM, cluster)
    done = bad_stack.run(["preview", "--stack", "bad", "--color=never", *PACK], tmp_path)
    assert done.code != 0
    for finding in (
        "[TP-C1-03] Pod Security `enforce` is None",
        "[TP-C4-01] container 'bad' is privileged",
        "[TP-G7-01] image 'app:latest' of container 'bad' has no digest",
    ):
        assert finding in done.said, done.said
    assert "mandatory" in done.said
