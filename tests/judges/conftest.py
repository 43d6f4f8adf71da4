"""One run of checkov over all that it judges: its start takes five seconds of a core."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.judges import aws_inputs
from tests.judges.checkov import KUBERNETES, MUTANT, PLAN, Judgement, installed, judge
from tests.judges.manifests import manifests
from tests.judges.terraform_plan import plan

CONTAINER_MUTANTS: Final = {
    "CKV_K8S_16": ("securityContext", {"privileged": True}),
    "CKV_K8S_14": ("image", "registry.example/app:latest"),
    "CKV_K8S_11": ("resources", {}),
    "CKV_K8S_22": ("securityContext", {"readOnlyRootFilesystem": False}),
}
"""What each of these checks has to notice in a container that was compliant."""


def container_mutants(rendered: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A Deployment of a tenant with each mistake."""
    deployment = next(
        each for each in rendered if each["kind"] == "Deployment" and "tenant" in each["metadata"]["labels"]
    )
    for check, (key, value) in CONTAINER_MUTANTS.items():
        mutant = copy.deepcopy(deployment)
        mutant["metadata"]["name"] = MUTANT + check.lower().replace("_", "-")
        mutant["spec"]["template"]["spec"]["containers"][0][key] = value
        yield mutant


@pytest.fixture(scope="session")
def python() -> Path:
    return installed()


@pytest.fixture(scope="session")
def verdicts(python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judgement]:
    """What checkov says of the manifests and of the plan, mutants included."""
    rendered = manifests()
    made = aws_inputs.environment()
    return judge(
        python,
        tmp_path_factory.mktemp("judged"),
        {
            KUBERNETES: [*rendered, *container_mutants(rendered)],
            PLAN: [plan([*made, *aws_inputs.mutants(made)])],
        },
    )
