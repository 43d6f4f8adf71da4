"""Our language host and the official one run the same programs to the same end (issue 3, item 4)."""

import json
from pathlib import Path

import pytest

from tests.engine.runs import Project, bundled_plugins, official_plugins
from tests.engine.test_language_host import FAILURES
from tests.engine.test_language_host_policy import PACK, write_pack

pytestmark = [pytest.mark.engine, pytest.mark.differential]


@pytest.fixture(scope="session")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return official_plugins(tmp_path_factory.mktemp("official"))


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory, official: Path) -> Path:
    """Our language host with the official provider, so that only the host differs."""
    folder = bundled_plugins(tmp_path_factory.mktemp("ours"))
    (folder / "pulumi-resource-random").unlink()
    (folder / "pulumi-resource-random").symlink_to(official / "pulumi-resource-random")
    return folder


WORKING = {
    "outputs": "import pulumi\npulumi.export('a', [1, 2.5, None, {'b': True}])\n",
    "component": "import pulumi, pulumi_random\n"
    "class Pair(pulumi.ComponentResource):\n"
    "    def __init__(self, name):\n"
    "        super().__init__('test:index:Pair', name)\n"
    "        child = pulumi.ResourceOptions(parent=self)\n"
    "        self.id_ = pulumi_random.RandomId(f'{name}-id', byte_length=3, opts=child)\n"
    "        self.pet = pulumi_random.RandomPet(f'{name}-pet', prefix=self.id_.hex, opts=child)\n"
    "        self.register_outputs({'name': self.pet.id})\n"
    "pulumi.export('pet', Pair('one').pet.id)\n",
    "asynchronous": "import asyncio, pulumi\n"
    "async def main():\n"
    "    await asyncio.sleep(0)\n"
    "    return {'answer': 42}\n"
    "pulumi.run(main)\n",
    "leaves early": "import sys, pulumi\npulumi.export('a', 1)\nsys.exit(0)\n",
    "logs an error": "import pulumi\npulumi.log.error('logged')\n",
}


@pytest.mark.parametrize("case", WORKING)
def test_a_program_gives_the_same_plan_and_outputs(tmp_path: Path, ours: Path, official: Path, case: str) -> None:
    results = []
    for plugins in (ours, official):
        project = Project(tmp_path / plugins.name, plugins).write(WORKING[case])
        preview, up = project.run("preview"), project.run("up")
        outputs = json.loads(project.plain("stack", "output", "--json", "--stack", "dev").text)
        results.append((preview.code, preview.steps, preview.errors, up.code, up.steps, up.errors, sorted(outputs)))
    assert results[0] == results[1]


# Not compared is what we say better than the official host: a signal's name, no frames of the host itself, one error
# after RunError instead of two.
SAME_FAILURES = ["exception in another module", "chained exceptions", "missing module", "exit code", "no program"]


@pytest.mark.parametrize("case", SAME_FAILURES)
def test_a_failure_is_reported_in_the_same_words(tmp_path: Path, ours: Path, official: Path, case: str) -> None:
    directory = tmp_path / "same"  # paths appear in the messages
    results = []
    for plugins in (ours, official):
        done = Project(directory, plugins).write(FAILURES[case][0]).run("preview")
        results.append((done.code != 0, done.errors))
    assert results[0] == results[1]


def test_a_policy_pack_finds_the_same(tmp_path: Path, ours: Path, official: Path) -> None:
    pack = write_pack(tmp_path / "pack", PACK)
    results = []
    for plugins in (ours, official):
        project = Project(tmp_path / plugins.name, plugins).write(
            "import pulumi_random\npulumi_random.RandomPassword('short', length=12)\n"
        )
        (project.program / "Pulumi.dev.yaml").write_text(json.dumps({"config": {"project:limit": "16"}}))
        done = project.run("preview", "--policy-pack", str(pack))
        findings = [event["policyEvent"] for event in done.events if "policyEvent" in event]
        results.append((done.code, [(one["policyName"], one["message"], one["enforcementLevel"]) for one in findings]))
        assert findings, done.text
    assert results[0] == results[1]


def test_the_same_packages_are_listed(tmp_path: Path, ours: Path, official: Path) -> None:
    for flags in ((), ("--transitive",)):
        results = []
        for plugins in (ours, official):
            text = Project(tmp_path / plugins.name, plugins).write("").plain("about", "--json", *flags).text
            about = json.loads(text[text.index("{") :])
            results.append((about["runtime"]["executable"], about["runtime"]["version"], about["dependencies"]))
        assert results[0] == results[1]
