"""What takes AWS minutes to make, and when it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import WaiterError


@dataclass(frozen=True)
class Ready:
    """How AWS says that something is made: a waiter of boto3, and the inputs that its arguments are."""

    client: str
    waiter: str
    given: Mapping[str, str]


READY: Final[Mapping[str, Ready]] = {
    "aws:eks/addon:Addon": Ready("eks", "addon_active", {"clusterName": "clusterName", "addonName": "addonName"}),
    "aws:eks/cluster:Cluster": Ready("eks", "cluster_active", {"name": "name"}),
    "aws:eks/nodeGroup:NodeGroup": Ready(
        "eks", "nodegroup_active", {"clusterName": "clusterName", "nodegroupName": "nodeGroupName"}
    ),
    "aws:rds/cluster:Cluster": Ready("rds", "db_cluster_available", {"DBClusterIdentifier": "clusterIdentifier"}),
    "aws:rds/clusterInstance:ClusterInstance": Ready(
        "rds", "db_instance_available", {"DBInstanceIdentifier": "identifier"}
    ),
}
"""What takes minutes, and is of no use to what stands on it before."""


def is_over(waiter: Any, given: Mapping[str, Any]) -> bool:
    """Whether something is made, or is not there, or will never be: asked once."""
    try:
        waiter.wait(**given, WaiterConfig={"MaxAttempts": 1, "Delay": 1})
    except WaiterError as error:
        return "Max attempts exceeded" not in str(error)
    return True
