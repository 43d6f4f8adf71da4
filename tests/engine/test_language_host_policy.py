"""Policy packs in Python run through our language host, with `--policy-pack` (issue 3, item 4)."""

import json
import sys
from pathlib import Path

import pytest

from tests.engine.runs import Project, bundled_plugins

pytestmark = pytest.mark.engine

PROGRAM = "import pulumi_random\npulumi_random.RandomPassword('short', length=12)\n"

PACK = """
import sys, pulumi
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

limit = pulumi.Config("project").get_int("limit")
names = [pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.is_dry_run()]
print("the pack sees", names, limit, file=sys.stderr)

def long_enough(args, report):
    if args.resource_type.endswith("RandomPassword") and args.props["length"] < limit:
        report(f"{args.name} is too short")

PolicyPack("pack", enforcement_level=EnforcementLevel.MANDATORY, policies=[
    ResourceValidationPolicy(name="long-enough", description="Passwords are long enough.", validate=long_enough),
])
"""


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled_plugins(tmp_path_factory.mktemp("bundled"))


@pytest.fixture
def project(tmp_path: Path, plugins: Path) -> Project:
    made = Project(tmp_path, plugins).write(PROGRAM)
    (made.program / "Pulumi.dev.yaml").write_text(json.dumps({"config": {"project:limit": "16"}}))
    return made


def write_pack(folder: Path, text: str, virtualenv: str = sys.prefix) -> Path:
    folder.mkdir()
    runtime = {"name": "python", "options": {"virtualenv": virtualenv}}
    (folder / "PulumiPolicy.yaml").write_text(json.dumps({"runtime": runtime, "version": "0.0.1"}))
    (folder / "__main__.py").write_text(text)
    return folder


def test_a_pack_sees_the_stack_and_stops_what_it_forbids(project: Project, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", PACK)
    refused = project.run("preview", "--policy-pack", str(pack))
    assert refused.code != 0, refused.text
    assert "short is too short" in refused.text
    assert "the pack sees ['project', 'dev', True] 16" in refused.said, refused.text
    assert project.run("up", "--policy-pack", str(pack)).code != 0
    assert not any(one["type"].endswith("RandomPassword") for one in project.state())
    project.write(PROGRAM.replace("12", "16"))
    allowed = project.run("up", "--policy-pack", str(pack))
    assert allowed.code == 0, allowed.text
    assert "the pack sees ['project', 'dev', False] 16" in allowed.said, allowed.text


def test_a_pack_that_fails_is_reported_with_its_own_words(project: Project, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "raise ValueError('the pack broke')\n")
    done = project.run("preview", "--policy-pack", str(pack))
    assert done.code != 0
    assert "ValueError: the pack broke" in done.text


def test_a_pack_without_its_environment_says_what_to_do(project: Project, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", PACK, virtualenv="none")
    done = project.run("preview", "--policy-pack", str(pack))
    assert done.code != 0
    assert f"{pack}/none does not exist; run `pulumi install` to create it" in done.text
