"""`fleet preview --base` as people and CI run it: real processes, a real repository, and the engine for comparison."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.preview.project import CHECKOUT, edit, make_repository
from fleet.errors import FleetError
from fleet.preview.revision import base_of
from tests.cluster.tenancy_stack import TenancyStack


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this checkout's program and catalogue, one commit."""
    return make_repository(tmp_path_factory.mktemp("preview") / "repository")


def fleet_preview(repository: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command, from this checkout, on another one."""
    command = [sys.executable, "-m", "fleet", "preview", "local", "--project", str(repository), *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=False, env={**os.environ, **variables}
    )


def test_a_pull_request_that_would_delete_a_tenant_is_stopped(repository: Path, tmp_path: Path) -> None:
    """Without credentials, without a cluster: the kubeconfig of the topology is nowhere."""
    file = repository / "catalog" / "tenants" / "hedgehog-cli.yaml"
    text = file.read_text()
    file.unlink()
    try:
        done = fleet_preview(
            repository, "--base", "HEAD", "--output", str(tmp_path / "short.md"), "--full", str(tmp_path / "full.md")
        )
    finally:
        file.write_text(text)
    assert done.returncode == 4, done.stderr
    assert done.stdout == ""
    short = (tmp_path / "short.md").read_text()
    assert "### Data loss" in short
    assert "`hedgehog-cli` deletes `Namespace hedgehog-cli`" in short
    assert "tenant 'hedgehog-cli' is active in stack 'local' and has no file" in short
    assert len((tmp_path / "full.md").read_text()) >= len(short)


def test_a_program_that_talks_a_lot_is_rendered_and_nothing_is_left_behind(repository: Path, tmp_path: Path) -> None:
    """What a revision's program prints is more than a pipe holds, and is in the way of nothing."""
    program = repository / "__main__.py"
    text = program.read_text()
    program.write_text(f"print('x' * 200_000)\n{text}")
    try:
        done = fleet_preview(repository, "--base", "HEAD", "--format", "json", TMPDIR=str(tmp_path))
    finally:
        program.write_text(text)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["changes"] == []
    assert list(tmp_path.glob("tenantplane-*")) == []


def test_the_base_is_rendered_by_its_own_program(repository: Path) -> None:
    """A change of a component is seen, and the base is where the branch departed and not where main is now."""
    source = repository / "components" / "tenancy" / "namespace.py"
    text = source.read_text()
    main = subprocess.run(
        ["git", "branch", "--show-current"], cwd=repository, capture_output=True, text=True, check=True
    )
    subprocess.run(["git", "checkout", "--quiet", "-b", "topic"], cwd=repository, check=True)
    try:
        assert '"pod-security.kubernetes.io/' in text or "pod-security.kubernetes.io" in text
        source.write_text(text.replace('"restricted"', '"baseline"'))
        assert source.read_text() != text
        done = fleet_preview(repository, "--base", main.stdout.strip(), "--format", "json")
    finally:
        source.write_text(text)
        subprocess.run(["git", "checkout", "--quiet", main.stdout.strip()], cwd=repository, check=True)
    assert done.returncode == 4, done.stderr
    told = json.loads(done.stdout)
    assert {"TP-C1-03"} <= {each["control"] for each in told["findings"]}
    assert {each["type"] for each in told["changes"]} == {"kubernetes:core/v1:Namespace"}
    assert {each["tenant"] for each in told["changes"]} >= {"acme-robotics", "northwind-bank"}


def test_a_wrong_revision_is_one_clear_error(repository: Path) -> None:
    done = fleet_preview(repository, "--base", "no-such-branch")
    assert done.returncode == 1
    assert "error: revision 'no-such-branch' is not in the repository" in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(FleetError, match="is not in the repository"), base_of(repository, "--upload-pack=x"):
        pass


@pytest.mark.engine
@pytest.mark.cluster
@pytest.mark.xdist_group("tenancy")
def test_the_engine_says_the_same_of_a_change_as_the_offline_preview(
    local_stack: TenancyStack, repository: Path
) -> None:
    """Same resources, same operations: a tier that grows, a tenant that comes."""
    assert local_stack
    tenants = repository / "catalog" / "tenants"
    kept = {file: file.read_text() for file in (repository / "catalog").rglob("*.yaml")}
    try:
        edit(tenants / "st-brigid-primary.yaml", tier="advanced")
        new = (tenants / "hedgehog-cli.yaml").read_text().replace("hedgehog", "porcupine")
        (tenants / "porcupine-cli.yaml").write_text(new)
        offline = fleet_preview(repository, "--base", "HEAD", "--format", "json")
        live = fleet_preview(repository, "--base", "HEAD", "--format", "json", "--live")
    finally:
        (tenants / "porcupine-cli.yaml").unlink(missing_ok=True)
        for file, text in kept.items():
            file.write_text(text)
    one, other = (json.loads(each.stdout) for each in (offline, live))
    assert not other["problems"], other["problems"]
    assert operations(one) == operations(other)
    assert {"create", "update"} <= {op for op, _ in operations(one)}
    assert other["mode"] == "live"
    assert (offline.returncode, live.returncode) == (one["exit_code"], other["exit_code"])


def operations(told: dict[str, Any]) -> set[tuple[str, str]]:
    """What is done with which resource, by its type and name: of a URN the offline preview knows no more than these and
    the type of the parent."""
    parts = [(each["op"], each["urn"].split("::")) for each in told["changes"]]
    return {(op, f"{urn[2].split('$')[-1]} {urn[3]}") for op, urn in parts}
