"""A real node without starting one: images, the registry that serves them, files, and what undoes it (C2, C4)."""

import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from localcloud import cli, nodehost
from localcloud.controlplane.layout import Layout
from localcloud.errors import LocalcloudError
from localcloud.nodehost import Places, firewall, machine, tear_down
from localcloud.paths import checkout
from localcloud.realnode.configuration import (
    NodePlan,
    containerd_deviations,
    kubelet_deviations,
    merged,
    network_config,
    runsc_deviations,
)
from localcloud.realnode.images import images, write_images
from localcloud.realnode.registry import Registry
from localcloud.realnode.shim import RUNSC, SHIM, install_runtimes
from tests.unit.settings.golden_nodes import POOLS, RUNTIMES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A registry's folder, made with a stand-in for busybox."""
    busybox = tmp_path / "busybox"
    busybox.write_bytes(b"a program")
    write_images(tmp_path / "registry", images(busybox))
    return tmp_path / "registry"


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    server = Registry(folder, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v2"
    server.shutdown()
    server.server_close()


def fetch(url: str, method: str = "GET") -> tuple[bytes, str]:
    asked = urllib.request.Request(url, method=method)  # noqa: S310  (loopback)
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        return answer.read(), answer.headers["Docker-Content-Digest"]


def test_images_are_the_same_bytes_every_time(folder: Path, tmp_path: Path) -> None:
    again = write_images(tmp_path / "again", images(tmp_path / "busybox"))
    digests = json.loads((folder / "index.json").read_text())
    assert again == {name: f"images.localhost/{name}@{digest}" for name, digest in digests.items()}
    assert sorted(digests) == ["pause", "tools", "web"]


def test_an_image_is_pulled_by_its_name_and_every_blob_is_what_its_digest_says(folder: Path, served: str) -> None:
    digest = json.loads((folder / "index.json").read_text())["tools"]
    data, said = fetch(f"{served}/tools/manifests/{digest}?ns=images.localhost")
    assert said == digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
    manifest = json.loads(data)
    for part in (manifest["config"], *manifest["layers"]):
        blob, _ = fetch(f"{served}/tools/blobs/{part['digest']}")
        assert (f"sha256:{hashlib.sha256(blob).hexdigest()}", len(blob)) == (part["digest"], part["size"])
    config = json.loads(fetch(f"{served}/tools/blobs/{manifest['config']['digest']}")[0])
    layer = gzip.decompress(fetch(f"{served}/tools/blobs/{manifest['layers'][0]['digest']}")[0])
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        modes = {entry.name: entry.mode for entry in tar.getmembers()}
    assert (modes["suid/busybox"], modes["open"], modes["bin/busybox"]) == (0o4755, 0o1777, 0o755)
    assert fetch(f"{served}/tools/manifests/latest", "HEAD") == (b"", digest)


def test_the_registry_has_nothing_under_another_name_or_outside_its_folder(folder: Path, served: str) -> None:
    (folder / "secret").write_text("x")
    digest = json.loads((folder / "index.json").read_text())["tools"]
    for path in (
        f"web/manifests/{digest}",
        "other/manifests/latest",
        f"tools/blobs/sha256:{'0' * 64}",
        "tools/blobs/../../../secret",
        "tools/manifests/v1",
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetch(f"{served}/{path}")
        assert refused.value.code == 404


def plan() -> NodePlan:
    return NodePlan("sandbox-real", POOLS["sandbox"], RUNTIMES, "pause", 1, 2, "10.127.0.0/24", "https://127.0.0.1:3")


def leaves(document: Any, path: str = "") -> set[str]:
    if not isinstance(document, dict) or not document:
        return {path}
    return {leaf for key, value in document.items() for leaf in leaves(value, key)}


def test_every_deviation_from_the_pools_configuration_is_in_the_docs(tmp_path: Path) -> None:
    page = (checkout() / "docs" / "real-node.md").read_text()
    places = Places(tmp_path)
    for deviations in (
        kubelet_deviations(Layout("a", tmp_path), places, plan()),
        containerd_deviations(places, ["kata"]),
        runsc_deviations(places),
    ):
        for leaf in leaves(deviations):
            assert f"`{leaf}`" in page, f"docs/real-node.md does not name the deviation {leaf}"


def test_deviations_leave_everything_else_as_the_pool_has_it() -> None:
    base = {"a": 1, "table": {"kept": True, "changed": 1}}
    assert merged(base, {"table": {"changed": 2}, "new": 3}) == {
        "a": 1,
        "table": {"kept": True, "changed": 2},
        "new": 3,
    }
    assert base["table"] == {"kept": True, "changed": 1}


def test_what_bounds_a_sandbox_is_no_deviation(tmp_path: Path) -> None:
    """The real node shows the pool's limits, so it may not have its own."""
    told = kubelet_deviations(Layout("a", tmp_path), Places(tmp_path), plan())
    assert not told.keys() & {"podPidsLimit", "memorySwap", "failSwapOn", "seccompDefault", "readOnlyPort"}
    assert told["authentication"].keys() == {"x509"}
    assert "runsc_config" not in runsc_deviations(Places(tmp_path))


def test_a_pod_has_no_way_off_the_machine() -> None:
    (plugin,) = network_config(Places(Path("/a")), "10.127.3.0/24")["plugins"]
    assert plugin["ipMasq"] is False
    assert "routes" not in plugin["ipam"]


def test_a_path_too_long_for_sockets_is_refused_before_anything_is_made() -> None:
    Places(Path("/short")).require_short()
    with pytest.raises(LocalcloudError, match="where Linux allows 107; name a shorter directory in TENANTPLANE_STATE"):
        Places(Path("/" + "long" * 20)).require_short()


def test_a_machine_without_the_packages_is_told_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "run the command as root" in str(nodehost.missing())
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    there = tmp_path / "runc"
    there.touch()
    monkeypatch.setattr(machine, "PACKAGES", {str(there): "runc", str(tmp_path / "no"): "containerd"})
    assert nodehost.missing() == (
        "a real node needs the packages containerd: apt-get install --no-install-recommends containerd"
    )
    with pytest.raises(LocalcloudError, match="apt-get install --no-install-recommends containerd"):
        nodehost.require()


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ('{"version":2,"address":"unix:///run/a.sock","protocol":"ttrpc"}', "unix:///run/a.sock"),
        ("unix:///run/b.sock", "unix:///run/b.sock"),
    ],
)
def test_the_shim_answers_with_its_address(tmp_path: Path, said: str, printed: str) -> None:
    """The wrapper, run: with `mount` taken away, for only root may."""
    real, runsc, fakes = tmp_path / "real", tmp_path / "runsc", tmp_path / "fakes"
    fakes.mkdir()
    (fakes / "mount").write_text("#!/bin/sh\n")
    real.write_text(f"#!/bin/sh\necho \"$@\" >> {tmp_path}/asked\nprintf '%s' '{said}'\n")
    runsc.write_text("")
    for program in (real, runsc, fakes / "mount"):
        program.chmod(0o755)
    places = Places(tmp_path)
    install_runtimes(places, {SHIM: real, RUNSC: runsc})
    command = [str(places.bin / SHIM), "-namespace", "k8s.io", "start"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": f"{fakes}:/usr/bin:/bin"})
    assert done.stdout == printed
    assert (tmp_path / "asked").read_text() == "-namespace k8s.io start\n"


def test_undoing_takes_the_directory_away_and_may_be_repeated(tmp_path: Path) -> None:
    assert tear_down(tmp_path) is False
    places = Places(tmp_path)
    places.record("real-kubelet").parent.mkdir()
    places.record("real-kubelet").write_text("{}")
    (places.directory / "kubelet").mkdir(parents=True)
    assert tear_down(tmp_path) is True
    assert not places.directory.exists()
    assert not places.record("real-kubelet").exists()
    assert tear_down(tmp_path) is False


def test_only_kube_routers_rules_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = """-P INPUT ACCEPT
-N KUBE-ROUTER-INPUT
-N KUBE-POD-FW-ABC
-N OWN
-A INPUT -m comment --comment "kube-router netpol - 4IA2" -j KUBE-ROUTER-INPUT
-A INPUT -p tcp -m comment --comment "the owner's" -j OWN
-A KUBE-ROUTER-INPUT -d 10.96.0.0/16 -j RETURN"""
    ran: list[tuple[str, ...]] = []

    def run(program: str, *arguments: str) -> str:
        ran.append((program, *arguments))
        return {"-S": rules, "list": "KUBE-DST-ABC\nowners\nkube-router-local-ips"}.get(arguments[0], "")

    monkeypatch.setattr(firewall, "_run", run)
    firewall.remove_rules()
    changes = [each for each in ran if each[1] not in ("-S", "list")]
    comment = ("-m", "comment", "--comment", "kube-router netpol - 4IA2")
    assert changes == [
        ("iptables", "-D", "INPUT", *comment, "-j", "KUBE-ROUTER-INPUT"),
        *(("iptables", flag, chain) for flag in ("-F", "-X") for chain in ("KUBE-ROUTER-INPUT", "KUBE-POD-FW-ABC")),
        ("ipset", "destroy", "KUBE-DST-ABC"),
        ("ipset", "destroy", "kube-router-local-ips"),
    ]


@pytest.mark.parametrize("command", ["start", "stop"])
def test_a_real_node_is_asked_for_by_the_name_of_a_cluster(command: str) -> None:
    done = CliRunner().invoke(cli.app, [command, "--real-node"])
    assert done.exit_code == 2
    assert "NAME" in done.output
