"""Nodes are told what pods cannot say: processes, swap and runtimes, by pool (C2, C4, C6)."""

import email
import os
import shutil
import subprocess
import tomllib
from email.message import Message
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from settings import Runtime
from settings.nodeconfig import (
    Download,
    NotExpressibleError,
    al2023,
    bottlerocket,
    containerd_config,
    handlers_of,
    kubelet_config,
    runsc_config,
    sandbox_spec,
    to_toml,
)
from tests.unit.settings import golden_nodes
from tests.unit.settings.golden_nodes import CLUSTER, DOWNLOADS, POOLS, RUNTIMES


def test_nodes_are_told_what_was_reviewed() -> None:
    written = {file.name: file.read_text() for file in golden_nodes.FOLDER.iterdir()}
    hint = "this changes nodes: `python -m tests.unit.settings.golden_nodes`, and read the difference"
    assert written == golden_nodes.rendered(), hint


@pytest.mark.parametrize(
    ("pool", "pids"), [("sandbox", 400), ("northwind", 1024), ("general", 1024), ("system", 1024), ("spot", 1024)]
)
def test_a_pod_has_a_bound_of_tasks_on_every_node(pool: str, pids: int) -> None:
    assert kubelet_config(POOLS[pool])["podPidsLimit"] == pids


@pytest.mark.parametrize("pool", sorted(POOLS))
def test_no_node_swaps_or_answers_strangers(pool: str) -> None:
    made = kubelet_config(POOLS[pool])
    assert (made["failSwapOn"], made["memorySwap"]) == (True, {"swapBehavior": "NoSwap"})
    assert made["authentication"]["anonymous"] == {"enabled": False}
    assert (made["authorization"], made["readOnlyPort"]) == ({"mode": "Webhook"}, 0)
    assert made["seccompDefault"] is True
    assert made["maxPods"] == POOLS[pool].capacity.pods


def test_a_kubelet_of_16_cores_and_110_pods_keeps_what_eks_keeps() -> None:
    """60 + 10 + 2 x 5 + 12 x 2.5 millicores; 255 + 110 x 11 Mi."""
    made = kubelet_config(POOLS["general"])["kubeReserved"]
    assert (made["cpu"], made["memory"]) == ("110m", "1465Mi")


@pytest.mark.parametrize(
    ("pool", "handlers"),
    [
        ("system", ("runc",)),
        ("general", ("runc",)),
        ("spot", ("runc",)),
        ("sandbox", ("kata", "kata-qemu-tdx", "runc", "runsc")),
        ("gpu-a100-whole", ("kata-qemu-nvidia-gpu", "runc")),
        ("northwind", ("kata", "kata-qemu-tdx", "runc", "runsc")),
    ],
)
def test_a_node_has_the_handlers_of_the_runtimes_that_list_its_pool(pool: str, handlers: tuple[str, ...]) -> None:
    assert handlers_of(POOLS[pool], RUNTIMES) == handlers


def test_every_handler_of_the_catalogue_is_on_some_node() -> None:
    """A RuntimeClass whose handler no node has would leave its pods waiting for ever (C2)."""
    assert {each.handler for each in RUNTIMES} == {
        handler for pool in POOLS.values() for handler in handlers_of(pool, RUNTIMES)
    }


@pytest.mark.parametrize("schema", [2, 3])
def test_no_annotation_of_a_pod_reaches_a_sandboxing_runtime(schema: Any) -> None:
    plugins = containerd_config(POOLS["sandbox"], RUNTIMES, schema)["plugins"]
    runtime = plugins["io.containerd.grpc.v1.cri" if schema == 2 else "io.containerd.cri.v1.runtime"]["containerd"]
    sandboxing = {name: made for name, made in runtime["runtimes"].items() if name != "runc"}
    assert len(sandboxing) == 3
    assert all(made["pod_annotations"] == [] for made in sandboxing.values())
    assert runsc_config()["runsc_config"]["allow-flag-override"] == "false"


@pytest.mark.parametrize("schema", [2, 3])
def test_a_sandbox_has_100_processes_and_plain_containers_are_not_counted_by_user(schema: Any) -> None:
    """RLIMIT_NPROC counts by user id in one kernel: a sandbox has its own, the pods of runc share the node's."""
    default = {"process": {"cwd": "/", "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1, "soft": 1}]}, "hostname": "a"}
    made = sandbox_spec(default)
    assert made["process"] == {"cwd": "/", "rlimits": [{"type": "RLIMIT_NPROC", "hard": 100, "soft": 100}]}
    assert (made["hostname"], default["process"]["cwd"]) == ("a", "/")  # type: ignore[index]
    plugins = containerd_config(POOLS["northwind"], RUNTIMES, schema)["plugins"]
    runtime = plugins["io.containerd.grpc.v1.cri" if schema == 2 else "io.containerd.cri.v1.runtime"]["containerd"]
    specs = {name: made.get("base_runtime_spec") for name, made in runtime["runtimes"].items()}
    own = "/etc/containerd/sandbox-spec.json"
    assert specs == {"runc": None, "runsc": own, "kata": own, "kata-qemu-tdx": own}


def test_a_handler_that_nobody_knows_how_to_run_is_refused() -> None:
    odd = Runtime.model_validate({"id": "odd", "title": "Odd", "handler": "wasm", "pools": ["cpu"]})
    with pytest.raises(ValueError, match="no configuration of containerd is known for handler 'wasm'; allowed: runc"):
        containerd_config(POOLS["general"], (*RUNTIMES, odd), 3)


def parts(text: str) -> list[Message]:
    message = email.message_from_string(text)
    assert message.is_multipart()
    return [each for each in message.walk() if not each.is_multipart()]


@pytest.mark.parametrize("pool", sorted(POOLS))
def test_nodeadm_gets_its_configuration_and_what_it_does_not_bring_is_fetched_by_digest(pool: str) -> None:
    found = {
        each.get_content_type(): str(each.get_payload())
        for each in parts(al2023(POOLS[pool], RUNTIMES, CLUSTER, DOWNLOADS))
    }
    spec = yaml.safe_load(found["application/node.eks.aws"])["spec"]
    assert spec["kubelet"]["config"]["podPidsLimit"] == kubelet_config(POOLS[pool])["podPidsLimit"]
    assert tomllib.loads(spec["containerd"]["config"]) == containerd_config(POOLS[pool], RUNTIMES, 3)
    taints = [f"{each.key}={each.value}:{each.effect}" for each in POOLS[pool].node_taints()]
    flags = "".join(spec["kubelet"]["flags"])
    assert all(taint in flags for taint in taints)
    assert f"tenantplane.dev/pool={pool}" in flags
    assert "node-restriction" not in flags
    script = found.get("text/x-shellscript", "")
    for handler in set(handlers_of(POOLS[pool], RUNTIMES)) - {"runc"}:
        assert DOWNLOADS[handler].sha256 in script
    if script:
        checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
        assert checked.stderr == ""


def test_a_script_unpacks_nothing_that_is_not_what_was_promised(tmp_path: Path) -> None:
    """The lines of the script, run: the right archive is unpacked, another one ends it."""
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, says in (("ctr", "echo {}"), ("jq", "cat")):
        (programs / name).write_text(f"#!/bin/sh\n{says}\n")
        (programs / name).chmod(0o755)
    (tmp_path / "runsc").write_text("program")
    archive = tmp_path / "a.tar"
    subprocess.run(["tar", "-C", str(tmp_path), "-cf", str(archive), "runsc"], check=True)
    right = subprocess.run(["sha256sum", str(archive)], capture_output=True, text=True, check=True).stdout.split()[0]
    for digest, works in ((right, True), ("0" * 64, False)):
        target = tmp_path / f"out-{works}"
        downloads = {**DOWNLOADS, "runsc": Download(url="https://a.example/a.tar", sha256=digest, target=str(target))}
        text = al2023(POOLS["sandbox"], [each for each in RUNTIMES if each.id == "gvisor"], CLUSTER, downloads)
        script = str(next(each for each in parts(text) if "shell" in each.get_content_type()).get_payload())
        script = script.replace("https://a.example", f"file://{tmp_path}").replace("/run/", f"{tmp_path}/")
        script = script.replace("/etc/containerd", f"{target}/etc")
        environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        done = subprocess.run(["bash"], input=script, text=True, capture_output=True, check=False, env=environment)
        assert (done.returncode == 0) is works, done.stderr
        assert (target / "runsc").exists() is works
        assert (target / "etc" / "runsc.toml").exists() is works
        assert (target / "etc" / "sandbox-spec.json").exists() is works


def test_a_handler_without_a_download_is_refused() -> None:
    with pytest.raises(NotExpressibleError, match="'sandbox' has the handlers kata, kata-qemu-tdx, which"):
        al2023(POOLS["sandbox"], RUNTIMES, CLUSTER, {"runsc": DOWNLOADS["runsc"]})


@pytest.mark.parametrize(
    ("flip", "words"),
    [({"url": "http://a.example/a.tar"}, "is no https URL"), ({"sha256": "A" * 64}, "allowed: 64 hexadecimal digits")],
)
def test_a_download_is_over_https_and_has_a_digest(flip: dict[str, str], words: str) -> None:
    good = {"url": "https://a.example/a.tar", "sha256": "a" * 64}
    Download(**good)
    with pytest.raises(ValueError, match=words):
        Download(**{**good, **flip})


def test_bottlerocket_is_told_what_it_can_be_told_and_no_more() -> None:
    made = tomllib.loads(bottlerocket(POOLS["spot"], RUNTIMES, CLUSTER))["settings"]["kubernetes"]
    assert (made["pod-pids-limit"], made["memory-swap-behavior"], made["seccomp-default"]) == (1024, "NoSwap", True)
    assert made["node-taints"] == {"tenantplane.dev/lifecycle": ["spot:NoSchedule"]}
    for pool in ("sandbox", "northwind", "gpu-a100-whole"):
        with pytest.raises(NotExpressibleError, match="use Amazon Linux 2023"):
            bottlerocket(POOLS[pool], RUNTIMES, CLUSTER)


def test_the_real_containerd_reads_every_handler(tmp_path: Path) -> None:
    """`containerd config dump` says what containerd made of the file, and fails for one that it cannot read."""
    containerd = shutil.which("containerd")
    if containerd is None:
        pytest.skip("needs containerd: apt-get install containerd")
    version = subprocess.run([containerd, "--version"], capture_output=True, text=True, check=True).stdout
    schema: Literal[2, 3] = 3 if " 2." in version or " v2." in version else 2
    for name, pool in POOLS.items():
        file = tmp_path / f"{name}.toml"
        made = containerd_config(pool, RUNTIMES, schema)
        file.write_text(to_toml(made))
        done = subprocess.run(
            [containerd, "-c", str(file), "config", "dump"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        said = tomllib.loads(done.stdout)["plugins"]
        plugin = "io.containerd.grpc.v1.cri" if schema == 2 else "io.containerd.cri.v1.runtime"
        for handler, wanted in made["plugins"][plugin]["containerd"]["runtimes"].items():
            read = said[plugin]["containerd"]["runtimes"][handler]
            assert read["options"] == wanted["options"]
            # Any further key is a field that this containerd does not know and left out.
            assert {key: read[key] for key in wanted} == wanted


_LEAVES = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.booleans(),
    st.lists(st.integers(min_value=0, max_value=9), max_size=3),
)
_SAFE_KEYS = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.recursive(st.dictionaries(_SAFE_KEYS, _LEAVES), lambda inner: st.dictionaries(_SAFE_KEYS, inner | _LEAVES)))
def test_toml_that_is_written_reads_back_the_same(document: Any) -> None:
    assert tomllib.loads(to_toml(document)) == document


def test_toml_refuses_what_it_cannot_say() -> None:
    with pytest.raises(TypeError, match="float has no place"):
        to_toml({"a": 0.5})
