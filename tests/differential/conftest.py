"""The two sides: a control plane each, the official plugins on one, the bundled ones on the other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localcloud import controlplane, toolchain
from localcloud.topology import local_clusters
from tests.differential import flow
from tests.differential.flow import Flow, Recording
from tests.differential.side import Plugins, Side

OFFICIAL_VARIABLE = "TENANTPLANE_OFFICIAL_PLUGINS"
"""Directory of the official plugins, executable; unset: `../shared/plugins` beside the checkout, unpacked once."""

BUNDLED_VARIABLE = "TENANTPLANE_BUNDLED_PLUGINS"
"""Directory of bundled plugins to test instead of those that the toolchain builds."""

KUBECONFIGS_VARIABLE = "TENANTPLANE_DIFFERENTIAL_KUBECONFIGS"
"""Two kubeconfigs of running, disposable control planes, separated by a colon; unset: two are started and stopped."""

CLUSTER = "differential"
CHECKOUT = Path(__file__).resolve().parents[2]
PROVIDERS = ("pulumi-resource-kubernetes", "pulumi-resource-random")
LANGUAGE_HOST = "pulumi-language-python"


@pytest.fixture(scope="session")
def official_plugins(tmp_path_factory: pytest.TempPathFactory) -> Plugins:
    """The official plugins; skips where there are none."""
    named = os.environ.get(OFFICIAL_VARIABLE)
    packed = CHECKOUT.parent / "shared" / "plugins"
    if named:
        directory = Path(named)
    elif (packed / "unpack").is_file():
        directory = tmp_path_factory.mktemp("official-plugins")
        subprocess.run([str(packed / "unpack"), str(directory)], check=True, capture_output=True)
    else:
        pytest.skip(f"no official plugins to compare with: neither ${OFFICIAL_VARIABLE} nor ../shared/plugins is there")
    missing = [name for name in (*PROVIDERS, LANGUAGE_HOST) if not (directory / name).exists()]
    if missing:
        pytest.skip(f"no official plugins to compare with: {directory} lacks {', '.join(missing)}")
    return Plugins(name="official", directory=directory)


@pytest.fixture(scope="session")
def bundled_plugins(tmp_path_factory: pytest.TempPathFactory) -> Plugins:
    """The bundled plugins, in a directory with nothing else."""
    named = os.environ.get(BUNDLED_VARIABLE)
    if named:
        return Plugins(name="bundled", directory=Path(named))
    directory = tmp_path_factory.mktemp("bundled-plugins")
    for name in (*PROVIDERS, LANGUAGE_HOST):
        (directory / name).symlink_to(toolchain.tool(name))
    return Plugins(name="bundled", directory=directory)


@pytest.fixture(scope="session")
def kubeconfigs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A control plane for each side, with the nodes of the topology `local`."""
    named = os.environ.get(KUBECONFIGS_VARIABLE)
    if named:
        left, right = (Path(path) for path in named.split(":"))
        yield left, right
        return
    pools = local_clusters("local")["local"].pools
    # The same name twice, in two places: the kubeconfigs then differ in addresses and credentials alone.
    places = [tmp_path_factory.mktemp(f"control-plane-{side}") for side in ("official", "bundled")]
    try:
        left, right = (controlplane.start(CLUSTER, pools, state_dir=place).kubeconfig for place in places)
        yield left, right
    finally:
        for place in places:
            controlplane.stop(CLUSTER, state_dir=place)


@pytest.fixture(scope="session")
def sides(
    official_plugins: Plugins,
    bundled_plugins: Plugins,
    kubeconfigs: tuple[Path, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Side, Side]]:
    """The official and the bundled side."""
    made = []
    for plugins, kubeconfig in zip((official_plugins, bundled_plugins), kubeconfigs, strict=True):
        home = tmp_path_factory.mktemp(f"side-{plugins.name}")
        tools = home / "tools"
        tools.mkdir()
        for name in ("pulumi", "kubectl"):
            (tools / name).symlink_to(toolchain.tool(name))
        python = Path(sys.executable).parent
        made.append(Side(name=plugins.name, plugins=plugins, kubeconfig=kubeconfig, tools=[tools, python], home=home))
    yield made[0], made[1]
    for side in made:
        shutil.rmtree(side.home, ignore_errors=True)


@pytest.fixture(scope="session")
def recording(sides: tuple[Side, Side]) -> Callable[[Flow], Recording]:
    """Runs a flow when its first test asks for it, and keeps what was recorded for the others."""
    kept: dict[str, Recording] = {}

    def record_of(asked: Flow) -> Recording:
        if asked.name not in kept:
            kept[asked.name] = flow.run(asked, *sides)
        return kept[asked.name]

    return record_of
