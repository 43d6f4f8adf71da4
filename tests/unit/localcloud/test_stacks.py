"""When a cluster goes, the Pulumi state of what ran on it goes, and no other."""

import json
from pathlib import Path

import pytest

from localcloud.stacks import clear, forget_stacks


@pytest.fixture
def backend(tmp_path: Path) -> Path:
    return tmp_path / "state" / ".pulumi"


def stack(backend: Path, name: str, *kubeconfigs: str) -> Path:
    """A stack as Pulumi's file backend keeps it."""
    providers = [{"type": "pulumi:providers:kubernetes", "inputs": {"kubeconfig": one}} for one in kubeconfigs]
    resources = [{"type": "pulumi:pulumi:Stack"}, *providers]
    checkpoint = backend / "stacks" / "tenantplane" / f"{name}.json"
    history = backend / "history" / "tenantplane" / name / "1.json"
    for file in (checkpoint, checkpoint.with_suffix(".json.bak"), history):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": {"resources": resources}}}))
    return checkpoint


def test_only_stacks_of_that_cluster_alone_are_removed(tmp_path: Path, backend: Path) -> None:
    gone, other = (tmp_path / "clusters" / name / "kubeconfig" for name in ("local", "local2"))
    mine = stack(backend, "local", str(gone))
    theirs = stack(backend, "dev", str(other))
    both = stack(backend, "fleet", str(gone), str(other))
    inline = stack(backend, "inline", "apiVersion: v1\nkind: Config\n")
    empty = stack(backend, "empty")
    assert forget_stacks(tmp_path, gone) == (("local",), ("fleet",))
    assert not mine.exists()
    assert not list(backend.rglob("local*"))
    assert all(one.exists() for one in (theirs, both, inline, empty))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"checkpoint": {"latest": null}}'])
def test_a_checkpoint_that_cannot_be_read_is_kept(tmp_path: Path, backend: Path, text: str) -> None:
    checkpoint = stack(backend, "odd", "x")
    checkpoint.write_text(text)
    assert forget_stacks(tmp_path, tmp_path / "clusters" / "local" / "kubeconfig") == ((), ())
    assert checkpoint.read_text() == text


def test_no_backend_is_fine(tmp_path: Path) -> None:
    assert forget_stacks(tmp_path / "nothing", tmp_path / "kubeconfig") == ((), ())


def test_the_state_directory_disappears_with_the_last_stack(tmp_path: Path) -> None:
    state = tmp_path / "state-dir"
    kubeconfig = state / "clusters" / "local" / "kubeconfig"
    stack(state / "state" / ".pulumi", "local", str(kubeconfig))
    (state / "pulumi" / "plugins").mkdir(parents=True)
    (state / "passphrase").write_text("x")
    assert not clear(state)
    assert (state / "passphrase").exists()
    forget_stacks(state, kubeconfig)
    assert clear(state)
    assert not state.exists()
