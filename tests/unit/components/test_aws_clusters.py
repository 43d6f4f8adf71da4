"""Networks, control planes and nodes at AWS are closed, pinned and as the topology says (H2, C2, C6, C7, E2)."""

import base64
import json
from email import message_from_string
from typing import Any

import pulumi
import pytest
import yaml

from settings.aws import AwsAccount, EksCluster
from settings.aws.karpenter import node_class_spec, node_pool_spec
from settings.aws.node_pools import (
    NESTED,
    disk_gib,
    group_name,
    maker,
    nests,
    pool_problems,
    runtimes_on,
    wants_nesting,
)
from settings.nodepool import NodePool
from tests.unit.components.aws_environment import aws_stack, environment, rendered
from tests.unit.components.recorder import Registered
from tests.unit.settings.test_aws import ACCOUNT, FRANKFURT

CLUSTER, GROUP, TEMPLATE = (
    "aws:eks/cluster:Cluster",
    "aws:eks/nodeGroup:NodeGroup",
    "aws:ec2/launchTemplate:LaunchTemplate",
)
POOLS = {pool.name: pool for pool in environment().cluster.node_pools}


def one(token: str, name: str) -> dict[str, Any]:
    return aws_stack().one(token, name).inputs


def test_the_control_plane_is_closed_and_its_birth_decides_who_is_admin() -> None:
    made = one(CLUSTER, "local")
    assert made["accessConfig"] == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    assert made["vpcConfig"]["endpointPrivateAccess"] is True
    assert made["vpcConfig"]["endpointPublicAccess"] is False
    assert "publicAccessCidrs" not in made["vpcConfig"]
    assert made["encryptionConfig"]["resources"] == ["secrets"]
    assert made["encryptionConfig"]["provider"]["keyArn"].endswith("Key/eu-central-1-secrets")
    assert set(made["enabledClusterLogTypes"]) == {"api", "audit", "authenticator", "controllerManager", "scheduler"}
    assert made["deletionProtection"] is True
    assert made["bootstrapSelfManagedAddons"] is False
    logs = aws_stack().one("aws:cloudwatch/logGroup:LogGroup", "local").inputs
    assert (logs["name"], logs["retentionInDays"]) == ("/aws/eks/tp-local-local/cluster", 180)
    assert "local" in [each.name for each in aws_stack().resources if each.urn in depends(CLUSTER, "local")]


def depends(token: str, name: str) -> tuple[str, ...]:
    return aws_stack().one(token, name).depends_on


def test_it_is_reached_from_outside_only_by_the_ranges_that_the_topology_lists() -> None:
    eks = environment().eks.model_copy(update={"public_endpoint": ("203.0.113.0/24",)})
    one_region = AwsAccount.model_validate({**ACCOUNT, "regions": (FRANKFURT,)})
    made = rendered(environment(eks=eks, account=one_region, tenants=())).one(CLUSTER, "local").inputs["vpcConfig"]
    assert (made["endpointPublicAccess"], made["publicAccessCidrs"]) == (True, ["203.0.113.0/24"])


def test_admins_come_by_access_entries_and_nodes_by_their_role() -> None:
    entries = {each.inputs["principalArn"]: each.inputs for each in aws_stack().of("aws:eks/accessEntry:AccessEntry")}
    assert len(entries) == 2
    admin = "arn:aws:iam::111122223333:role/platform-admin"
    assert "type" not in entries[admin]
    (nodes,) = (entries[each] for each in entries if each != admin)
    assert nodes["type"] == "EC2_LINUX"
    (policy,) = aws_stack().of("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    assert policy.inputs["principalArn"] == admin


def test_add_ons_are_pinned_and_somebody_enforces_network_policies() -> None:
    made = {each.inputs["addonName"]: each.inputs for each in aws_stack().of("aws:eks/addon:Addon")}
    assert made.keys() == {
        "aws-ebs-csi-driver",
        "coredns",
        "eks-pod-identity-agent",
        "kube-proxy",
        "snapshot-controller",
        "vpc-cni",
    }
    assert all(each["addonVersion"] == "v1.20.4-eksbuild.1" for each in made.values())
    cni = json.loads(made["vpc-cni"]["configurationValues"])
    assert environment().cluster.has_guard_rails
    assert cni["enableNetworkPolicy"] == "false", "Calico does, and two may not"
    without = environment().cluster.model_copy(update={"addons": ()})
    one_region = AwsAccount.model_validate({**ACCOUNT, "regions": (FRANKFURT,)})
    other = rendered(environment(cluster=without, account=one_region, tenants=()))
    cni = json.loads(other.one("aws:eks/addon:Addon", "local-addons-vpc-cni").inputs["configurationValues"])
    assert cni["enableNetworkPolicy"] == "true"
    roles = {
        each["podIdentityAssociations"][0]["serviceAccount"]
        for each in made.values()
        if "podIdentityAssociations" in each
    }
    assert roles == {"aws-node", "ebs-csi-controller-sa"}


def test_a_role_of_pods_is_for_one_account_of_one_cluster() -> None:
    seen = 0
    for each in aws_stack().of("aws:iam/role:Role"):
        (statement,) = json.loads(each.inputs["assumeRolePolicy"])["Statement"]
        if statement["Principal"]["Service"] != "pods.eks.amazonaws.com":
            continue
        seen += 1
        said = statement["Condition"]["StringEquals"]
        assert said["aws:RequestTag/eks-cluster-arn"] == "arn:aws:eks:eu-central-1:111122223333:cluster/tp-local-local"
        assert said["aws:RequestTag/kubernetes-namespace"]
        assert said["aws:RequestTag/kubernetes-service-account"]
    assert seen == 5 + len(environment().tenants)


def test_every_pool_is_made_once_by_whoever_can() -> None:
    managed = {each.inputs["tags"]["tenantplane:pool"] for each in aws_stack().of(GROUP)}
    karpenter = {each.inputs["metadata"]["name"] for each in aws_stack().of("kubernetes:karpenter.sh/v1:NodePool")}
    assert managed | karpenter == POOLS.keys()
    assert not managed & karpenter
    assert karpenter == {"general", "gpu-a100-whole", "northwind"}


@pytest.mark.parametrize("name", sorted(POOLS))
def test_no_pod_reaches_a_node_s_metadata_and_every_disk_is_encrypted(name: str) -> None:
    if maker(POOLS[name], environment().eks) == "managed":
        made = one(TEMPLATE, f"local-{name}")
        assert made["metadataOptions"]["httpTokens"] == "required"
        assert made["metadataOptions"]["httpPutResponseHopLimit"] == 1
        (disk,) = made["blockDeviceMappings"]
        assert disk["ebs"]["encrypted"] == "true"
        assert disk["ebs"]["kmsKeyId"].endswith("Key/eu-central-1-volumes")
        kinds = {each["resourceType"] for each in made["tagSpecifications"]}
        assert kinds == {"instance", "volume", "network-interface"}
    else:
        spec = one("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", f"karpenter-{name}-class")["spec"]
        assert spec["metadataOptions"]["httpTokens"] == "required"
        assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
        (disk,) = spec["blockDeviceMappings"]
        assert disk["ebs"]["encrypted"] is True


def node_config(text: str) -> dict[str, Any]:
    for part in message_from_string(text).walk():
        if part.get_content_type() == "application/node.eks.aws":
            made: dict[str, Any] = yaml.safe_load(str(part.get_payload()))["spec"]
            return made
    raise AssertionError("no NodeConfig")


def test_nodes_are_told_their_cluster_by_whoever_makes_them() -> None:
    managed = node_config(base64.b64decode(one(TEMPLATE, "local-sandbox")["userData"]).decode())
    assert managed["cluster"]["name"] == "tp-local-local"
    assert managed["cluster"]["certificateAuthority"] == "Y2VydGlmaWNhdGU="
    assert any("tenantplane.dev/pool=sandbox" in flag for flag in managed["kubelet"]["flags"])
    assert "runsc" in managed["containerd"]["config"]
    own = one("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "karpenter-general-class")["spec"]["userData"]
    said = node_config(own)
    assert "cluster" not in said
    assert "flags" not in said["kubelet"], "Karpenter's own labels and taints would be lost"


def test_a_node_group_has_the_pool_s_labels_taints_bounds_and_lifecycle() -> None:
    spot = one(GROUP, "local-spot")
    assert spot["capacityType"] == "SPOT"
    assert spot["taints"] == [{"key": "tenantplane.dev/lifecycle", "value": "spot", "effect": "NO_SCHEDULE"}]
    assert spot["labels"]["tenantplane.dev/pool-kind"] == "spot"
    pool = POOLS["spot"]
    assert spot["scalingConfig"] == {"minSize": pool.min_nodes, "maxSize": pool.max_nodes, "desiredSize": pool.nodes}
    assert len(spot["subnetIds"]) == 2, "two zones are named"
    mig = one(GROUP, "local-gpu-a100-mig")
    hint = "k8s.io/cluster-autoscaler/node-template/resources/nvidia.com/mig-1g.10gb"
    assert mig["tags"][hint] == "56"
    assert one(TEMPLATE, "local-gpu-a100-mig")["imageId"] == "ami-0a1b2c3d4e5f60719"
    assert one(TEMPLATE, "local-spot")["imageId"] == "ami-0a1b2c3d4e5f60718"


def test_a_tenant_s_own_nodes_have_the_label_that_no_node_gives_itself() -> None:
    spec = one("kubernetes:karpenter.sh/v1:NodePool", "karpenter-northwind")["spec"]
    assert spec["template"]["metadata"]["labels"]["node-restriction.kubernetes.io/tenant"] == "northwind-bank"
    assert {"key": "tenantplane.dev/tenant", "value": "northwind-bank", "effect": "NoSchedule"} in spec["template"][
        "spec"
    ]["taints"]
    assert spec["disruption"]["consolidationPolicy"] == "WhenEmpty"
    assert spec["limits"]["nodes"] == str(POOLS["northwind"].max_nodes)


def test_kata_is_only_where_a_machine_starts_machines() -> None:
    eks = EksCluster.model_validate(
        {**environment().eks.model_dump(), "runtimes": {each: _archive() for each in ("runsc", "kata")}}
    )
    runtimes = tuple(environment().catalogue.runtimes.values())

    def on(instance_type: str) -> set[str]:
        pool = POOLS["sandbox"].model_copy(update={"instance_type": instance_type})
        return {each.id for each in runtimes_on(pool, runtimes, eks)}

    assert on("m6i.4xlarge") == {"gvisor"}
    assert on("m6i.metal") == {"gvisor", "kata"}
    assert on("m8i.4xlarge") == {"gvisor", "kata"}
    nested = POOLS["sandbox"].model_copy(update={"instance_type": "m8i.4xlarge"})
    metal = POOLS["sandbox"].model_copy(update={"instance_type": "m8i.metal-48xl"})
    assert wants_nesting(nested, runtimes, eks)
    assert not wants_nesting(metal, runtimes, eks)
    assert all(nests(f"{family}.large") for family in NESTED)
    spec = node_class_spec(
        nested, runtimes, eks, {"profile": "p", "subnets": [], "security_group": "s", "key": "k", "tags": {}}
    )
    assert spec["cpuOptions"] == {"nestedVirtualization": "enabled"}


def test_a_cluster_on_eks_promises_no_runtime_that_its_nodes_do_not_have() -> None:
    """The label is what a pod of that runtime goes by: where it is false, the pod fails on the node."""
    local, eks = environment().cluster, environment().eks
    label = "runtime.tenantplane.dev/kata"
    runtimes = tuple(environment().catalogue.runtimes.values())

    def sandbox(**changes: Any) -> dict[str, str]:
        made = local.model_copy(update=changes, deep=True)
        made.have_runtimes(runtimes)
        return next(pool.node_labels() for pool in made.node_pools if pool.name == "sandbox")

    assert label in sandbox()
    assert label not in sandbox(eks=eks)
    assert "runtime.tenantplane.dev/gvisor" in sandbox(eks=eks)


def _archive() -> dict[str, str]:
    return {"url": "https://downloads.example.com/runtime.tar", "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("pools", "eks", "said"),
    [
        ({"general": {"instance_type": None}}, {}, "names no instance_type"),
        ({}, {"images": {"standard": "ami-0a1b2c3d4e5f60718"}}, "has GPUs, and images has no gpu"),
        ({}, {"karpenter": False, "karpenter_pools": ()}, "'northwind' of a tenant needs Karpenter"),
        ({}, {"karpenter_pools": ("system",)}, "where Karpenter itself runs"),
        ({}, {"karpenter_pools": ("gpu-a100-mig",)}, "knows whole ones only"),
        ({}, {"karpenter_pools": ("nowhere",)}, "which is no pool"),
        ({"system": {"kind": "cpu"}}, {}, "no pool of kind system"),
    ],
)
def test_a_pool_that_eks_cannot_make_is_told_before_anything_is_made(
    pools: dict[str, Any], eks: dict[str, Any], said: str
) -> None:
    good = environment()
    assert pool_problems(good.cluster.node_pools, good.eks) == ()
    changed = tuple(pool.model_copy(update=pools.get(pool.name, {})) for pool in good.cluster.node_pools)
    wrong = EksCluster.model_validate({**good.eks.model_dump(), **eks})
    told = pool_problems(changed, wrong)
    assert any(said in line for line in told), told
    cluster = good.cluster.model_copy(update={"node_pools": changed})
    if "general" in pools:
        with pytest.raises(pulumi.RunError, match=said):
            rendered(environment(cluster=cluster, eks=wrong, tenants=()))


def test_another_machine_or_zone_is_another_group_and_another_image_is_not() -> None:
    region = environment().account.regions[0]
    pool = POOLS["spot"]

    def named(**changes: Any) -> str:
        return group_name(pool.model_copy(update=changes), region, "cpu")

    same = named(max_nodes=9, min_nodes=1)
    assert named() == same
    others = {named(instance_type="m7i.4xlarge"), named(lifecycle="on-demand"), named(zones=("eu-central-1c",))}
    assert len(others | {same}) == 4
    assert all(name.startswith("spot-") and len(name) <= 63 for name in others)


def test_a_disk_holds_what_the_pods_may_use_and_stays_partly_free() -> None:
    for pool in POOLS.values():
        used = pool.capacity.ephemeral_storage_bytes / (1 << 30)
        assert disk_gib(pool) * 0.85 >= used, pool.name


def test_a_pool_in_karpenter_s_words_asks_for_what_the_topology_says() -> None:
    site = environment().site("eu-central-1")
    pool: NodePool = POOLS["general"]
    spec = node_pool_spec(pool, site)
    wanted = {each["key"]: each["values"] for each in spec["template"]["spec"]["requirements"]}
    assert wanted["node.kubernetes.io/instance-type"] == ["m6i.4xlarge"]
    assert wanted["karpenter.sh/capacity-type"] == ["on-demand"]
    assert wanted["topology.kubernetes.io/zone"] == list(FRANKFURT["zones"])
    assert not any(key.startswith("topology.kubernetes.io/") for key in spec["template"]["metadata"]["labels"])


def of(token: str) -> list[Registered]:
    return aws_stack().of(token)


def test_nothing_gets_a_public_address_and_databases_have_no_way_out() -> None:
    assert all(each.inputs["mapPublicIpOnLaunch"] is False for each in of("aws:ec2/subnet:Subnet"))
    assert all(
        each.inputs["ingress"] == [] == each.inputs["egress"]
        for each in of("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    )
    routes = {each.name for each in of("aws:ec2/route:Route")}
    assert "eu-central-1-network-public" in routes
    assert not [name for name in routes if "data" in name]


@pytest.mark.parametrize(("nat", "gateways", "ways_out"), [("none", 0, 0), ("one", 1, 3), ("per-zone", 3, 3)])
def test_private_zones_get_out_as_the_topology_says(nat: str, gateways: int, ways_out: int) -> None:
    account = AwsAccount.model_validate({**ACCOUNT, "regions": ({**FRANKFURT, "nat": nat},)})
    made = rendered(environment(account=account, tenants=()))
    assert len(made.of("aws:ec2/natGateway:NatGateway")) == gateways
    assert all(each.deleted_first for each in made.of("aws:ec2/natGateway:NatGateway")), "two cannot share an address"
    routes = [each for each in made.of("aws:ec2/route:Route") if "natGatewayId" in each.inputs]
    assert len(routes) == ways_out
    if ways_out:
        assert len({each.inputs["natGatewayId"] for each in routes}) == gateways


def test_calls_of_other_accounts_do_not_pass_our_endpoints() -> None:
    endpoints = of("aws:ec2/vpcEndpoint:VpcEndpoint")
    assert len(endpoints) == 2 * 10
    for each in endpoints:
        own = json.loads(each.inputs["policy"])["Statement"][0]
        assert own["Condition"]["StringEquals"] == {"aws:PrincipalAccount": "111122223333"}
