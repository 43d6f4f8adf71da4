"""The environment for Pulumi, and which plugins stand in its home."""

import os
from importlib.metadata import version
from pathlib import Path

import pytest

from localcloud import plugins, pulumi_environment, toolchain

KUBERNETES = Path("plugins") / f"resource-kubernetes-v{version('pulumi-kubernetes')}" / "pulumi-resource-kubernetes"
AWS = Path("plugins") / f"resource-aws-v{version('pulumi-aws')}" / "pulumi-resource-aws"
RANDOM = Path("plugins") / f"resource-random-v{version('pulumi-random')}" / "pulumi-resource-random"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory, tools that are plain files, and a home without official plugins."""
    tools = tmp_path / "tools"
    tools.mkdir()

    def tool(name: str) -> Path:
        (tools / name).touch()
        return tools / name

    bundle = tmp_path / "bundle"
    monkeypatch.setattr(toolchain, "tool", tool)
    monkeypatch.setattr("localcloud.environment.tool", tool)
    monkeypatch.setattr(toolchain, "bundle", lambda: bundle)
    monkeypatch.setenv("TENANTPLANE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", "/usr/bin")
    for name in ("PULUMI_HOME", plugins.CHOICE_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "state"


def official(home: Path, plugin: Path) -> Path:
    (home / plugin).parent.mkdir(parents=True)
    (home / plugin).write_text("official")
    return home / plugin


def test_it_names_a_backend_a_passphrase_and_a_home_of_its_own(state: Path, tmp_path: Path) -> None:
    made = pulumi_environment()
    assert made["PULUMI_BACKEND_URL"] == f"file://{state}/state?metadata=skip"
    assert Path(made["PULUMI_CONFIG_PASSPHRASE_FILE"]).read_text() == "tenantplane-local"
    assert made["PULUMI_HOME"] == str(state / "pulumi")
    assert made["PULUMI_SKIP_UPDATE_CHECK"] == "true"
    assert made["PATH"].split(os.pathsep) == [str(tmp_path / "bundle"), str(tmp_path / "tools"), "/usr/bin"]
    assert pulumi_environment() == made


def test_bundled_plugins_stand_where_the_engine_looks_for_the_sdks_versions(state: Path, tmp_path: Path) -> None:
    made = pulumi_environment()
    for plugin in (KUBERNETES, RANDOM):
        assert (state / "pulumi" / plugin).resolve() == tmp_path / "tools" / plugin.name
    assert made["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"


def test_a_persons_official_plugin_of_the_right_version_is_used(state: Path, tmp_path: Path) -> None:
    theirs = official(tmp_path / "home" / ".pulumi", KUBERNETES)
    made = pulumi_environment()
    assert (state / "pulumi" / KUBERNETES).resolve() == theirs
    assert (state / "pulumi" / RANDOM).resolve().parent == tmp_path / "tools"
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in made


def test_clusters_and_databases_of_this_machine_are_made_by_its_own_plugin(state: Path, tmp_path: Path) -> None:
    official(tmp_path / "home" / ".pulumi", AWS)
    pulumi_environment()
    assert (state / "pulumi" / AWS).resolve().parent == state / "pulumi" / "scripts"


def test_an_official_plugin_of_another_version_is_not(state: Path, tmp_path: Path) -> None:
    official(tmp_path / "home" / ".pulumi", Path("plugins/resource-kubernetes-v3.0.0/pulumi-resource-kubernetes"))
    pulumi_environment()
    assert (state / "pulumi" / KUBERNETES).resolve().parent == tmp_path / "tools"


def test_the_choice_can_be_forced_and_changed_back(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = official(tmp_path / "home" / ".pulumi", KUBERNETES)
    monkeypatch.setenv(plugins.CHOICE_VARIABLE, "bundled")
    pulumi_environment()
    assert (state / "pulumi" / KUBERNETES).resolve().parent == tmp_path / "tools"
    monkeypatch.setenv(plugins.CHOICE_VARIABLE, "official")
    pulumi_environment()
    assert (state / "pulumi" / KUBERNETES).resolve() == theirs
    assert not (state / "pulumi" / RANDOM).exists()  # left to the engine to download
    monkeypatch.delenv(plugins.CHOICE_VARIABLE)
    pulumi_environment()
    assert (state / "pulumi" / RANDOM).resolve().parent == tmp_path / "tools"


def test_inside_its_own_environment_it_does_not_take_its_links_for_official_plugins(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pulumi_environment()
    monkeypatch.setenv("PULUMI_HOME", made["PULUMI_HOME"])
    pulumi_environment()
    assert (state / "pulumi" / KUBERNETES).resolve().parent == tmp_path / "tools"


def test_a_pulumi_with_its_own_language_host_is_used_from_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "tools" / "pulumi-language-python").touch()
    assert pulumi_environment()["PATH"].split(os.pathsep)[0] == str(tmp_path / "tools")
