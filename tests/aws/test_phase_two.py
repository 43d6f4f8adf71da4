"""Phase two from nothing to nothing, by the real engine: up whole, unchanged, healed after a loss, and down whole
(H1, H2, F2, C6, A7). One environment, in this order."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from bench.onboarding.project import ENVIRONMENT
from localcloud import controlplane
from settings import load_catalogue
from settings.aws.postgres import tenant_owner
from settings.database.files import SECRET
from tests.aws.phase_two import CLUSTER, FOUNDATION, FURTHER, OWN, SECOND, SMALL, STACKS, PhaseTwo
from tests.engine.two_clusters import guards
from tests.polling import until

pytestmark = [pytest.mark.engine, pytest.mark.cluster, pytest.mark.xdist_group("phase-two")]

PACK = ("--policy-pack", "policies")
UNASKED = "--no-policies"
"""The same tenants again: the first `up` has asked."""
AUDIT = "tp-bench-audit-eu-central-1-123456789012"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhaseTwo]:
    project = PhaseTwo.make(tmp_path_factory.mktemp("phase-two"))
    try:
        yield project
    finally:
        project.end()


def tenants(made: PhaseTwo) -> dict[str, int]:
    """Pods that run, by tenant, as their cluster has them."""
    found = map(json.loads, made.fleet("status", "--format", "json").splitlines())
    return {each["tenant"]: each["pods"]["running"] for each in found}


def test_all_layers_come_up_and_a_second_look_changes_nothing(made: PhaseTwo) -> None:
    assert f"{len(STACKS)} stacks" in made.fleet("up")
    assert "nothing changed" in made.fleet("up", "--no-table")


def test_plain_pulumi_finds_what_fleet_left_and_leaves_what_fleet_would(made: PhaseTwo) -> None:
    """Each layer's stack, and no word of fleet's in the shell. The engine asks the policy pack of each, which knows all
    that it asks for, and refuses nothing (I1)."""
    (made.root / ".venv").symlink_to(sys.prefix)  # where the pack of a checkout has its interpreter
    for stack in STACKS:
        said = made.plain("preview", "-s", stack, "--expect-no-changes", *PACK)
        assert "unchanged" in said
        assert "tenantplane@v0.0.1 (local:" in said
        assert "not evaluated" not in said, said
    file = made.root / "catalog" / "tenants" / f"{SMALL}.yaml"
    file.write_text(file.read_text().replace("groups:\n", "groups:\n  viewers: [hedgehog:auditors]\n", 1))
    assert "hedgehog:auditors" not in made.kubectl("get", "rolebindings", "-A", "-o", "yaml")
    made.plain("up", "-s", STACKS[-1], "--yes", "--skip-preview")
    assert "hedgehog:auditors" in made.kubectl("get", "rolebindings", "-A", "-o", "yaml")
    assert "nothing would change" in made.fleet("preview", UNASKED)


def test_it_is_what_the_catalogue_says_in_the_words_of_aws_and_of_kubernetes(made: PhaseTwo) -> None:
    kinds = Counter(each["type"] for each in made.resources(FOUNDATION))
    assert (kinds["aws:eks/cluster:Cluster"], kinds["aws:rds/cluster:Cluster"]) == (1, 1)
    cluster = made.client("eks").describe_cluster(name=made.name)["cluster"]
    assert cluster["resourcesVpcConfig"]["endpointPublicAccess"] is False
    assert cluster["tags"]["tenantplane:addons"] == "calico-policy karpenter"
    kept = made.client("s3").get_object_lock_configuration(Bucket=AUDIT)["ObjectLockConfiguration"]["Rule"]
    assert (kept["DefaultRetention"]["Mode"], kept["DefaultRetention"]["Days"]) == ("COMPLIANCE", 180)
    servers = {each["DBClusterIdentifier"]: each for each in made.client("rds").describe_db_clusters()["DBClusters"]}
    own = servers[f"tp-bench-t-{OWN}"]
    assert own["DeletionProtection"] is True
    assert own["KmsKeyId"] != servers[made.name]["KmsKeyId"]
    role = made.client("iam").get_role(RoleName=f"{made.name}-tenant-{OWN}")["Role"]
    assert {each["Key"]: each["Value"] for each in role["Tags"]}["tenant"] == OWN

    until(lambda: all(tenants(made).values()), "every tenant has pods that run")
    nodes = json.loads(made.kubectl("get", "nodes", "-o", "json"))["items"]
    pools = Counter(each["metadata"]["labels"]["tenantplane.dev/pool"] for each in nodes)
    assert {*pools} == {"system", "general", "sandbox", "gpu-a100-whole", "northwind"}
    ours = [each for each in nodes if each["metadata"]["labels"].get("karpenter.sh/nodepool") == "northwind"]
    assert len(ours) == pools["northwind"], "those that come with the tenant's pods, and no other"
    assert {each["metadata"]["labels"]["node-restriction.kubernetes.io/tenant"] for each in ours} == {OWN}


def test_each_tenant_gets_into_its_own_database_and_into_nobody_elses(made: PhaseTwo) -> None:
    """On the Aurora of its cluster, or on its own, by what its workloads have and nothing else (F1, F2, F3)."""
    for tenant, owner in ((SMALL, CLUSTER), (OWN, tenant_owner(OWN))):
        with made.session(tenant, owner, "session") as one:
            one.execute("INSERT INTO session (repository) VALUES (%s)", (f"of {tenant}",))
            assert one.execute("SELECT repository FROM session").fetchall() == [(f"of {tenant}",)]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        made.session(OWN, tenant_owner(OWN), "session", user=SMALL)
    said = made.fleet("up", "--no-table")
    assert "nothing changed" in said
    assert "has its database" not in said
    assert "2 controls" in made.fleet("verify", "--only", "TP-F1-01", "--only", "TP-F1-02")
    listed = made.fleet("data")
    assert SMALL in listed
    assert OWN in listed


def test_a_cluster_that_was_deleted_behind_our_back_is_made_again_with_all_that_was_in_it(made: PhaseTwo) -> None:
    eks = made.client("eks")
    for group in eks.list_nodegroups(clusterName=made.name)["nodegroups"]:
        eks.delete_nodegroup(clusterName=made.name, nodegroupName=group)
    eks.update_cluster_config(name=made.name, deletionProtection=False)
    eks.delete_cluster(name=made.name)
    assert controlplane.stop(made.name, state_dir=made.state)

    said = made.fleet("up", good=False)
    assert "has no kubeconfig" in said
    assert "python -m fleet refresh bench" in said
    assert "its cluster is gone" in made.fleet("refresh")
    made.fleet("up", "--all", UNASKED)
    until(lambda: all(tenants(made).values()), "every tenant has pods that run")


def leads_to(made: PhaseTwo, host: str) -> dict[str, tuple[str, int]]:
    """What Route 53 has of a host: by cluster, which name it is another name of, and how much of the requests it is to
    get."""
    client = made.client("route53")
    (zone,) = client.list_hosted_zones()["HostedZones"]
    found = client.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    return {
        each["SetIdentifier"]: (each["AliasTarget"]["DNSName"].rstrip("."), each["Weight"])
        for each in found
        if each["Name"].rstrip(".") == f"{host}.bench.example"
    }


def test_a_tenants_host_leads_to_its_cluster_and_that_to_its_stand_by(made: PhaseTwo) -> None:
    """By the records of both: those of the stand-by get requests while nothing else is healthy (H3)."""
    (own,) = leads_to(made, SMALL).values()
    assert own[0] in {name for name, _ in leads_to(made, f"{CLUSTER}.clusters").values()}, "nobody stands by for it"
    both = leads_to(made, f"{SECOND}.clusters")
    assert {cluster: weight for cluster, (_, weight) in both.items()} == {SECOND: 100, CLUSTER: 0}
    assert both[CLUSTER] == (own[0], 0)


def test_a_tenant_moves_to_a_cluster_of_another_region_with_its_rows(made: PhaseTwo) -> None:
    """And comes out of the other's Aurora with what it has in this one's (H1, H3, F1)."""
    before = made.credential(SMALL, CLUSTER)
    said = made.fleet("move", SMALL, "--to", SECOND)
    assert "1 rows copied; every table is the same on both sides" in said
    assert made.credential(SMALL, SECOND)["password"] == before["password"]
    with made.session(SMALL, SECOND, "session", cluster=SECOND) as one:
        assert one.execute("SELECT repository FROM session").fetchall() == [(f"of {SMALL}",)]
        one.execute("INSERT INTO session (repository) VALUES ('there')")
    assert SMALL in tenants(made)
    assert made.kubectl("get", "namespaces", "--selector", f"tenant={SMALL}", "-o", "name") == ""
    assert "is on two and nowhere else" in made.fleet("move", SMALL, "--to", SECOND)
    assert leads_to(made, SMALL) == {SECOND: (f"{SECOND}.clusters.bench.example", 100)}
    assert "nothing changed" in made.fleet("up", "--no-table")


def held(made: PhaseTwo, cluster: str) -> dict[tuple[str, str], Any]:
    """What a cluster has of SMALL's quota, policies, rights and secrets, without where its Aurora is."""
    topology = load_catalogue(made.root / "catalog", ENVIRONMENT).topology
    (at,) = (each for each in topology.clusters if each.name == cluster)
    found = guards(made.of(cluster), SMALL)
    for place, each in found.items():
        text = json.dumps(each)
        for number, subnet in enumerate(topology.database_ranges(at)):
            text = text.replace(subnet, f"databases {number}")
        found[place] = json.loads(text)
    database, _ = found["Secret", SECRET]
    database["data"] = {key: value for key, value in database["data"].items() if key in ("user", "password")}
    assert len(database["data"]) == 2
    return found


def rows(made: PhaseTwo, cluster: str) -> list[str]:
    """What SMALL has written, by its own credential."""
    with made.session(SMALL, cluster, "session", cluster=cluster) as one:
        return sorted(row[0] for row in one.execute("SELECT repository FROM session"))


def test_a_cluster_of_eks_is_lost_and_its_stand_by_serves_its_tenants_as_they_were(made: PhaseTwo) -> None:
    """H3, rehearsed: what was the cluster's is gone, its Aurora answers still."""
    before = held(made, SECOND)
    assert {kind for kind, _ in before} >= {"ResourceQuota", "LimitRange", "NetworkPolicy", "RoleBinding", "Secret"}
    made.kill(SECOND)

    said = made.fleet("failover", SECOND)

    assert f"fail-over of {SECOND}:" in said
    assert held(made, CLUSTER) == before
    assert rows(made, CLUSTER) == sorted([f"of {SMALL}", "there"])
    assert "nothing is affected" in made.fleet("failover", SECOND)


def test_and_a_tenant_goes_home_to_it_with_what_was_written_meanwhile(made: PhaseTwo) -> None:
    with made.session(SMALL, CLUSTER, "session") as one:
        one.execute("INSERT INTO session (repository) VALUES ('meanwhile')")
    before = held(made, CLUSTER)
    made.is_back(SECOND)

    made.fleet("move", SMALL, "--to", SECOND)

    assert held(made, SECOND) == before
    assert rows(made, SECOND) == sorted([f"of {SMALL}", "there", "meanwhile"])
    assert made.kubectl("get", "namespaces", "--selector", f"tenant={SMALL}", "-o", "name") == ""


def test_what_holds_data_refuses_to_go_twice(made: PhaseTwo) -> None:
    """By the engine; and by AWS, once the engine is told to let go."""

    def guarded() -> set[str]:
        kinds = ("aws:kms/", "aws:rds/", "aws:s3/")
        return {str(each["urn"]) for each in made.resources(FOUNDATION) if str(each["type"]).startswith(kinds)}

    before = guarded()
    assert len(before) > 20
    said = made.pulumi("destroy", "-s", FOUNDATION, "--yes", "--skip-preview", good=False)
    assert "because it is protected" in said
    assert guarded() == before, "neither what holds data nor what guards it"
    assert made.client("s3").get_bucket_policy(Bucket=AUDIT)["Policy"]
    said = made.pulumi("destroy", "-s", FOUNDATION, "--yes", "--skip-preview", "--ignore-protect", good=False)
    assert "deletion protection" in said.lower()
    assert made.client("rds").describe_db_clusters()["DBClusters"]


def test_and_goes_whole_with_a_last_copy_of_every_database(made: PhaseTwo) -> None:
    servers = {each["DBClusterIdentifier"] for each in made.client("rds").describe_db_clusters()["DBClusters"]}
    made.fleet("destroy", "--yes")
    assert [each["urn"] for stack in STACKS for each in made.resources(stack)] == []
    assert controlplane.clusters(made.state) == ()
    assert made.client("rds", FURTHER).describe_db_clusters()["DBClusters"] == []
    rds, ec2 = made.client("rds"), made.client("ec2")
    assert rds.describe_db_clusters()["DBClusters"] == []
    taken = rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    copies = {each["DBClusterSnapshotIdentifier"] for each in taken}
    assert copies == {f"{each}-final" for each in servers}
    assert [each for each in ec2.describe_vpcs()["Vpcs"] if not each["IsDefault"]] == []
