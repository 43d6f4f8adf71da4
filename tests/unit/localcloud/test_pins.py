"""The pins agree with the modules that are built, and what is built is known by a stable hash."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.toolchain import resolve
from localcloud.toolchain.pins import Pin, digest, load_pins, parse_version
from localcloud.toolchain.recipes import providers, source_digest

PINS = load_pins()
BY_NAME = {pin.name: pin for pin in PINS.pins}


def go_mod(pin: Pin) -> str:
    return (pin.directory / "go.mod").read_text()


@pytest.mark.parametrize("pin", PINS.pins, ids=lambda pin: pin.name)
def test_go_mod_requires_exactly_the_pinned_version_and_names_every_tool(pin: Pin) -> None:
    required = re.findall(rf"^(?:require|\t)?\s*{re.escape(pin.module)} (v\S+)", go_mod(pin), re.MULTILINE)
    assert required == [pin.version]
    named = re.findall(r"^(?:tool\s+|\t)([\w./-]+)$", go_mod(pin), re.MULTILINE)
    assert set(named) == {tool.package for tool in pin.tools}


@pytest.mark.parametrize("pin", PINS.pins, ids=lambda pin: pin.name)
def test_go_sum_verifies_the_pinned_module(pin: Pin) -> None:
    """The module itself, or the one that go.mod takes in its place."""
    sums = (pin.directory / "go.sum").read_text().splitlines()
    replaced = re.findall(rf"^replace {re.escape(pin.module)} => (\S+) (v\S+)$", go_mod(pin), re.MULTILINE)
    module, version = replaced[0] if replaced else (pin.module, pin.version)
    assert any(line.startswith(f"{module} {version} h1:") for line in sums)


def test_kubernetes_and_its_staging_modules_are_of_one_release() -> None:
    pin = BY_NAME["kubernetes"]
    replaced = re.findall(r"^\t(k8s\.io/\S+) => (k8s\.io/\S+) (v\S+)$", go_mod(pin), re.MULTILINE)
    assert len(replaced) > 25
    assert {(old == new, version) for old, new, version in replaced} == {(True, pin.version.replace("v1.", "v0."))}


def test_kubernetes_knows_its_version() -> None:
    pin = BY_NAME["kubernetes"]
    _, major, minor, _ = re.split(r"[v.]", pin.version)
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"):
        set_to = {key.rsplit(".", 1)[1]: value for key, value in pin.variables.items() if key.startswith(package)}
        assert (set_to["gitVersion"], set_to["gitMajor"], set_to["gitMinor"]) == (pin.version, major, minor)


def test_the_pulumi_cli_is_of_the_python_sdks_version() -> None:
    requirements = (Path(__file__).parents[3] / "requirements.txt").read_text()
    assert f"\npulumi=={BY_NAME['pulumi'].version.removeprefix('v')}\n" in requirements


def test_minimum_go_is_the_newest_that_any_module_asks_for() -> None:
    asked = [re.findall(r"^go (\S+)$", go_mod(pin), re.MULTILINE)[0] for pin in PINS.pins]
    newest = max(asked, key=lambda version: tuple(map(int, version.split("."))))
    assert newest == PINS.minimum_go


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("Kubernetes v1.34.1", (1, 34, 1)),
        ("Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0", (1, 32, 4)),
        ("etcd Version: 3.6.5\nGit SHA: Not provided\nGo Version: go1.26.8", (3, 6, 5)),
        ("kwok version v0.8.0 go1.26.8 (linux/amd64)", (0, 8, 0)),
        ("v3.259.0\n", (3, 259, 0)),
        ("", None),
        ("not a version: 1.2", None),
    ],
)
def test_versions_are_read_from_what_programs_say(said: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(said) == version


@given(st.tuples(*[st.integers(0, 999)] * 3))
def test_any_version_is_read_back(version: tuple[int, int, int]) -> None:
    text = ".".join(map(str, version))
    assert parse_version(f"tool v{text} (linux)") == version
    assert parse_version(text) == version


@pytest.mark.parametrize(
    ("pin", "version", "fits"),
    [
        ("kubernetes", (1, 34, 0), True),
        ("kubernetes", (1, 34, 9), True),
        ("kubernetes", (1, 33, 1), False),
        ("kubernetes", (1, 35, 0), False),
        ("pulumi", (3, 259, 0), True),
        ("pulumi", (3, 300, 0), True),
        ("pulumi", (3, 258, 9), False),
        ("pulumi", (4, 0, 0), False),
        ("etcd", (3, 4, 30), False),
        ("etcd", None, False),
    ],
)
def test_only_fitting_versions_are_taken(pin: str, version: tuple[int, int, int] | None, fits: bool) -> None:
    assert BY_NAME[pin].accepts(version) is fits


@given(st.lists(st.text(max_size=4), max_size=5), st.lists(st.text(max_size=4), max_size=5))
def test_different_parts_have_different_digests(one: list[str], other: list[str]) -> None:
    assert (digest(one) == digest(other)) == (one == other)


def test_the_digest_of_sources_ignores_tests_and_follows_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "cmd").mkdir()
    main = tmp_path / "cmd" / "main.go"
    main.write_text("package main")
    first = source_digest(tmp_path)
    (tmp_path / "cmd" / "main_test.go").write_text("package main")
    (tmp_path / "testdata").mkdir()
    (tmp_path / "testdata" / "x").write_text("1")
    (tmp_path / ".hidden").write_text("1")
    assert source_digest(tmp_path) == first
    main.write_text("package main // changed")
    changed = source_digest(tmp_path)
    assert changed != first
    main.rename(tmp_path / "cmd" / "other.go")
    assert source_digest(tmp_path) not in {first, changed}


def test_the_same_sources_elsewhere_have_the_same_digest(tmp_path: Path) -> None:
    ours = providers()
    shutil.copytree(ours.directory, tmp_path / "copy")
    assert providers(tmp_path / "copy").digest == ours.digest


def test_what_is_on_demand_is_not_among_all_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make up` builds every tool there is; the descheduler is none that it needs."""
    asked: list[str] = []

    def found(name: str) -> resolve.Tool:
        asked.append(name)
        return resolve.Tool(name, Path(name), "PATH")

    monkeypatch.setattr(resolve, "_found", found)
    resolve.tools()
    assert "kubectl" in asked
    assert "descheduler" not in asked
    assert [one.name for one in resolve.tools(["descheduler"])] == ["descheduler"]
