"""An external judge over the rendered manifests: nothing unexplained, and it notices what is bad (I1)."""

import copy
from pathlib import Path
from typing import Any, Final

import pytest

from tests.judges.checkov import Waiver, installed, judge, waivers
from tests.unit.components.local_stack import local_stack
from tests.unit.policies.recorded import open_secrets

LEAST: Final = 1_000
"""Checks that have to have passed: 1,612 do today. Far fewer would mean that it no longer reads what we write."""
MUTANTS: Final = {
    "CKV_K8S_16": ("securityContext", {"privileged": True}),
    "CKV_K8S_14": ("image", "registry.example/app:latest"),
    "CKV_K8S_11": ("resources", {}),
    "CKV_K8S_22": ("securityContext", {"readOnlyRootFilesystem": False}),
}
"""What each of these checks has to notice in a container that was compliant."""


def whole(value: Any) -> Any:
    """Numbers as people write them: the engine has no integers."""
    if isinstance(value, dict):
        return {key: whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def manifests() -> list[dict[str, Any]]:
    """Every object of the stack `local`; a patch is a part of one that is there."""
    return [
        whole(open_secrets(each.inputs))
        for each in local_stack().resources
        if each.custom and each.type.startswith("kubernetes:") and not each.type.endswith("Patch")
    ]


@pytest.fixture(scope="module")
def python() -> Path:
    return installed()


def test_checkov_has_no_unexplained_finding_and_notices_what_is_bad(python: Path, tmp_path: Path) -> None:
    """One run for both: a start of checkov takes five seconds of a core."""
    rendered = manifests()
    deployment = next(
        each for each in rendered if each["kind"] == "Deployment" and "tenant" in each["metadata"]["labels"]
    )
    bad = []
    for check, (key, value) in MUTANTS.items():
        mutant = copy.deepcopy(deployment)
        mutant["metadata"]["name"] = f"mutant-{check.lower().replace('_', '-')}"
        mutant["spec"]["template"]["spec"]["containers"][0][key] = value
        bad.append(mutant)
    said = judge(python, tmp_path / "manifests", [*rendered, *bad])
    assert said.evaluated
    assert said.passed >= LEAST
    assert said.resources >= len(rendered)

    found = {(check, resource.rpartition(".")[2]) for check, resource in said.failed}
    for check in MUTANTS:
        assert (check, f"mutant-{check.lower().replace('_', '-')}") in found

    ours = [each for each in said.failed if not each[1].rpartition(".")[2].startswith("mutant-")]
    held = waivers()
    assert [each for each in said.unexplained(held) if each in ours] == []
    unused = [each for each in held if not any(each.covers(*one) for one in ours)]
    assert unused == []


def test_a_judge_that_judged_nothing_has_not_passed_anything(python: Path, tmp_path: Path) -> None:
    said = judge(python, tmp_path / "empty", [])
    assert said.failed == ()
    assert not said.evaluated


def test_every_waiver_has_a_reason() -> None:
    assert all(len(each.reason) > 20 for each in waivers())
    assert not Waiver(check="A", resource="x.*", reason="").covers("B", "x.y")
