"""What a preview says of AWS's own part in a resource: not known before it is made, kept when it is changed (I2)."""

from localcloud.aws.provider.foresight import before_creation, before_update
from localcloud.aws.provider.wire import UNKNOWN

CLUSTER = "aws:eks/cluster:Cluster"
NETWORK = {"subnetIds": ["subnet-1"], "endpointPrivateAccess": True}


def test_what_aws_adds_to_an_object_is_not_known_before_it_is_there() -> None:
    """The group that EKS makes for its nodes is in the very object that says the subnets."""
    told = before_creation(CLUSTER, {"name": "one", "vpcConfig": NETWORK, "tags": {"a": "b"}})
    assert told["vpcConfig"] | NETWORK == told["vpcConfig"]
    assert told["vpcConfig"]["clusterSecurityGroupId"] == UNKNOWN
    assert (told["name"], told["tags"]) == ("one", {"a": "b"})
    assert "endpoint" not in told, "the engine knows of whole properties by itself"


def test_what_aws_has_added_stays_while_an_object_is_changed() -> None:
    state = {"vpcConfig": {**NETWORK, "clusterSecurityGroupId": "sg-1"}, "tags": {"a": "b"}, "endpoint": "https://x"}
    told = before_update(state, {"vpcConfig": {**NETWORK, "subnetIds": ["subnet-2"]}, "tags": {"c": "d"}})
    assert told["vpcConfig"] == {**NETWORK, "subnetIds": ["subnet-2"], "clusterSecurityGroupId": "sg-1"}
    assert told["tags"] == {"c": "d"}, "a tag that is taken away is gone"
    assert told["endpoint"] == "https://x"
