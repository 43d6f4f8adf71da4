"""The policy pack, run by the real engine: the stack passes, a program with each mistake does not (I1)."""

import sys
import textwrap
from pathlib import Path

import pytest

from localcloud.controlplane import ControlPlane
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


def test_the_local_stack_passes_the_pack(local_stack: TenancyStack) -> None:
    done = local_stack.preview(*PACK)
    assert "tenantplane" in done.said
    assert "Policies" in done.said, "the pack was not run"
    assert "[TP-" not in done.said


def test_a_preview_with_mistakes_is_refused_with_each_of_them(
    local_stack: TenancyStack, cluster: ControlPlane, tmp_path: Path
) -> None:
    (tmp_path / "__main__.py").write_text(textwrap.dedent(BAD_PROGRAM.format(kubeconfig=str(cluster.kubeconfig))))
    project = f"name: bad\nruntime:\n  name: python\n  options:\n    toolchain: pip\n    virtualenv: {sys.prefix}\n"
    (tmp_path / "Pulumi.yaml").write_text(project)
    # Without any configuration the engine hands the pack a null, which the SDK cannot read.
    (tmp_path / "Pulumi.bad.yaml").write_text("config:\n  bad:purpose: test\n")
    local_stack.run(["stack", "init", "bad", "--no-select"], tmp_path)
    done = local_stack.run(["preview", "--stack", "bad", "--color=never", *PACK], tmp_path)
    assert done.code != 0
    for finding in (
        "[TP-C1-03] Pod Security `enforce` is None",
        "[TP-C4-01] container 'bad' is privileged",
        "[TP-G7-01] image 'app:latest' of container 'bad' has no digest",
    ):
        assert finding in done.said, done.said
    assert "mandatory" in done.said
