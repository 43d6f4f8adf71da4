"""The pack and the real engine, on stacks of environments that the session does not apply: what the catalogue makes of
them passes, and a program with mistakes, which the catalogue does not make of anything that it loads, is refused (I1).

`local` passes, and refuses, on its own cluster: tests/cluster/test_tenancy_policy.py.
"""

import json
from pathlib import Path
from typing import Final

import pytest

from fleet.environment import silence_debug_log
from fleet.policy import read_record
from fleet.policy_documents import about_a_document
from localcloud.aws import AwsService
from localcloud.toolchain import tool
from settings.policy import RECORD_VARIABLE
from tests.engine.runs import Outcome, Project
from tests.unit.components.local_stack import ROOT

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("aws")]

PACK: Final = ("--policy-pack", str(ROOT / "policies"))
KUBERNETES: Final = "pulumi-resource-kubernetes"
NOBODY: Final = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "dev",
    "clusters": [{"name": "dev", "cluster": {"server": "https://127.0.0.1:1"}}],
    "users": [{"name": "dev", "user": {"token": "none"}}],
    "contexts": [{"name": "dev", "context": {"cluster": "dev", "user": "dev"}}],
}
"""A kubeconfig at whose address nothing listens: a first preview asks no cluster."""
STACK: Final = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from settings.stack_config import parse_stack_config
from stacks.program import program
program(parse_stack_config({values!r}), Path({root!r}))
"""
MISTAKES: Final = """
import pulumi, pulumi_aws as aws, pulumi_kubernetes as kubernetes
inside = pulumi.ResourceOptions(provider=kubernetes.Provider("inside", kubeconfig="kubeconfig", context="dev"))
kubernetes.core.v1.Namespace("bad", metadata={"name": "tenant-bad", "labels": {"tenant": "bad"}}, opts=inside)
at = pulumi.ResourceOptions(provider=aws.Provider("at", region="eu-central-1"))
aws.kms.Key("bad", deletion_window_in_days=7, opts=at)
"""
FROM_NO_KEY: Final = """
import pulumi, pulumi_aws as aws
at = pulumi.ResourceOptions(provider=aws.Provider("at", region="eu-central-1"))
tags = {"tenantplane:environment": "e", "tenantplane:managed-by": "pulumi", "tenantplane:component": "c"}
key = "arn:aws:kms:eu-central-1:123456789012:key/one"
first = aws.cloudwatch.LogGroup("first", retention_in_days=180, kms_key_id=key, tags=tags, opts=at)
aws.cloudwatch.LogGroup("logs", retention_in_days=180, kms_key_id=first.arn, tags=tags, opts=at)
"""
REFUSED: Final = {"TP-C1-03", "TP-F5-01", "TP-F5-04"}
"""High ones, which are mandatory in every environment."""


@pytest.fixture
def project(aws: AwsService, aws_plugins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    assert aws.endpoint
    monkeypatch.setenv(RECORD_VARIABLE, str(tmp_path))
    if not (aws_plugins / KUBERNETES).exists():
        (aws_plugins / KUBERNETES).symlink_to(tool(KUBERNETES))
    made = Project(tmp_path, aws_plugins, name="tenantplane")
    silence_debug_log(tmp_path / "home")  # half of a preview's time
    (made.program / "kubeconfig").write_text(json.dumps(NOBODY))
    return made


def previewed(project: Project, environment: str, program: str) -> Outcome:
    project.write(program)
    config = {"config": {"tenantplane:environment": environment}}
    (project.program / "Pulumi.dev.yaml").write_text(json.dumps(config))
    return project.run("preview", *PACK)


@pytest.mark.parametrize(
    ("environment", "values", "least"),
    [
        ("dev", {"kubeconfig": "kubeconfig"}, 100),
        ("staging", {"layer": "foundation", "region": "eu-central-1"}, 200),
    ],
)
def test_a_stack_of_every_environment_passes(
    environment: str, values: dict[str, str], least: int, project: Project, tmp_path: Path
) -> None:
    told = {"environment": environment, **values}
    if "kubeconfig" in told:
        told["kubeconfig"] = str(project.program / "kubeconfig")
    done = previewed(project, environment, STACK.format(root=str(ROOT), values=told))
    assert done.code == 0, done.text
    asked = read_record("dev", tmp_path / "dev.jsonl")
    assert [each.said for each in asked.verdicts if each.outcome == "refused"] == []
    # Before anything is made no key at AWS has a name: it is one of ours by what it comes from. Documents that name
    # what is not made yet say so, and have passed nothing: `fleet policy` asks the program about them.
    unknown = [each for each in asked.verdicts if each.outcome == "unevaluated"]
    assert all(about_a_document(each) for each in unknown), unknown
    assert bool(unknown) is (environment == "staging")
    assert asked.problems() == [each.said for each in unknown]
    assert asked.resources == asked.evaluated
    assert asked.evaluated >= least


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_mistakes_are_refused_in_every_environment(environment: str, project: Project, tmp_path: Path) -> None:
    done = previewed(project, environment, MISTAKES)
    assert done.code != 0
    asked = read_record("dev", tmp_path / "dev.jsonl")
    assert {each.control for each in asked.verdicts if each.outcome == "refused"} >= REFUSED, done.text
    assert all(each in done.text for each in REFUSED)


def test_a_key_that_is_unknown_from_something_else_is_no_key_of_ours(project: Project, tmp_path: Path) -> None:
    done = previewed(project, "staging", FROM_NO_KEY)
    assert done.code == 0, done.text
    (unknown,) = (each for each in read_record("dev", tmp_path / "dev.jsonl").verdicts if each.control == "TP-G5-03")
    assert (unknown.resource, unknown.outcome) == ("cloudwatch:LogGroup/logs", "unevaluated")
    assert unknown.fails
