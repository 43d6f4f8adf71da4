"""Phase two: what stands on what, and what is refused before it is there (H1, H2, H3, F6)."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from settings.stack_config import parse_stack_config
from stacks.program import program
from tests.unit.components.recorder import Recording, record

ROOT = Path(__file__).resolve().parents[3]
REGION = {"vpc": "vpc-1", "private": ["a", "b", "c"], "data": ["d", "e", "f"], "keys": {"volumes": "v", "objects": "o"}}
CLUSTERS = ("starter", "team", "enterprise", "enterprise-west")
MADE = {
    name: {
        "dns_name": f"{name}.elb",
        "dns_zone": "Z",
        "security_group": f"sg-{name}",
        "profile": f"p-{name}",
        "database": {"host": f"{name}.rds", "port": 5432.0},
    }
    for name in CLUSTERS
}
APPLIED = {"planHash": "0", "zone": "Z1", "region": REGION, "clusters": MADE}
"""Outputs of whatever a stack refers to, applied whole."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with the repository's catalogue and kubeconfigs of its clusters."""
    monkeypatch.delenv("TENANTPLANE_STATE", raising=False)
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    for name in CLUSTERS:
        kubeconfig = tmp_path / ".localcloud" / "clusters" / f"tp-staging-{name}" / "kubeconfig"
        kubeconfig.parent.mkdir(parents=True)
        kubeconfig.touch()
    return tmp_path


def on_this_machine(project: Path) -> None:
    """The environment `lab`: the clusters of staging as they would be without AWS."""
    folder = project / "catalog" / "topology"
    topology = yaml.safe_load((folder / "staging.yaml").read_text())
    del topology["aws"]
    for cluster in topology["clusters"]:
        del cluster["eks"], cluster["aurora"]
        cluster["provider"] = "localcloud"
        kubeconfig = project / ".localcloud" / "clusters" / cluster["name"] / "kubeconfig"
        kubeconfig.parent.mkdir(parents=True)
        kubeconfig.touch()
    (folder / "lab.yaml").write_text(yaml.safe_dump({**topology, "environment": "lab"}, sort_keys=False))


def run(project: Path, outputs: Mapping[str, Any], **values: str) -> Recording:
    return record(lambda: program(parse_stack_config(values), project), outputs)


def refusal(recording: Recording) -> str:
    """The words of a refusal, which came before any resource."""
    assert isinstance(recording.error, pulumi.RunError), recording.error
    assert recording.resources == []
    return str(recording.error)


def names_of(recording: Recording, token: str) -> set[str]:
    assert recording.error is None, recording.error
    return {each.name for each in recording.of(token)}


def test_a_region_s_foundation_has_its_clusters_and_the_first_the_names_as_well(project: Path) -> None:
    first = run(project, {}, environment="staging", layer="foundation", region="eu-central-1")
    assert names_of(first, "tenantplane:cloud:CloudCluster") == {"starter", "enterprise"}
    assert names_of(first, "tenantplane:cloud:DnsZone") == {"names"}
    assert set(first.outputs["clusters"]) == {"starter", "enterprise"}
    assert first.outputs["planHash"]
    other = run(project, APPLIED, environment="staging", layer="foundation", region="eu-west-1")
    assert names_of(other, "tenantplane:cloud:CloudCluster") == {"enterprise-west"}
    assert names_of(other, "tenantplane:cloud:DnsZone") == set()
    assert other.outputs["zone"] == "Z1"
    (provider,) = other.of("pulumi:providers:aws")
    assert provider.inputs["region"] == "eu-west-1"
    assert "123456789012" in str(provider.inputs["allowedAccountIds"])


def test_what_is_stood_on_comes_first(project: Path) -> None:
    """A first up of plain pulumi in the wrong order is told the right one."""
    for values, missing in (
        ({"layer": "foundation", "region": "us-east-1"}, "staging-eu-central-1-foundation"),
        ({"layer": "entrances"}, "staging-eu-central-1-foundation"),
        ({"layer": "platform", "cluster": "team"}, "staging-us-east-1-foundation"),
        ({"layer": "tenants", "cluster": "team", "shard": "0"}, "staging-us-east-1-foundation"),
    ):
        said = refusal(run(project, {}, environment="staging", **values))
        assert "has not been applied whole" in said
        assert f"pulumi up -s {missing}" in said
    on_this_machine(project)
    said = refusal(run(project, {}, environment="lab", layer="tenants", cluster="team", shard="0"))
    assert "the platform of cluster 'team' has not been applied whole (stack lab-team-platform)" in said


def test_tenants_have_their_part_of_aws_in_the_region_of_their_cluster(project: Path) -> None:
    """F6, B1."""
    made = run(project, APPLIED, environment="staging", layer="tenants", cluster="enterprise-west", shard="0")
    assert names_of(made, "tenantplane:tenancy:Tenant") == {"northwind-bank"}
    assert names_of(made, "tenantplane:cloud:TenantCloud") == {"northwind-bank-cloud"}
    assert {each.inputs["region"] for each in made.of("pulumi:providers:aws")} == {"eu-west-1"}


def test_a_local_cluster_has_the_same_tenants_and_nothing_of_aws(project: Path) -> None:
    on_this_machine(project)
    made = run(project, APPLIED, environment="lab", layer="tenants", cluster="enterprise-west", shard="0")
    assert names_of(made, "tenantplane:tenancy:Tenant") == {"northwind-bank"}
    assert [each for each in made.resources if "aws" in each.type or "cloud" in each.type] == []


def test_karpenter_s_pools_are_objects_of_the_platform(project: Path) -> None:
    made = run(project, APPLIED, environment="staging", layer="platform", cluster="enterprise-west")
    assert names_of(made, "tenantplane:cloud:KarpenterNodePool") == {"karpenter-northwind"}


def weights(project: Path) -> dict[str, dict[str, int]]:
    made = run(project, APPLIED, environment="staging", layer="entrances")
    assert made.error is None, made.error
    found: dict[str, dict[str, int]] = {}
    for each in made.of("aws:route53/record:Record"):
        cluster = str(each.inputs["name"]).split(".", maxsplit=1)[0]
        weight = each.inputs["weightedRoutingPolicies"][0]["weight"]
        found.setdefault(cluster, {})[each.inputs["setIdentifier"]] = int(weight)
    return found


def test_a_cluster_s_entrance_leads_to_the_stand_by_once_it_is_lost(project: Path) -> None:
    """H3: one change of weights moves all tenants of a cluster, and no tenant's name."""
    before = weights(project)
    assert before["starter"] == {"starter": 100}
    assert before["enterprise-west"] == {"enterprise-west": 100}
    assert before["enterprise"] == {"enterprise": 100, "enterprise-west": 0}
    topology = project / "catalog" / "topology" / "staging.yaml"
    topology.write_text(topology.read_text().replace("- name: enterprise\n", "- name: enterprise\n    lost: true\n"))
    assert weights(project)["enterprise"] == {"enterprise": 0, "enterprise-west": 100}


def test_a_tenant_s_host_leads_to_the_cluster_it_lives_on(project: Path) -> None:
    """Two clusters serve the tier; where nobody may stand in for a cluster, no name leads anywhere else (F6)."""

    def alias(cluster: str, tenant: str) -> str:
        made = run(project, APPLIED, environment="staging", layer="tenants", cluster=cluster)
        assert made.error is None, made.error
        (record,) = (
            each.inputs
            for each in made.of("aws:route53/record:Record")
            if str(each.inputs["name"]).startswith(f"{tenant}.")
        )
        assert record["setIdentifier"] == cluster
        return str(record["aliases"][0]["name"])

    assert alias("enterprise", "acme-robotics") == "enterprise.clusters.staging.tenantplane.example"
    assert alias("enterprise-west", "northwind-bank") == "enterprise-west.elb"


def test_nothing_is_applied_to_a_lost_cluster(project: Path) -> None:
    topology = project / "catalog" / "topology" / "staging.yaml"
    topology.write_text(topology.read_text().replace("- name: enterprise\n", "- name: enterprise\n    lost: true\n"))
    said = refusal(run(project, APPLIED, environment="staging", layer="platform", cluster="enterprise"))
    assert "is lost, says its topology" in said


def test_a_tenant_leaves_a_stack_only_when_it_is_on_another_cluster(project: Path) -> None:
    """H1, A7: `fleet move` off-boards the old side, and nobody else does."""
    values = {"environment": "staging", "layer": "tenants", "cluster": "enterprise", "shard": "0"}
    here = {**APPLIED, "tenants": {"acme-robotics": {"lifecycle": "active"}}}
    assert "is not about to leave this stack" in refusal(run(project, here, **values, leaving="acme-robotics"))

    file = project / "catalog" / "tenants" / "acme-robotics.yaml"
    region = "region: eu-central-1\n"
    file.write_text(file.read_text().replace(region, f"{region}placement: {{staging: enterprise-west}}\n", 1))
    assert "tenant 'acme-robotics' is active in this stack" in refusal(run(project, here, **values))
    made = run(project, here, **values, leaving="acme-robotics")
    assert made.outputs["tenants"]["acme-robotics"]["lifecycle"] == "offboarding"
    gone = run(project, {**APPLIED, "tenants": {"acme-robotics": {"lifecycle": "offboarding"}}}, **values)
    assert gone.outputs["tenants"] == {}


def test_a_preview_of_what_has_nothing_to_stand_on_yet_says_so_and_does_not_fail(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I2: the first preview of an environment, before any of its clusters is there."""
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    shutil.rmtree(project / ".localcloud")
    made = run(project, {}, environment="staging", layer="platform", cluster="team")
    assert made.error is None
    assert made.resources == []
