"""The pack, started by the real engine: it learns its environment while the program starts, and sees the whole (I1)."""

import json
from pathlib import Path

import pytest

from settings.policy import RECORD_VARIABLE
from tests.engine.runs import Project, bundled_plugins
from tests.unit.components.local_stack import ROOT

pytestmark = pytest.mark.engine

PROGRAM = "import pulumi_random\npulumi_random.RandomPassword('short', length=12)\n"
PACK = ("--policy-pack", str(ROOT / "policies"))


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled_plugins(tmp_path_factory.mktemp("bundled"))


@pytest.fixture
def project(tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv(RECORD_VARIABLE, str(tmp_path))
    return Project(tmp_path, plugins).write(PROGRAM)


def configured(project: Project, environment: str) -> None:
    (project.program / "Pulumi.dev.yaml").write_text(json.dumps({"config": {"tenantplane:environment": environment}}))


def test_the_pack_sees_a_stack_of_an_environment_to_its_end(project: Project, tmp_path: Path) -> None:
    configured(project, "local")
    done = project.run("preview", *PACK)
    assert done.code == 0, done.text
    assert "tenantplane" in done.text
    end = json.loads((tmp_path / "dev.jsonl").read_text().splitlines()[-1])
    assert end["resources"] == end["evaluated"] == 3  # the stack, the provider and the password


def test_a_pack_without_its_catalogue_passes_nothing(project: Project, tmp_path: Path) -> None:
    configured(project, "nowhere")
    done = project.run("preview", *PACK)
    assert done.code != 0
    assert "environment 'nowhere' has no topology" in done.text
    assert not (tmp_path / "dev.jsonl").exists()
