"""Every stack of the other environments holds every control, but for what its environment excepts (F6, H1, I1)."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from policies.evaluation import evaluate
from policies.objects import AwsResource
from policies.session import Session
from policies.verdict import Outcome
from settings.policy import PolicyException
from settings.stack_config import parse_stack_config
from stacks.program import program
from tests.unit.components.local_stack import ROOT
from tests.unit.components.recorder import record
from tests.unit.policies.recorded import asked, resources
from tests.unit.stacks.test_phase_two import APPLIED, CLUSTERS

STACKS: dict[str, list[dict[str, str]]] = {
    "dev": [{"kubeconfig": "kubeconfig"}],
    "staging": [
        {"layer": "foundation", "region": "eu-central-1"},
        {"layer": "foundation", "region": "eu-west-1"},
        {"layer": "entrances"},
        {"layer": "platform", "cluster": "enterprise-west"},
        {"layer": "tenants", "cluster": "enterprise-west", "shard": "0"},
    ],
}
"""One stack of each kind that an environment has, by the configuration that it adds."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with the repository's catalogue and kubeconfigs of its clusters."""
    monkeypatch.delenv("TENANTPLANE_STATE", raising=False)
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    (tmp_path / "kubeconfig").touch()
    for name in (f"tp-staging-{each}" for each in CLUSTERS):
        kubeconfig = tmp_path / ".localcloud" / "clusters" / name / "kubeconfig"
        kubeconfig.parent.mkdir(parents=True)
        kubeconfig.touch()
    return tmp_path


def said(project: Path, environment: str, values: dict[str, str]) -> Session:
    made = record(lambda: program(parse_stack_config({"environment": environment, **values}), project), APPLIED)
    assert made.error is None, made.error
    return asked(made, environment, cluster=values.get("cluster"))


@pytest.mark.parametrize("environment", STACKS)
def test_nothing_is_refused_or_left_unasked_and_no_exception_is_for_nothing(environment: str, project: Path) -> None:
    used: set[PolicyException | None] = set()
    for values in STACKS[environment]:
        held = said(project, environment, values)
        assert held.seen
        told = {Outcome.REFUSED, Outcome.UNEVALUATED}
        assert [str(each) for each in held.verdicts if each.outcome in told] == [], values
        used |= {each.exception for each in held.verdicts if each.outcome is Outcome.EXCEPTED}
    assert used == set(held.policy.exceptions)


def test_the_rule_of_residency_sees_the_region_of_the_provider(project: Path) -> None:
    """F6: what a bank has in Ireland may not be found elsewhere."""
    values = {"environment": "staging", **STACKS["staging"][4]}
    made = record(lambda: program(parse_stack_config(values), project), APPLIED)
    held = asked(made, "staging")
    owned = [
        each for each in resources(made) if isinstance(each, AwsResource) and "northwind-bank" in each.tags.values()
    ]
    kept = [each for each in owned if each.kind == "s3:Bucket"]
    assert kept
    for region, wrong in (("eu-west-1", 0), ("us-east-1", 1)):
        moved = replace(kept[0], props={**kept[0].props, "region": None}, provider={"region": region})
        found = [each for each in evaluate(moved, held.expected) if each.control.id == "TP-F6-01"]
        assert len(found) == wrong, region
