"""An EKS cluster is a real control plane, its node groups are nodes as large as their instance types (C6, H1)."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from localcloud import controlplane
from localcloud.aws import AwsService
from localcloud.aws.clusters import kubeconfig, kubernetes_minor, tell
from localcloud.aws.provider.session import Session, Settings
from tests.aws.conftest import REGION, client
from tests.aws.plugin import Plugin, Refused, Resource, changes
from tests.fixtures_cluster import Kubectl

pytestmark = pytest.mark.xdist_group("aws")  # names that are taken once

CLUSTER, GROUP = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }
)


@dataclass
class Made:
    """A cluster with what it needs."""

    plugin: Plugin
    role: Resource
    subnets: list[str]
    cluster: Resource

    def group(self, name: str, instance: str, **further: object) -> Resource:
        """A node group of the cluster."""
        wanted = {
            "clusterName": self.cluster.id,
            "nodeGroupName": name,
            "nodeRoleArn": self.role["arn"],
            "subnetIds": self.subnets,
            "instanceTypes": [instance],
            "scalingConfig": {"desiredSize": 2, "minSize": 1, "maxSize": 3},
            **further,
        }
        return self.plugin.create(GROUP, **wanted)

    @property
    def kubectl(self) -> Kubectl:
        """Of the control plane."""
        return Kubectl(kubeconfig(self.cluster.id))


@pytest.fixture(scope="module")
def made(aws: AwsService, state_dir: Path) -> Iterator[Made]:
    plugin = Plugin(aws.endpoint)
    vpc = plugin.create("aws:ec2/vpc:Vpc", cidrBlock="10.40.0.0/16")
    zones = ("eu-central-1a", "eu-central-1b")
    subnets = [
        plugin.create("aws:ec2/subnet:Subnet", vpcId=vpc.id, cidrBlock=f"10.40.{i}.0/24", availabilityZone=zone).id
        for i, zone in enumerate(zones)
    ]
    role = plugin.create("aws:iam/role:Role", name="eks-tests", assumeRolePolicy=TRUST)
    cluster = plugin.create(
        CLUSTER,
        name="eks-test",
        roleArn=role["arn"],
        version=kubernetes_minor(),
        vpcConfig={"subnetIds": subnets, "endpointPrivateAccess": True, "endpointPublicAccess": False},
        accessConfig={"authenticationMode": "API"},
        enabledClusterLogTypes=["api", "audit"],
        deletionProtection=True,
        tags={"tier": "test"},
    )
    yield Made(plugin, role, subnets, cluster)
    controlplane.stop("eks-test", state_dir=state_dir)


@pytest.mark.cluster
def test_a_creation_that_was_cut_short_is_finished_by_whoever_looks_for_it(made: Made, aws: AwsService) -> None:
    """Its engine was killed before EKS was told of the control plane; at AWS a creation goes on by itself (issue 6)."""
    scope = {"session": Session(Settings(aws.endpoint, REGION)), "region": REGION}
    tell(scope, made.cluster.id, {"endpoint": "https://not-yet.eks.amazonaws.com"})
    found = made.plugin.found(CLUSTER, made.cluster.id, made.cluster.inputs)
    assert found is not None
    assert found["endpoint"] == made.cluster["endpoint"]
    told = client(aws, "eks").describe_cluster(name=made.cluster.id)["cluster"]
    assert told["endpoint"] == made.cluster["endpoint"]
    made.cluster.state["vpcConfig"] = found["vpcConfig"]


@pytest.mark.cluster
def test_a_cluster_is_a_control_plane_and_groups_are_nodes(made: Made, aws: AwsService) -> None:
    cluster = made.cluster
    authority = base64.b64decode(cluster["certificateAuthority"]["data"])
    assert b"BEGIN CERTIFICATE" in authority
    assert cluster["endpoint"].startswith("https://127.0.0.1:")
    assert cluster["endpoint"] in kubeconfig(cluster.id).read_text()
    assert cluster["vpcConfig"]["clusterSecurityGroupId"].startswith("sg-")
    assert json.loads(made.kubectl("version", "-o", "json"))["serverVersion"]["minor"] == kubernetes_minor()[2:]
    told = client(aws, "eks").describe_cluster(name=cluster.id)["cluster"]  # plain AWS calls see the same
    assert told["endpoint"] == cluster["endpoint"]

    general = made.group("general", "m6i.xlarge", labels={"tenantplane.dev/pool": "general"})
    gpu = made.group(
        "gpu",
        "p4d.24xlarge",
        scalingConfig={"desiredSize": 1, "minSize": 0, "maxSize": 1},
        taints=[{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}],
    )
    nodes = {each["metadata"]["name"]: each for each in json.loads(made.kubectl("get", "nodes", "-o", "json"))["items"]}
    assert set(nodes) == {"general-0", "general-1", "gpu-0"}
    size = nodes["general-0"]["status"]["capacity"]
    assert (size["cpu"], size["memory"], size["pods"]) == ("4", "16Gi", "58")
    assert nodes["gpu-0"]["status"]["capacity"]["nvidia.com/gpu"] == "8"
    assert nodes["gpu-0"]["spec"]["taints"][0]["effect"] == "NoSchedule"
    zones = {each["metadata"]["labels"]["topology.kubernetes.io/zone"] for each in nodes.values()}
    assert zones == {"eu-central-1a", "eu-central-1b"}
    assert nodes["general-1"]["metadata"]["labels"]["node.kubernetes.io/instance-type"] == "m6i.xlarge"

    # Scaled in place, replaced for another type of instance.
    three = {**general.given(), "scalingConfig": {"desiredSize": 3, "minSize": 1, "maxSize": 3}}
    assert changes(made.plugin.diff(general, three)) == {"scalingConfig.desiredSize": False}
    made.plugin.update(general, **three)
    assert "general-2" in made.kubectl("get", "nodes", "-o", "name")
    assert changes(made.plugin.diff(general, {**general.given(), "instanceTypes": ["m6i.large"]})) == {
        "instanceTypes": True
    }
    made.plugin.delete(gpu)
    assert "gpu-0" not in made.kubectl("get", "nodes", "-o", "name")


@pytest.mark.cluster
def test_reading_finds_what_was_made(made: Made) -> None:
    again = made.cluster.again()
    assert again is not None
    assert not changes(made.plugin.diff(again, made.cluster.given()))
    imported = made.plugin.read(CLUSTER, made.cluster.id)
    assert imported is not None
    assert imported.inputs["roleArn"] == made.role["arn"]


@pytest.mark.cluster
def test_entries_addons_and_identities_are_kept_and_checked(made: Made, aws: AwsService) -> None:
    plugin, name, principal = made.plugin, made.cluster.id, made.role["arn"]
    entry = plugin.create("aws:eks/accessEntry:AccessEntry", clusterName=name, principalArn=principal, tags={"a": "b"})
    with pytest.raises(Refused, match="ResourceInUseException"):
        plugin.create("aws:eks/accessEntry:AccessEntry", clusterName=name, principalArn=principal)
    policy = {
        "clusterName": name,
        "principalArn": principal,
        "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        "accessScope": {"type": "cluster"},
    }
    association = plugin.create("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", **policy)
    with pytest.raises(Refused, match="InvalidParameterException"):
        plugin.create(
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            **{**policy, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        )
    addon = plugin.create(
        "aws:eks/addon:Addon",
        clusterName=name,
        addonName="vpc-cni",
        addonVersion="v1.20.0-eksbuild.1",
        configurationValues='{"enableNetworkPolicy": "true"}',
    )
    identity = plugin.create(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        clusterName=name,
        namespace="kube-system",
        serviceAccount="ebs-csi",
        roleArn=principal,
        tags={"a": "b"},
    )
    listed = client(aws, "eks").list_pod_identity_associations(clusterName=name, namespace="kube-system")
    assert [each["associationId"] for each in listed["associations"]] == [identity.id]
    assert not client(aws, "eks").list_pod_identity_associations(clusterName=name, namespace="x")["associations"]
    imported = plugin.found(identity.token, f"{name},{identity.id}", identity.inputs)
    assert imported is not None
    assert imported.id == identity.id
    with pytest.raises(Refused, match="ResourceNotFoundException"):
        plugin.create("aws:eks/addon:Addon", clusterName="no-such-cluster", addonName="vpc-cni")
    for one in (identity, addon, association, entry):
        again = one.again()
        assert again is not None, one.token
        assert not changes(plugin.diff(again, one.given())), one.token
    plugin.update(identity, **{**identity.given(), "tags": {"a": "c"}})
    for one in (identity, addon, association, entry):
        plugin.delete(one)
        assert one.again() is None, one.token


@pytest.mark.cluster
def test_what_eks_would_refuse_is_refused(made: Made) -> None:
    with pytest.raises(Refused, match=r"version: 1\.20 is asked for, and the control planes of this machine are"):
        made.plugin.check(CLUSTER, {**made.cluster.given(), "version": "1.20"})
    with pytest.raises(Refused, match="deletion protection"):
        made.plugin.delete(made.cluster)
    with pytest.raises(Refused, match="ResourceInUseException"):
        made.plugin.create(CLUSTER, **made.cluster.given())
    with pytest.raises(Refused, match=r"m99\.huge"):
        made.group("none", "m99.huge")
    with pytest.raises(Refused, match=r"p5\.48xlarge is not offered in eu-central-1a, eu-central-1b"):
        made.group("far", "p5.48xlarge")


@pytest.mark.cluster
def test_a_cluster_goes_whole_and_one_that_was_stopped_by_hand_is_made_anew(made: Made, state_dir: Path) -> None:
    controlplane.stop("eks-test", state_dir=state_dir)
    assert made.cluster.again() is None  # drift: a refresh takes note of it
    again = made.plugin.create(CLUSTER, **{**made.cluster.given(), "deletionProtection": False})
    assert again["endpoint"].startswith("https://127.0.0.1:")
    made.plugin.delete(again)
    assert "eks-test" not in controlplane.clusters(state_dir)
    assert again.again() is None
