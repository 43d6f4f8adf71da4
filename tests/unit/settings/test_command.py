"""`python -m settings` tells people and CI what is wrong, by text and exit code (A1)."""

from pathlib import Path

import pytest
import yaml

from settings.__main__ import main
from tests.unit.settings import small_catalogue
from tests.unit.settings.test_catalogue import CATALOG


def test_a_right_catalogue_gets_a_summary_and_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_catalogue.write(tmp_path)

    assert main(["--catalog", str(root), "check"]) == 0
    assert capsys.readouterr().out == "test: 2 tenants of 2 tiers on 1 cluster\n"


def test_a_mistake_gets_a_line_that_editors_can_follow_and_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = small_catalogue.write(tmp_path)
    tenant = root / "tenants/acme.yaml"
    tenant.write_text(small_catalogue.ACME.replace("tier: solo", "tier: sole"))

    assert main(["--catalog", str(root), "check", "test"]) == 1
    shown = capsys.readouterr()
    assert shown.out == f"{tenant}:3: tier 'sole' is not known (did you mean 'solo'?); allowed: large, solo\n"
    assert shown.err == "1 mistake\n"


def test_one_mistake_in_two_environments_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_catalogue.write(tmp_path)
    (root / "topology/more.yaml").write_text(small_catalogue.TOPOLOGY.replace("environment: test", "environment: more"))
    (root / "tenants/acme.yaml").write_text(small_catalogue.ACME.replace("tier: solo", "tier: sole"))

    assert main(["--catalog", str(root), "check"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_tenant_that_exists_nowhere_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_catalogue.write(tmp_path)
    topology = small_catalogue.TOPOLOGY.replace("tiers: [solo, large]", "tiers: [large]")
    (root / "topology/test.yaml").write_text(topology)

    assert main(["--catalog", str(root), "check", "test"]) == 0
    capsys.readouterr()
    assert main(["--catalog", str(root), "check"]) == 1
    assert capsys.readouterr().out == f"{root}/tenants/acme.yaml:1: no environment has this tenant; allowed: test\n"


def test_a_folder_that_is_none_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--catalog", str(tmp_path / "no"), "check"]) == 1
    assert capsys.readouterr().err == f"{tmp_path}/no: no such folder; allowed: --catalog FOLDER\n"


def test_stale_schemas_are_told_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_catalogue.write(tmp_path)

    assert main(["--catalog", str(root), "schema", "--check"]) == 1
    assert "not current; run: python -m settings schema" in capsys.readouterr().out
    assert main(["--catalog", str(root), "schema"]) == 0
    assert main(["--catalog", str(root), "schema", "--check"]) == 0


def test_the_repositorys_schemas_pass_the_check() -> None:
    assert main(["--catalog", str(CATALOG), "schema", "--check"]) == 0


def test_wrong_usage_exits_with_two() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["chekc"])

    assert caught.value.code == 2


def test_the_scheduler_configuration_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, names in (
        (["scheduler"], ["default-scheduler", "tenantplane"]),
        (["scheduler", "--second"], ["tenantplane"]),
    ):
        assert main(arguments) == 0
        document = yaml.safe_load(capsys.readouterr().out)
        assert [each["schedulerName"] for each in document["profiles"]] == names
        assert document["leaderElection"]["leaderElect"] is True
        assert "kubeconfig" not in document["clientConnection"]
