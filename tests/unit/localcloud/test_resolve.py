"""Where tools come from: PATH, then TENANTPLANE_TOOLCHAIN, then a build; wrong versions are passed over."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from localcloud.errors import LocalcloudError
from localcloud.toolchain import resolve, store, tool, tools
from localcloud.toolchain.display import Display
from localcloud.toolchain.recipes import Recipe

Faker = Callable[[str, str, str], Path]


@pytest.fixture
def fake(tmp_path: Path) -> Faker:
    """Puts a program into a directory that says a version: fake("path", "kubectl", "v1.34.2")."""

    def make(directory: str, name: str, says: str) -> Path:
        program = tmp_path / directory / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\necho '{says}'\n")
        program.chmod(0o755)
        return program

    return make


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An empty PATH, toolchain directory and cache; builds are recorded and leave files instead of programs."""
    built: list[str] = []

    def build(wanted: Sequence[Recipe], display: Display) -> None:
        for recipe in wanted:
            built.append(recipe.name)
            output = store.scratch(recipe.output)
            for name in recipe.packages:
                (output / name).write_text("built")
            store.install(output, recipe.output)

    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("TENANTPLANE_TOOLCHAIN", str(tmp_path / "given"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(resolve, "build", build)
    return built


def test_path_comes_first(fake: Faker) -> None:
    fake("given", "kubectl", "Client Version: v1.34.1")
    on_path = fake("path", "kubectl", "Client Version: v1.34.7")
    assert tool("kubectl") == on_path


def test_a_wrong_version_on_path_is_passed_over_for_the_given_directory(fake: Faker, elsewhere: list[str]) -> None:
    fake("path", "kubectl", "Client Version: v1.32.4-dispatcher")
    given = fake("given", "kubectl", "Client Version: v1.34.1")
    assert tools(("kubectl",))[0].source == "TENANTPLANE_TOOLCHAIN"
    assert tool("kubectl") == given
    assert elsewhere == []


def test_what_fits_nowhere_is_built_once(fake: Faker, elsewhere: list[str], tmp_path: Path) -> None:
    fake("path", "kubectl", "Client Version: v1.32.4")
    fake("given", "kubectl", "Client Version: v1.35.0")
    found = tools(("kubectl", "kube-apiserver"))
    assert [one.source for one in found] == ["built", "built"]
    assert all(one.path.is_relative_to(tmp_path / "cache" / "tenantplane" / "toolchain") for one in found)
    assert elsewhere == ["kubernetes"]
    tools(("kube-scheduler",))
    assert elsewhere == ["kubernetes"]


def test_a_program_that_cannot_say_its_version_is_passed_over(
    fake: Faker, elsewhere: list[str], tmp_path: Path
) -> None:
    fake("path", "etcd", "x").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "etcd").write_bytes(b"\x7fELF not really")
    (tmp_path / "given" / "etcd").chmod(0o755)
    assert tools(("etcd",))[0].source == "built"
    assert elsewhere == ["etcd"]


def test_a_file_that_may_not_be_run_is_passed_over(fake: Faker, elsewhere: list[str]) -> None:
    fake("path", "etcd", "etcd Version: 3.6.5").chmod(0o644)
    assert tools(("etcd",))[0].source == "built"


def test_our_providers_are_always_built_from_their_sources(fake: Faker, elsewhere: list[str]) -> None:
    fake("path", "pulumi-resource-kubernetes", "v4.32.0")
    assert tools(("pulumi-resource-kubernetes",))[0].source == "built"
    assert elsewhere == ["providers"]


def test_an_unknown_tool_is_refused_with_those_there_are() -> None:
    with pytest.raises(LocalcloudError, match=r"there is no tool 'helm'; allowed: pulumi, kube-apiserver, "):
        tool("helm")


def test_the_bundle_puts_pulumi_and_our_language_host_side_by_side(fake: Faker) -> None:
    pulumi = fake("path", "pulumi", "v3.259.0")
    fake("path", "kubectl", "Client Version: v1.34.1")
    assert not resolve.has_own_language_host(pulumi)
    folder = resolve.bundle()
    assert (folder / "pulumi").read_text() == pulumi.read_text()
    assert (folder / "pulumi-language-python").read_text() == "built"
    assert not list(folder.glob("pulumi-resource-*"))  # they would hide those of PULUMI_HOME
    assert resolve.bundle() == folder
    fake("path", "pulumi-language-python", "official")
    assert resolve.has_own_language_host(pulumi)


def test_old_builds_of_our_providers_are_removed(tmp_path: Path) -> None:
    root = store.root() / "store"
    for number in range(12):
        (root / f"providers-{number:02d}").mkdir(parents=True)
    keep = root / "providers-00"
    store.prune("providers", keep=[keep], count=3)
    assert keep.is_dir()
    assert len(list(root.iterdir())) in {3, 4}
